import hashlib
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.package.tar import canonical_tar

LONG_FOLDER = "a" * 90
FILES = [
    ("plan.json", b'{"v":1}\n'),
    ("train.py", b"print('hi')\n" * 50),
    ("empty.txt", b""),
    (f"{LONG_FOLDER}/{LONG_FOLDER}.py", b"fits name and prefix"),
    (f"{'b' * 120}.txt", b"needs a pax header"),
    ("daten/größe.csv", b"1;2\n"),
    ("a/block.bin", bytes(range(256)) * 2),
]


def test_golden_digest():
    """Changing these bytes changes the code digest of every deployed flow: see CHANGELOG, "Emitted output", before touching it."""
    data = canonical_tar(FILES)
    assert len(data) % 512 == 0
    assert hashlib.sha256(data).hexdigest() == "025970467cedbdd5a36a842045159edadf7ecf33420c14e2548e499e99bccc87"


def test_the_standard_library_reads_it_back():
    with tarfile.open(fileobj=io.BytesIO(canonical_tar(FILES))) as tar:
        members = tar.getmembers()
        assert [(member.name, tar.extractfile(member).read()) for member in members] == FILES
        assert {(m.mode, m.uid, m.gid, m.mtime, m.uname, m.gname, m.isreg()) for m in members} == {(0o644, 0, 0, 0, "", "", True)}


component = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=130).filter(
    lambda text: text not in (".", "..")
)
path = st.lists(component, min_size=1, max_size=4).map("/".join)


@given(st.dictionaries(path, st.binary(max_size=1500), max_size=5))
def test_round_trip(files):
    with tarfile.open(fileobj=io.BytesIO(canonical_tar(files.items())), encoding="utf-8") as tar:
        assert {member.name: tar.extractfile(member).read() for member in tar.getmembers()} == files


@pytest.mark.parametrize("path", ["", "/etc/passwd", "a/../b", "a//b", "./a", "a/", "a\0b"])
def test_bad_paths_are_refused(path):
    with pytest.raises(ValueError, match="path of a file"):
        canonical_tar([(path, b"")])
