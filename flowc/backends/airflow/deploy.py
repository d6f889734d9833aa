"""Puts a DAG file into a DAG folder: the one part of this backend that touches the world."""

import ast
import contextlib
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from flowc.backends.airflow.advice import advice
from flowc.backends.airflow.options import read_site
from flowc.backends.base import Manifest
from flowc.backends.deploying import Change, DeployUnit
from flowc.errors import EngineError, UsageError
from flowc.runtime_shim import contract
from flowc.settings import Settings

_OURS: Final = re.compile(r"^Written by flowc \S+ from .+ \(sha256:[0-9a-f]{64}\)\.$", re.MULTILINE)


def connect(settings: Settings) -> "FolderDeployer":
    """Return what writes into the DAG folder of the settings; raises UsageError where they name none."""
    site = read_site(settings)
    if site.dags_folder is None:
        raise UsageError("deploy needs the DAG folder", help='set dags_folder = "…" under [airflow] in flowc.toml, or give --dags-folder')
    return FolderDeployer(Path(site.dags_folder), site.url)


class FolderDeployer:
    """See `flowc.backends.deploying.Deployer`: a folder that Airflow reads, or a checkout of it."""

    keeps_versions = False

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder = folder
        self.url = url

    @property
    def place(self) -> str:
        """The address of Airflow where the settings have it, else the path of the folder."""
        return self.url or str(self.folder.resolve())

    def plan(self, unit: DeployUnit) -> tuple[Change, ...]:
        """Refuses a folder that is not there, and a file in the way that flowc did not write for this flow."""
        if not self.folder.is_dir():
            raise UsageError(
                f"DAG folder {self.folder} is not a folder", help="name the folder that the Airflow scheduler reads, or a checkout of it"
            )
        return tuple(_change(self.folder / manifest.path, manifest, unit.flow) for manifest in unit.manifests)

    def apply(self, unit: DeployUnit, changes: Sequence[Change]) -> None:
        """Write what changed; a scheduler never sees a file in part."""
        for change in changes:
            if change.changes and change.after is not None:
                _replace(Path(change.name), change.after.encode("utf-8"))

    def advice(self, unit: DeployUnit, changes: Sequence[Change]) -> tuple[str, ...]:
        """What to commit, when Airflow sees the file, what unpausing starts."""
        return advice(unit.graph, unit.flow, changes)


def _change(path: Path, manifest: Manifest, flow: str) -> Change:
    try:
        before = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return Change(str(path), None, manifest.text)
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"{path} is in the way and cannot be read: {error}", help="move it away, then deploy again") from error
    owner = owner_of(before)
    if owner is None:
        raise EngineError(f"{path} was not written by flowc", help="move it away, or deploy into another folder")
    if owner != flow:
        raise EngineError(
            f"{path} belongs to flow {owner}, not to {flow}", help="remove that flow's file first, or deploy into another folder"
        )
    return Change(str(path), before, manifest.text)


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
