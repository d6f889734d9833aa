"""Folders on the command line: the flow files below them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from flowc.cli.flow_argument import FlowArgument
from flowc.disk import Disk

_SKIPPED: Final = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages", "venv"})
_MARK: Final = b"FlowSpec"
"""What stands in every file that defines a flow."""


def with_files_of_folders(flows: Sequence[FlowArgument], disk: Disk) -> dict[FlowArgument, bool]:
    """Return the flows with files in place of folders, in order; True for a file that a folder brought, which need not hold a flow.

    A folder without any such file stays, for reading it to say so. Hidden folders, linked ones and those of packages are passed over.
    """
    found: dict[FlowArgument, bool] = {}
    for flow in flows:
        inside = list(_files(flow.path, disk)) if flow.name is None and disk.is_folder(flow.path) else []
        for path in inside:
            found.setdefault(FlowArgument(path, None), True)
        if not inside:
            found[flow] = False
    return found


def _files(folder: Path, disk: Disk) -> Iterator[Path]:
    pending = [folder]
    while pending:
        here = pending.pop()
        names = [(name, inside) for name, inside in disk.names(here) if not name.startswith(".")]
        for name, inside in names:
            if not inside and name.endswith(".py") and _may_hold_flow(here / name, disk):
                yield here / name
        pending += [here / name for name, inside in reversed(names) if inside and name not in _SKIPPED and not disk.is_link(here / name)]


def _may_hold_flow(path: Path, disk: Disk) -> bool:
    try:
        return _MARK in disk.read(path)
    except OSError:
        return True
