"""What a code package is, as a value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from flowc.diagnostics.model import Diagnostic
from flowc.errors import FlowcError
from flowc.source import Span

PLAN_PATH = "plan.json"
"""Where the plan stands in a package."""


class SourceMember(Protocol):
    """A file of the import closure, as the frontend gives it."""

    @property
    def project_path(self) -> str:
        """Posix, relative to the project root."""

    @property
    def data(self) -> bytes:
        """The content as read."""

    @property
    def why(self) -> str:
        """Why the flow needs it."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """Who names a data file of the flow, such as `Config 'settings'`, and where."""

    asker: str
    span: Span


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package: posix path, size in bytes, why it goes in."""

    path: str
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that a pattern matches and the package does not hold, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class CodePackage:
    """A tar file and its digest `sha256:<hex>`; `files` in the order they stand in it, which is that of their paths."""

    data: bytes = field(repr=False)
    digest: str
    files: tuple[PackageFile, ...]
    left_out: tuple[LeftOut, ...] = ()


class PackageError(FlowcError):
    """The code package cannot be made; `diagnostics` says why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        first = diagnostics[0]
        super().__init__("; ".join(f"{found.code.id} {found.message}" for found in diagnostics), help=first.help)
        self.diagnostics = tuple(diagnostics)
