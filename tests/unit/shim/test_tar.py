"""The shim's tar reader agrees with `tarfile` on every package, and refuses what no package is."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.package.tar import canonical_tar
from flowc.runtime_shim.tar import TarError, read_tar

PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=120).filter(
    lambda part: part not in (".", "..")
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
ONE = canonical_tar([("a.py", b"1" * 600)])


@given(st.dictionaries(PATHS, st.binary(max_size=1500), max_size=4))
def test_it_reads_what_is_written(files: dict[str, bytes]) -> None:
    data = canonical_tar(sorted(files.items()))
    members = read_tar(data)
    assert [(member.path, bytes(member.data)) for member in members] == sorted(files.items())
    assert all(member.plain and not member.owned and not member.executable and member.time == 0 for member in members)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        assert [member.path for member in members] == tar.getnames()


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({"type": tarfile.DIRTYPE}, {"plain": False}),
        ({"type": tarfile.SYMTYPE, "linkname": "/etc"}, {"plain": False}),
        ({"mode": 0o755}, {"executable": True}),
        ({"uid": 7}, {"owned": True}),
        ({"gid": 7}, {"owned": True}),
        ({"gname": "staff"}, {"owned": True}),
        ({"mtime": 1700000000}, {"time": 1700000000}),
    ],
    ids=lambda value: "-".join(value),
)
def test_what_a_header_says(fields: dict[str, object], seen: dict[str, object]) -> None:
    info = tarfile.TarInfo("name")
    for field, value in fields.items():
        setattr(info, field, value)
    (member,) = read_tar(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))
    assert member.path == "name"
    assert {field: getattr(member, field) for field in seen} == seen


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "without the two empty blocks"),
        (ONE[:-1024], "without the two empty blocks"),
        (ONE[:900], "in the middle of a file"),
        (b"x" * 1024, "no ustar header at byte 0"),
        (b"b" + ONE[1:], "does not match its checksum"),
        (canonical_tar([("ü", b"")]).replace(b"path=", b"size="), "holds more than a path"),
        (canonical_tar([("ü", b"")]).replace("ü".encode(), b"\xff\xff"), "not UTF-8"),
        (ONE[:124] + b"not octal!!\0" + ONE[136:], "where a number belongs|checksum"),
    ],
    ids=["empty", "no end", "cut", "other", "flipped", "pax key", "pax bytes", "size"],
)
def test_what_is_no_package(data: bytes, words: str) -> None:
    with pytest.raises(TarError, match=words):
        read_tar(data)
