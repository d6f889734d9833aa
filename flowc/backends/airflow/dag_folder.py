"""Puts DAG files into a folder of this machine: one that Airflow reads, or a checkout that something ships from."""

import contextlib
import os
import secrets
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from flowc.backends.airflow.advice import advice, committed, to_commit
from flowc.backends.airflow.checkout import Checkout, checkout_of
from flowc.backends.airflow.ownership import owned
from flowc.backends.base import Manifest
from flowc.backends.deploying import Change, DeployUnit
from flowc.errors import EngineError, UsageError


class FolderDeployer:
    """See `flowc.backends.deploying.Deployer`. commit: where the folder is a git checkout, commit what was written, and nothing else."""

    keeps_versions = False

    def __init__(self, folder: Path, url: str | None, *, commit: bool = False) -> None:
        self.folder = folder
        self.url = url
        self.commit = commit

    @property
    def place(self) -> str:
        """The address of Airflow where the settings have it, else the path of the folder."""
        return self.url or str(self.folder.resolve())

    @cached_property
    def checkout(self) -> Checkout | None:
        """The git work tree that holds the folder, as it was before the deploy."""
        return checkout_of(self.folder)

    def plan(self, unit: DeployUnit) -> tuple[Change, ...]:
        """Refuses a folder that is not there, and a file in the way that flowc did not write for this flow."""
        if not self.folder.is_dir():
            raise UsageError(
                f"DAG folder {self.folder} is not a folder", help="name the folder that the Airflow scheduler reads, or a checkout of it"
            )
        if self.commit and self.checkout is None:
            raise UsageError(f"DAG folder {self.folder} is in no git checkout", help="take out git_commit under [airflow]")
        return tuple(_change(self.folder / manifest.path, manifest, unit.flow) for manifest in unit.manifests)

    def apply(self, unit: DeployUnit, changes: Sequence[Change]) -> None:
        """Write what changed; a scheduler never sees a file in part. Then commit it, where that was asked for."""
        for change in changes:
            if change.changes and change.after is not None:
                _replace(Path(change.name), change.after.encode("utf-8"))
        if self.commit and self.checkout is not None:
            self.checkout.commit([Path(change.name) for change in changes], f"Deploy {unit.flow}")

    def advice(self, unit: DeployUnit, changes: Sequence[Change]) -> tuple[str, ...]:
        """What to commit or to push, when Airflow sees the file, what unpausing starts."""
        lines = advice(unit.graph, unit.flow, changes)
        if self.checkout is None:
            return lines
        return (*(committed(self.checkout) if self.commit else to_commit(self.checkout, changes)), *lines)


def _change(path: Path, manifest: Manifest, flow: str) -> Change:
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        return Change(str(path), None, manifest.text)
    except OSError as error:
        raise EngineError(f"{path} is in the way and cannot be read: {error}", help="move it away, then deploy again") from error
    return Change(str(path), owned(str(path), before, flow), manifest.text)


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
