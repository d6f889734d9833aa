"""Reads the tar of a code package: POSIX ustar, with pax headers for long paths, as `flowc.package.tar` writes it and nothing beyond.

Importing `tarfile`, and what it imports, would cost every task as much as the rest of fetching its code.
Format: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
"""

from flowc.runtime_shim.typed import NamedTuple

_BLOCK = 512
_REGULAR = (b"0", b"\0")
_PAX = b"x"


class TarError(ValueError):
    """The bytes are no tar file, or one that holds what this reader does not know."""


class Member(NamedTuple):
    """One entry. `plain`: it is a regular file; `owned`: it names an owner."""

    path: str
    data: memoryview
    plain: bool
    executable: bool
    owned: bool
    time: int


def read_tar(data: bytes) -> list[Member]:
    """Return the entries of a tar file in order; raises TarError for what is none."""
    whole = memoryview(data)
    members: list[Member] = []
    path: str | None = None
    offset = 0
    while True:
        header = bytes(whole[offset : offset + _BLOCK])
        if len(header) < _BLOCK:
            raise TarError("it ends without the two empty blocks that end a tar file")
        if not any(header):
            return members
        _check(header, offset)
        size = _octal(header[124:136])
        content = whole[offset + _BLOCK : offset + _BLOCK + size]
        if len(content) < size:
            raise TarError("it ends in the middle of a file")
        offset += _BLOCK + size + -size % _BLOCK
        kind = header[156:157]
        if kind == _PAX:
            path = _pax_path(bytes(content))
            continue
        members.append(
            Member(
                path=path if path is not None else _path(header),
                data=content,
                plain=kind in _REGULAR,
                executable=bool(_octal(header[100:108]) & 0o100),
                owned=any(map(_octal, (header[108:116], header[116:124]))) or bool(_text(header[265:297]) or _text(header[297:329])),
                time=_octal(header[136:148]),
            )
        )
        path = None


def _check(header: bytes, offset: int) -> None:
    if header[257:262] != b"ustar":
        raise TarError(f"there is no ustar header at byte {offset}")
    if _octal(header[148:156]) != sum(header) - sum(header[148:156]) + 8 * 32:
        raise TarError(f"the header at byte {offset} does not match its checksum")


def _path(header: bytes) -> str:
    name, prefix = _text(header[:100]), _text(header[345:500])
    path = f"{prefix}/{name}" if prefix else name
    return path.rstrip("/") if header[156:157] == b"5" else path


def _pax_path(records: bytes) -> str:
    """Return the path in a pax header that holds nothing else: one record, `length path=…`."""
    length, _, rest = records.partition(b" ")
    if not (rest.startswith(b"path=") and rest.endswith(b"\n") and length.isdigit() and int(length) == len(records)):
        raise TarError("a pax header holds more than a path")
    try:
        return rest[5:-1].decode("utf-8")
    except UnicodeDecodeError as error:
        raise TarError("a pax header holds a path that is not UTF-8") from error


def _octal(field: bytes) -> int:
    text = field.strip(b" \0")
    try:
        return int(text or b"0", 8)
    except ValueError as error:
        raise TarError(f"a header holds {field!r} where a number belongs") from error


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")
