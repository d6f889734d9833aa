"""Folders on the command line: the flow files below them."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flowc.cli.flow_argument import FlowArgument
from flowc.disk import Disk

if TYPE_CHECKING:
    from flowc.api import CheckResult

_SKIPPED: Final = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages", "venv"})
_MARKS: Final = (b"FlowSpec", b"metaflow", b"flowc", b"@step")
"""One of them stands in a file that defines a flow."""


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


def passed_over(checked: Mapping[FlowArgument, "CheckResult"]) -> set[FlowArgument]:
    """Return the files of folders that are no flows to check: those without one, and those whose flows are only there to derive from.

    Such a file ships with another one's flow, and starts none itself.
    """
    shipped = {
        os.path.realpath(result.project_root / file.project_path)
        for flow, result in checked.items()
        for one in result.flows
        for file in one.closure
        if os.path.realpath(result.project_root / file.project_path) != os.path.realpath(flow.path)
    }
    return {
        flow for flow, result in checked.items() if _holds_none(result) or (_starts_none(result) and os.path.realpath(flow.path) in shipped)
    }


def _holds_none(result: "CheckResult") -> bool:
    return bool(result.diagnostics) and all(found.code.slug == "no-flow" for found in result.diagnostics)


def _starts_none(result: "CheckResult") -> bool:
    return not any(
        re.search(rf"^\s*{re.escape(one.graph.name)}\(", result.sources[one.graph.file].text, re.MULTILINE) for one in result.flows
    )


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
        data = disk.read(path)
    except OSError:
        return True
    return any(mark in data for mark in _MARKS)
