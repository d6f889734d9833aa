"""Code packages: checked before anything of them is written."""

import hashlib
import io
import os
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest

from flowc.package.tar import canonical_tar
from flowc.runtime_shim.code import PackageError, fetch_code
from flowc.runtime_shim.contract import package_key
from flowc.runtime_shim.stores import Store, open_store

FILES = [("lib/deep/a.py", b"a = 1\n"), ("plan.json", b"{}"), ("train.py", b"x" * 1000), ("ü.py", b"")]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store((tmp_path / "root").as_uri())


def put(store: Store, data: bytes) -> str:
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    store.put_object(package_key("F", digest), [data])
    return digest


def written(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("files", [FILES, [FILES[1], FILES[0], *FILES[2:]], []], ids=["sorted", "plan first", "empty"])
def test_unpacking(store: Store, tmp_path: Path, files: list[tuple[str, bytes]]) -> None:
    digest = put(store, canonical_tar(files))
    folders = [Path(fetch_code(store, "F", digest, str(tmp_path / "into"))) for _ in range(2)]
    assert folders[0] != folders[1]
    for folder in folders:
        assert folder.parent == tmp_path / "into"
        assert written(folder) == dict(files)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_long_paths(store: Store, tmp_path: Path) -> None:
    path = "/".join(["folder" * 8] * 12) + "/file.py"
    folder = Path(fetch_code(store, "F", put(store, canonical_tar([(path, b"1")])), str(tmp_path)))
    assert (folder / path).read_bytes() == b"1"


def member(name: str, content: bytes = b"x", **changes: Any) -> tuple[tarfile.TarInfo, bytes]:
    found = tarfile.TarInfo(name)
    found.size = len(content)
    for field, value in changes.items():
        setattr(found, field, value)
    return found, content


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for found, content in members:
            tar.addfile(found, io.BytesIO(content) if found.isreg() else None)
    return out.getvalue()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([member("../evil.py")], "leads out of its folder"),
        ([member("a/../../evil.py")], "leads out of its folder"),
        ([member("/etc/evil.py")], "leads out of its folder"),
        ([member("./a.py")], "leads out of its folder"),
        ([member("a//b.py")], "leads out of its folder"),
        ([member("a\\b.py")], "leads out of its folder"),
        ([member("C:/a.py")], "leads out of its folder"),
        ([member("link", b"", type=tarfile.SYMTYPE, linkname="/etc"), member("link/x.py")], "no plain file"),
        ([member("hard", b"", type=tarfile.LNKTYPE, linkname="/etc/passwd")], "no plain file"),
        ([member("pipe", b"", type=tarfile.FIFOTYPE)], "no plain file"),
        ([member("device", b"", type=tarfile.CHRTYPE)], "no plain file"),
        ([member("folder", b"", type=tarfile.DIRTYPE)], "no plain file"),
        ([member("a.py", uid=1000)], "names an owner"),
        ([member("a.py", uname="somebody")], "names an owner"),
        ([member("a.py", mtime=5), member("b.py", mtime=6)], "files of several times"),
        ([member("b.py"), member("a.py")], "in order, each once"),
        ([member("a.py"), member("a.py")], "in order, each once"),
    ],
    ids=lambda value: value[0][0].name if isinstance(value, list) else value,
)
def test_what_no_package_holds(store: Store, tmp_path: Path, members: Any, words: str) -> None:
    digest = put(store, tar_of(member("0first.py"), *members))
    with pytest.raises(PackageError, match=words):
        fetch_code(store, "F", digest, str(tmp_path / "into"))
    assert written(tmp_path / "into") == {}


@pytest.mark.parametrize("damage", [b"", b"not a tar", None], ids=["empty", "other", "flipped"])
def test_damage_is_seen_before_the_tar_is_opened(store: Store, tmp_path: Path, damage: bytes | None) -> None:
    data = bytearray(canonical_tar(FILES))
    digest = put(store, bytes(data))
    data[700] ^= 1
    key = package_key("F", digest)
    store.delete(key)
    store.put_object(key, [data if damage is None else damage])
    with pytest.raises(PackageError, match=r"is damaged: delete it, then run `flowc deploy` again"):
        fetch_code(store, "F", digest, str(tmp_path / "into"))
    assert not (tmp_path / "into").exists()


def test_missing_and_malformed(store: Store, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="is missing in file://"):
        fetch_code(store, "F", "sha256:" + "0" * 64, str(tmp_path))
    for digest in ("", "sha256:../../x", "md5:" + "0" * 32, "sha256:" + "G" * 64):
        with pytest.raises(PackageError, match="is no digest"):
            fetch_code(store, "F", digest, str(tmp_path))
    with pytest.raises(PackageError, match="is no tar file"):
        fetch_code(store, "F", put(store, b"not a tar" * 100), str(tmp_path))


def test_where_it_cannot_be_unpacked(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PackageError, match="cannot unpack the code package"):
        fetch_code(store, "F", put(store, canonical_tar(FILES)), os.fspath(tmp_path / "file/into"))
