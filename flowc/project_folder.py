"""The folder that holds a project, and `.flowc` in it: the store of runs here, and the cache. Git ignores it by a file of its own."""

import os
from pathlib import Path

from flowc.disk import OWN_FOLDER, Disk

_ROOT_MARKS = ("flowc.toml", "pyproject.toml", ".git")


def find_project_root(flow_file: Path, disk: Disk) -> Path:
    """Return the nearest folder above `flow_file` with flowc.toml, pyproject.toml or .git, else the file's own folder."""
    folder = Path(os.path.abspath(flow_file)).parent
    for candidate in (folder, *folder.parents):
        if any(disk.exists(candidate / mark) for mark in _ROOT_MARKS):
            return candidate
    return folder


def make_own_folder(project_root: Path) -> Path:
    """Return `.flowc` of a project, made where it is missing; raises OSError where it cannot be."""
    folder = project_root / OWN_FOLDER
    folder.mkdir(exist_ok=True)
    try:
        with (folder / ".gitignore").open("x") as file:
            file.write("*\n")
    except FileExistsError:
        pass
    return folder
