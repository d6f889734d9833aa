"""Puts a DAG file into a DAG folder: the one part of this backend that touches the world."""

import ast
import contextlib
import os
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flowc.backends.base import Manifest
from flowc.errors import EngineError, UsageError
from flowc.runtime_shim import contract

_OURS: Final = re.compile(r"^Written by flowc \S+ from .+ \(sha256:[0-9a-f]{64}\)\.$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """What deploying does to one file: `before` is None where it is not there yet."""

    path: Path
    before: str | None
    after: str

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after


def plan_changes(manifests: Sequence[Manifest], flow: str, folder: Path) -> tuple[Change, ...]:
    """Return what deploying `flow` (its deployed name) into `folder` would do; nothing is written.

    Raises UsageError where there is no such folder, EngineError where a file is in the way that flowc did not write for this flow.
    """
    if not folder.is_dir():
        raise UsageError(
            f"DAG folder {folder} is not a folder", help="name the folder that the Airflow scheduler reads, or a checkout of it"
        )
    return tuple(_change(folder / manifest.path, manifest, flow) for manifest in manifests)


def _change(path: Path, manifest: Manifest, flow: str) -> Change:
    try:
        before = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return Change(path, None, manifest.text)
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"{path} is in the way and cannot be read: {error}", help="move it away, then deploy again") from error
    owner = owner_of(before)
    if owner is None:
        raise EngineError(f"{path} was not written by flowc", help="move it away, or deploy into another folder")
    if owner != flow:
        raise EngineError(
            f"{path} belongs to flow {owner}, not to {flow}", help="remove that flow's file first, or deploy into another folder"
        )
    return Change(path, before, manifest.text)


def owner_of(text: str) -> str | None:
    """Return the deployed name of the flow that flowc wrote the DAG file `text` for; None for a file that is not flowc's."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    if not _OURS.search(ast.get_docstring(module) or ""):
        return None
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="ENV")], value=ast.Dict(keys=keys, values=values)):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == contract.FLOW and isinstance(value, ast.Constant):
                        return str(value.value)
    return None


def apply(changes: Sequence[Change], upload: Callable[[], object]) -> None:
    """Upload the code package, then write what changed; a scheduler never sees a file in part, nor one whose code is not there.

    Raises EngineError where a file cannot be written, and what `upload` raises.
    """
    upload()
    for change in changes:
        if change.changes:
            _replace(change.path, change.after.encode("utf-8"))


def _replace(path: Path, data: bytes) -> None:
    # No ".py" at the end: the scheduler must not take the file for a DAG before it is whole.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise EngineError(
            f"{path} cannot be written: {error.strerror or error}", help="check who may write there, and the room left"
        ) from error
