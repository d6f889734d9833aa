"""Which files of a project a pattern names.

`*`, `?` and `[…]` match inside one component and no leading dot; `**` matches any number of folders whose names have no leading
dot; a pattern that ends at a folder stands for every file in it. Names are compared by case on every file system.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import accumulate
from pathlib import Path

from flowc.disk import OWN_FOLDER, Disk
from flowc.package.deny import denied_folder

_MAGIC = frozenset("*?[")


def pattern_parts(pattern: str) -> tuple[str, ...] | None:
    """Return the components of a pattern, or None where it does not name files below the project root."""
    parts = tuple(part for part in pattern.split("/") if part not in ("", "."))
    if not parts or pattern.startswith("/") or ".." in parts or "\\" in pattern or "\0" in pattern:
        return None
    return parts


def is_literal(pattern: str) -> bool:
    """Whether a pattern names one file or folder, without wildcards."""
    return not _MAGIC.intersection(pattern)


def matching_files(root: Path, pattern: str, disk: Disk) -> Iterator[str]:
    """Yield the posix paths, relative to `root`, that `pattern` matches, in order of path and each once.

    Wildcards pass over denied folders and virtual environments. A link to a folder outside the project, and a denied folder that
    the pattern ends at, are yielded themselves, so that the caller can refuse them.

    Raises ValueError for a pattern that `pattern_parts` refuses.
    """
    parts = pattern_parts(pattern)
    if parts is None:
        raise ValueError(f"{pattern!r} does not name files below the project root")
    listings: dict[str, list[tuple[str, bool]]] = {}

    def names(folder: str) -> list[tuple[str, bool]]:
        if folder not in listings:
            listings[folder] = disk.names(root / folder)
        return listings[folder]

    base = Path(disk.real_path(root))
    found: set[str] = set()
    seen: set[tuple[str, int]] = set()
    pending = [("", 0)]
    while pending:
        folder, index = pending.pop()
        if (folder, index) in seen:
            continue
        seen.add((folder, index))
        part = parts[index] if index < len(parts) else "**"
        last = index >= len(parts) - 1
        if part == OWN_FOLDER:
            disk.exists(root / folder / part)  # so that it is a fact, which that of the names is not
        if part == "**" and not last:
            pending.append((folder, index + 1))
        for name, is_folder in names(folder):
            if not _matches(name, part):
                continue
            path = f"{folder}/{name}" if folder else name
            if not is_folder:
                if last:
                    found.add(path)
            elif _leaves(base, root / path, disk) or (last and is_literal(part) and denied_folder(name)):
                found.add(path)
            elif is_literal(part) or not _skipped(root, path, disk):
                pending.append((path, min(index, len(parts)) if part == "**" else index + 1))
    yield from sorted(found)


def _matches(name: str, part: str) -> bool:
    if part == "**":
        return not name.startswith(".")
    if is_literal(part):
        return name == part
    return fnmatchcase(name, part) and (part.startswith(".") or not name.startswith("."))


def _leaves(base: Path, path: Path, disk: Disk) -> bool:
    return disk.is_link(path) and not Path(disk.real_path(path)).is_relative_to(base)


def _skipped(root: Path, path: str, disk: Disk) -> bool:
    """A folder that wildcards pass over; also a link to a folder that the path came through, which would never end."""
    here = root / path
    return _goes_round(root, path, disk) or denied_folder(here.name) is not None or disk.is_file(here / "pyvenv.cfg")


def _goes_round(root: Path, path: str, disk: Disk) -> bool:
    if not disk.is_link(root / path):
        return False
    *through, _ = accumulate(path.split("/"), "{}/{}".format)
    real = disk.real_path(root / path)
    return real in {disk.real_path(root / folder) for folder in ("", *through)}
