"""Which store to read where none is named."""

import os
from pathlib import Path
from typing import Final

from flowc.runtime_shim.contract import ROOT
from flowc.settings import load_settings

_ROOT_MARKS: Final = ("flowc.toml", "pyproject.toml", ".git")


def default_root(folder: Path | None = None, *, env: str | None = None) -> str:
    """Return the store's URL: variable FLOWC_ROOT, else the setting `root`, else `.flowc/store` of the project around `folder`.

    The project is found upwards from `folder`, by default the working directory; a path in its settings is relative to it.

    Raises UsageError for settings that cannot be read.
    """
    given = os.environ.get(ROOT)
    if given:
        return given
    project = project_root_above(Path.cwd() if folder is None else folder)
    setting = load_settings(project, env).root
    if setting is None:
        return local_root(project)
    return setting if "://" in setting else (project / setting).resolve().as_uri()


def project_root_above(folder: Path) -> Path:
    """Return the nearest folder from `folder` upwards with flowc.toml, pyproject.toml or .git, else `folder` itself."""
    here = Path(os.path.abspath(folder))
    return next((path for path in (here, *here.parents) if any((path / mark).exists() for mark in _ROOT_MARKS)), here)


def local_root(project_root: Path) -> str:
    """Return the URL of the store that local runs of a project use by default."""
    return (Path(os.path.abspath(project_root)) / ".flowc" / "store").as_uri()


def as_root(text: str) -> str:
    """Return `text` as a store URL: a path becomes a `file://` one."""
    return text if "://" in text else Path(os.path.abspath(text)).as_uri()
