"""A canonical tar file: the same bytes for the same files, whatever machine, user, clock or Python version makes it.

Format: POSIX ustar, one regular file per entry, mode 0644, no owner, time 0; a path that ustar cannot hold gets a pax header with
the path alone (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html). Headers are written here, because
what `tarfile` writes for the same input is not promised to stay the same between Python versions.
"""

from collections.abc import Iterable, Iterator
from typing import Final

_BLOCK: Final = 512
MAX_FILE_BYTES: Final = 8**11 - 1
"""A ustar header holds the size as eleven octal digits."""


def canonical_tar(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a tar file with `files`, (posix path, content) pairs, in the order given.

    Raises ValueError for a path that is empty, absolute, has an empty, `.` or `..` component or a NUL, or for too long a content.
    """
    pieces: list[bytes] = []
    for path, data in files:
        _check(path, data)
        name = path.encode("utf-8")
        fitted = _fit(name) if name.isascii() else None
        if fitted is None:
            record = _pax_record(b"path", name)
            pieces += (_header(b"pax/path", b"", len(record), b"x"), record, _padding(len(record)))
            fitted = (b"pax/file", b"")
        pieces += (_header(*fitted, len(data), b"0"), data, _padding(len(data)))
    pieces.append(bytes(2 * _BLOCK))
    return b"".join(pieces)


def files_of(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what `canonical_tar` was given."""
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
        for member in tar:
            file = tar.extractfile(member)
            yield member.name, file.read() if file is not None else b""


def _check(path: str, data: bytes) -> None:
    if not path or "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise ValueError(f"{path!r} cannot be the path of a file in a tar")
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(f"{path!r} has {len(data)} bytes; a tar entry holds at most {MAX_FILE_BYTES}")


def _fit(name: bytes) -> tuple[bytes, bytes] | None:
    """(name, prefix) of a ustar header: the longest name part that fits, or None where no slash divides the path so."""
    if len(name) <= 100:
        return name, b""
    slash = name.find(b"/", len(name) - 101)
    if slash < 1 or slash > 155 or slash == len(name) - 1:
        return None
    return name[slash + 1 :], name[:slash]


def _pax_record(key: bytes, value: bytes) -> bytes:
    body = b" " + key + b"=" + value + b"\n"
    length = len(body)
    while length != len(body) + len(str(length)):
        length = len(body) + len(str(length))
    return str(length).encode() + body


def _header(name: bytes, prefix: bytes, size: int, kind: bytes) -> bytes:
    fields = (
        name.ljust(100, b"\0"),
        b"0000644\0",
        b"0000000\0",
        b"0000000\0",
        b"%011o\0" % size,
        b"00000000000\0",
        b" " * 8,
        kind,
        bytes(100),
        b"ustar\x0000",
        bytes(32),
        bytes(32),
        b"0000000\0",
        b"0000000\0",
        prefix.ljust(155, b"\0"),
        bytes(12),
    )
    header = b"".join(fields)
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)
