"""What a `Disk` was asked can be asked again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flowc.disk import Disk, Fact, still_holds

ASK: dict[str, Callable[[Disk, Path], object]] = {
    "content": lambda disk, folder: disk.read(folder / "file"),
    "names": lambda disk, folder: disk.names(folder),
    "file": lambda disk, folder: disk.is_file(folder / "file"),
    "no file": lambda disk, folder: disk.is_file(folder / "absent"),
    "folder": lambda disk, folder: disk.is_folder(folder / "folder"),
    "no folder": lambda disk, folder: disk.is_folder(folder / "absent"),
    "there": lambda disk, folder: disk.exists(folder / "file"),
    "not there": lambda disk, folder: disk.exists(folder / "absent"),
    "link": lambda disk, folder: disk.is_link(folder / "link"),
    "real path": lambda disk, folder: disk.real_path(folder / "link"),
    "size": lambda disk, folder: disk.size(folder / "file"),
    "no size": lambda disk, folder: disk.size(folder / "absent"),
}
ANSWERS: dict[str, object] = {
    "content": b"one",
    "names": [("file", False), ("folder", True), ("link", False)],
    "file": True,
    "no file": False,
    "folder": True,
    "no folder": False,
    "there": True,
    "not there": False,
    "link": True,
    "size": 3,
    "no size": None,
}


def _relink(folder: Path) -> None:
    (folder / "link").unlink()
    (folder / "link").symlink_to("folder")


def _swap(folder: Path) -> None:
    (folder / "folder").rmdir()
    (folder / "folder").touch()


CHANGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "nothing": (lambda folder: None, set()),
    "other content": (lambda folder: (folder / "file").write_text("two"), {"content"}),
    "more content": (lambda folder: (folder / "file").write_text("longer"), {"content", "size"}),
    "touched": (lambda folder: os.utime(folder / "file", (1, 1)), set()),
    "removed": (lambda folder: (folder / "file").unlink(), {"content", "names", "file", "there", "size"}),
    "appeared": (lambda folder: (folder / "absent").touch(), {"names", "no file", "not there", "no size"}),
    "folder appeared": (lambda folder: (folder / "absent").mkdir(), {"names", "no folder", "not there"}),
    "other link": (_relink, {"names", "real path"}),
    "file for a folder": (_swap, {"names", "folder"}),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("one")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("file")
    return tmp_path


def facts_of(folder: Path, question: str) -> tuple[Fact, ...]:
    disk = Disk()
    ASK[question](disk, folder)
    facts = disk.facts()
    assert facts is not None
    return facts


@pytest.mark.parametrize("question", ANSWERS)
def test_answers(folder: Path, question: str) -> None:
    assert ASK[question](Disk(), folder) == ANSWERS[question]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_by_the_questions_it_concerns(folder: Path, change: str) -> None:
    facts = {question: facts_of(folder, question) for question in ASK}
    apply, concerned = CHANGES[change]
    apply(folder)
    assert {question for question, found in facts.items() if not still_holds(found)} == concerned


def test_a_file_that_cannot_be_read_is_a_fact_too(folder: Path) -> None:
    disk = Disk()
    for name in ("absent", "folder"):
        with pytest.raises(OSError):
            disk.read(folder / name)
    facts = disk.facts()
    assert facts is not None
    assert still_holds(facts)
    (folder / "absent").touch()
    assert not still_holds(facts)


def test_relative_paths_keep_their_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    facts = facts_of(Path(), "content")
    monkeypatch.chdir("/")
    assert still_holds(facts)


def test_two_answers_to_one_question_are_no_facts(folder: Path) -> None:
    disk = Disk()
    disk.read(folder / "file")
    (folder / "file").write_text("two")
    disk.read(folder / "file")
    assert disk.facts() is None


def test_the_cache_itself_changes_no_answer(folder: Path) -> None:
    facts = facts_of(folder, "names")
    (folder / ".flowc").mkdir()
    assert still_holds(facts)
    assert (".flowc", True) in Disk().names(folder)


def test_an_unknown_question_is_refused() -> None:
    with pytest.raises(KeyError):
        still_holds([("colour", "/", "blue")])
