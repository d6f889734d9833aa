"""Folders of a task's own."""

import os
import stat
from pathlib import Path

import pytest

from flowc.runtime_shim.folders import make_folder, remove_folder, scratch_folder


def test_each_is_another_and_private(tmp_path: Path) -> None:
    folders = {make_folder("flowc-", str(tmp_path)) for _ in range(3)}
    assert len(folders) == 3
    assert all(stat.S_IMODE(os.stat(folder).st_mode) == 0o700 for folder in folders)


def test_scratch_goes_where_temporary_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert os.path.dirname(scratch_folder("flowc-")) == str(tmp_path)


def test_scratch_goes_elsewhere_where_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setenv("TEMP", str(tmp_path))
    assert os.path.dirname(scratch_folder("flowc-")) == str(tmp_path)


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    folder = Path(make_folder("flowc-", str(tmp_path)))
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "file").touch()
    (folder / "link").symlink_to(tmp_path / "kept")
    (folder / "deep" / "broken").symlink_to("nowhere")
    remove_folder(str(folder))
    assert not folder.exists()
    assert (tmp_path / "kept" / "file").exists()


def test_a_missing_folder_is_no_error(tmp_path: Path) -> None:
    remove_folder(str(tmp_path / "missing"))
