"""`flowc compile --check`: files that are missing, stale or orphaned."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from flowc.cli.flow_argument import FlowArgument
from flowc.cli.output import say
from flowc.disk import Disk
from flowc.errors import FlowcError
from flowc.project_folder import find_project_root

_PROVENANCE: Final = re.compile(
    rb"^(?:\W*Written|\s*\"Comment\": \"\S+, written) by flowc \S+ from (?P<source>.+) \(sha256:[0-9a-f]{64}\)\.(?:\s*$| Edit )",
    re.MULTILINE,
)
_HEAD: Final = 16 * 1024
"""Provenance stands at the top of a file."""


def compare_files(files: Mapping[str, str], output: Path, targets: Sequence[str], flows: Sequence[FlowArgument]) -> int:
    """Print how the files under `output` differ from `files`, and return 1 if any does.

    Orphaned is a file of one of the `targets` that flowc wrote from a file that is gone, or from one of `flows`, and that no flow makes;
    what may come from another flow file, or from another flow of a file of which one was named, is left alone.
    """
    different = 0
    for name, text in files.items():
        path = output / name
        found = _read(path)
        if found is None:
            say(f"missing: {path}\n")
        elif found != text.encode("utf-8"):
            say(f"stale: {path}\n" + diff_text(found.decode("utf-8", "backslashreplace"), text, str(path)))
        else:
            continue
        different += 1
    if different:
        say(f"{different} of {len(files)} files differ: run the same command without --check\n")
    orphans = list(_orphans(set(files), output, targets, flows))
    for path in orphans:
        say(f"orphaned: {path}\n")
    if orphans:
        say(f"{len(orphans)} orphaned {'file' if len(orphans) == 1 else 'files'}, which no flow makes: remove what is not needed\n")
    return int(bool(different or orphans))


def _orphans(made: set[str], output: Path, targets: Sequence[str], flows: Sequence[FlowArgument]) -> Iterator[Path]:
    roots = {find_project_root(flow.path, Disk()) for flow in flows}
    whole = {os.path.realpath(flow.path) for flow in flows if flow.name is None}
    for target in dict.fromkeys(targets):
        for folder, _, names in sorted(os.walk(output / target)):
            for name in sorted(names):
                path = Path(folder) / name
                source = _source(path)
                if source is None or path.relative_to(output).as_posix() in made:
                    continue
                origins = [os.path.realpath(root / source) for root in roots]
                if not whole.isdisjoint(origins) or not any(map(os.path.exists, origins)):
                    yield path


def _source(path: Path) -> str | None:
    """Return the flow file, relative to its project, that a file says it was written from; None where it says none."""
    try:
        with path.open("rb") as file:
            found = _PROVENANCE.search(file.read(_HEAD))
    except OSError:
        return None
    return found["source"].decode("utf-8", "surrogateescape") if found else None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FlowcError(f"{path} cannot be read: {error.strerror or error}") from error


def diff_text(before: str, after: str, name: str) -> str:
    """Return a unified diff; empty where nothing differs."""
    import difflib

    return "".join(
        line if line.endswith("\n") else f"{line}\n"
        for line in difflib.unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), f"{name} (there)", f"{name} (compiled)"
        )
    )
