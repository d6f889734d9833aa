"""Files given to a run somewhere else, from `flowc trigger` to the value that the step sees."""

from pathlib import Path

import pytest

from flowc.client.given_files import file_argument
from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.given_files import with_files
from flowc.runtime_shim.parameters import IncludeFile, Parameter, parameter_values
from flowc.runtime_shim.stores import StoreError, open_store


class Flow:
    words = IncludeFile("words")
    data = IncludeFile("data", is_text=False)
    text = Parameter("text", default="")


def arrived(root: str, name: str, value: str) -> object:
    store = open_store(root)
    return parameter_values(Flow, with_files(store, "Flow", Flow, {name: value}))[name]


@pytest.mark.parametrize("size", [0, 1, 8 * 1024, 16 * 1024 + 1, 3_000_000])
def test_what_is_given_arrives(tmp_path: Path, size: int) -> None:
    root = (tmp_path / "store").as_uri()
    content = ("é{{ x }}\0"[:3] * size)[:size].encode()[:size]
    (tmp_path / "file").write_bytes(content)
    value = file_argument(str(tmp_path / "file"), "data", root, "Flow")
    assert len(value) < 30_000, "it travels as a parameter"
    assert arrived(root, "data", value) == content
    assert (tmp_path / "store").exists() == (size > 16 * 1024)


def test_text_is_decoded(tmp_path: Path) -> None:
    root = (tmp_path / "store").as_uri()
    (tmp_path / "file").write_text("grün")
    assert arrived(root, "words", file_argument(str(tmp_path / "file"), "words", root, "Flow")) == "grün"
    (tmp_path / "file").write_bytes(b"\xff")
    with pytest.raises(MetaflowException, match="parameter 'words': the file that was given cannot be read"):
        arrived(root, "words", file_argument(str(tmp_path / "file"), "words", root, "Flow"))


def test_what_was_removed_or_is_damaged(tmp_path: Path) -> None:
    root = (tmp_path / "store").as_uri()
    (tmp_path / "file").write_bytes(b"x" * 20_000)
    value = file_argument(str(tmp_path / "file"), "data", root, "Flow")
    [kept] = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    kept.unlink()
    with pytest.raises(StoreError):
        arrived(root, "data", value)
    for damaged in ("flowc-file:", "flowc-file:{}", "flowc-file:[1]", 'flowc-file:{"codec":"no"}'):
        with pytest.raises(StoreError, match="parameter 'data'"):
            arrived(root, "data", damaged)


def test_other_parameters_keep_such_text(tmp_path: Path) -> None:
    assert arrived((tmp_path / "store").as_uri(), "text", "flowc-file:{}") == "flowc-file:{}"
