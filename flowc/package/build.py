"""Makes the code package of a flow: the plan, the import closure, what patterns and the flow itself ask for, less what never ships.

The digest depends on these files alone, so a change elsewhere in the project leaves it as it is.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report, Severity
from flowc.disk import Disk
from flowc.package.deny import denied, is_noise
from flowc.package.model import PLAN_PATH, CodePackage, LeftOut, NamedFile, PackageError, PackageFile, SourceMember
from flowc.package.patterns import is_literal, matching_files, pattern_parts
from flowc.package.tar import MAX_FILE_BYTES, canonical_tar
from flowc.source import Span, start_of

_MOST_NAMED: Final = 10
LARGE_FILE_BYTES: Final = 20 * 2**20
LARGE_PACKAGE_BYTES: Final = 100 * 2**20


def build_package(
    plan: bytes,
    closure: Sequence[SourceMember],
    include: Sequence[str],
    project_root: Path,
    *,
    named: Mapping[str, NamedFile] = MappingProxyType({}),
    report: Report | None = None,
    span: Span | None = None,
    include_places: Mapping[str, Span] = MappingProxyType({}),
    disk: Disk | None = None,
) -> CodePackage:
    """Return the code package of a flow.

    `plan` is the content of `plan.json`, `closure` what the flow imports and the data files it names, `include` are patterns as
    `flowc.package.patterns` reads them. `named` says, by path, who names a data file and where.

    Findings go into `report`: those about a pattern to where `include_places` says it stands, others without a place of their own to
    `span`. What an error is about is not in the package.
    `disk` remembers what was read and looked at. Without a `report` an error raises PackageError and warnings are dropped.
    """
    own = report if report is not None else Report()
    builder = _Builder(project_root, disk or Disk(), own, span or start_of(closure[0].project_path if closure else PLAN_PATH))
    for member in closure:
        builder.add_member(member, named.get(member.project_path))
    for pattern in include:
        builder.add_pattern(pattern, include_places.get(pattern, builder.span))
    errors = [found for found in own.diagnostics if found.severity is Severity.ERROR]
    if report is None and errors:
        raise PackageError(errors)
    return builder.finish(plan)


class _Builder:
    def __init__(self, project_root: Path, disk: Disk, report: Report, span: Span) -> None:
        self._root = project_root
        self._disk = disk
        self._real_root = Path(disk.real_path(project_root))
        self._report = report
        self.span = span
        self._members: dict[str, tuple[bytes, str]] = {}
        self._left_out: dict[str, str] = {}

    def add_member(self, member: SourceMember, named: NamedFile | None) -> None:
        path = member.project_path
        asker, span = (named.asker, named.span) if named else (member.why, self.span)
        why = None if path.endswith(".py") else denied(path)
        if why:
            self._deny(path, why, asker, span)
        elif self._admits(path, span, asker=asker):
            self._members.setdefault(path, (member.data, asker if named else member.why))

    def add_pattern(self, pattern: str, span: Span) -> None:
        if pattern_parts(pattern) is None:
            self._report(
                codes.INCLUDE_OUTSIDE,
                span,
                pattern=pattern,
                help="patterns are relative to the project root, with / between folders, and stay below it",
            )
            return
        asker = f"include pattern {pattern!r}"
        denied_paths: dict[str, str] = {}
        paths = list(matching_files(self._root, pattern, self._disk))
        for path in paths:
            why = denied(path)
            if why is None:
                self._add_file(path, include_why(pattern), span)
            elif is_literal(pattern.rstrip("/").rpartition("/")[2]) and not is_noise(path):
                self._deny(path, why, asker, span)
            else:
                self._left_out.setdefault(path, why)
                if not is_noise(path):
                    denied_paths[path] = why
        if denied_paths:
            notes = [f"{path}: {why}" for path, why in denied_paths.items()]
            notes[_MOST_NAMED:] = [f"and {len(notes) - _MOST_NAMED} more"] if len(notes) > _MOST_NAMED else []
            some = (
                f"{len(denied_paths)} files, which never go" if len(denied_paths) > 1 else f"{next(iter(denied_paths))!r}, which never goes"
            )
            help = "narrow the pattern to what the steps read"
            self._report(codes.PATTERN_MATCHES_DENIED, span, asker=asker, found=some, notes=notes, help=help)
        if not paths:
            help = "patterns are relative to the project root; take it out, or mend it"
            self._report(codes.INCLUDE_MATCHES_NOTHING, span, pattern=pattern, help=help)

    def finish(self, plan: bytes) -> CodePackage:
        members = {**self._members, PLAN_PATH: (plan, "the plan of the flow")}
        ordered = [(path, *members[path]) for path in sorted(members)]
        files = [PackageFile(path, len(data), why) for path, data, why in ordered]
        data = canonical_tar([(path, data) for path, data, _ in ordered])
        self._warn_of_sizes(files, len(data))
        left_out = tuple(LeftOut(path, self._left_out[path]) for path in sorted(self._left_out))
        return CodePackage(data, f"sha256:{hashlib.sha256(data).hexdigest()}", tuple(files), left_out)

    def _warn_of_sizes(self, files: Sequence[PackageFile], total: int) -> None:
        advice = "every task fetches the package; keep data in the store or in the image instead"
        for file in files:
            if file.size > LARGE_FILE_BYTES:
                self._report(codes.LARGE_PACKAGE_FILE, self.span, path=file.path, size=readable_size(file.size), help=advice)
        if total > LARGE_PACKAGE_BYTES:
            self._report(codes.LARGE_PACKAGE, self.span, size=readable_size(total), help=advice)

    def _add_file(self, path: str, why: str, span: Span) -> None:
        if path in self._members or not self._admits(path, span, asker=why):
            return
        if (self._disk.size(self._root / path) or 0) > MAX_FILE_BYTES:
            self._report(codes.PACKAGE_FILE_UNREADABLE, span, path=path, reason="is larger than 8 GB")
            return
        try:
            data = self._disk.read(self._root / path)
        except OSError as error:
            reason = f"cannot be read: {error.strerror}" if error.errno else "is no regular file"
            self._report(codes.PACKAGE_FILE_UNREADABLE, span, path=path, reason=reason)
            return
        self._members[path] = (data, why)

    def _admits(self, path: str, span: Span, *, asker: str) -> bool:
        if path == PLAN_PATH:
            self._report(codes.PLAN_CLASH, span, asker=asker, help="rename the file, or move it into a folder")
            return False
        flaw = _flaw_of_name(path)
        if flaw:
            self._report(codes.PACKAGE_FILE_UNREADABLE, span, path=path.encode(errors="surrogateescape"), reason=f"has a name with {flaw}")
            return False
        target = Path(self._disk.real_path(self._root / path))
        if not target.is_relative_to(self._real_root):
            self._report(codes.LINK_LEAVES_PROJECT, span, path=path, help="copy the file into the project")
            return False
        real_path = target.relative_to(self._real_root).as_posix()
        why = denied(real_path) if real_path != path and not path.endswith(".py") else None
        if why:
            self._deny(path, f"it links to {real_path}: {why}", asker, span)
        return why is None

    def _deny(self, path: str, why: str, asker: str, span: Span) -> None:
        self._left_out.setdefault(path, why)
        self._report(
            codes.DENIED_PACKAGE_FILE,
            span,
            asker=asker,
            path=path,
            notes=[why],
            help="give secrets to a step through @secrets or its environment; rename a file that holds none",
        )


def include_why(pattern: str) -> str:
    """Return why a file is in the package that a pattern of the settings matches."""
    return f"include {pattern}"


def readable_size(size: int) -> str:
    """Return `size` bytes in words a person reads: `812 B`, `3.1 kB`, `12.4 MB`."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _flaw_of_name(path: str) -> str | None:
    """What in a path no package holds: what another system would read as more than a name."""
    if "\\" in path:
        return "a backslash"
    if ":" in path.partition("/")[0]:
        return "a colon"
    return None if path.isascii() or path.encode(errors="replace").decode() == path else "bytes that are not UTF-8"
