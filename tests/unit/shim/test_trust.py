"""Signed records: what was not written by whoever has the secret, for the place where it stands, is refused before anything is loaded."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.shim_tasks import RUN, Tasks

from flowc.client import Run
from flowc.runtime_shim import contract
from flowc.runtime_shim.records import RecordError, decode_record, encode_record, read_record
from flowc.runtime_shim.stores import StoreError
from flowc.runtime_shim.values import save_value

SECRET = "a secret of 16 bytes or more"
FLOW = """
    @step
    def start(self):
        self.x = list(range(10_000))
        self.next(self.a, self.b)

    @step
    def a(self):
        self.next(self.join)

    @step
    def b(self):
        self.x = self.x[:5_000]
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(len(one.x) for one in inputs)
        self.next(self.end)

    @step
    def end(self):
        print(self.total)
"""


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    (tmp_path / "secret").write_text(SECRET + "\n")
    monkeypatch.setenv(contract.SIGNING_KEY_FILE, str(tmp_path / "secret"))
    return Tasks(tmp_path, FLOW)


def file_of(tasks: Tasks, step: str, at: str = "r") -> Path:
    return tasks.folder / "store" / contract.commit_key("F", RUN, step, at)


def run(tasks: Tasks, *steps: str) -> None:
    for step in steps:
        ended = tasks.run(step)
        assert ended.code == 0, ended.out


def edited(tasks: Tasks, step: str, change: Callable[[dict[str, Any]], None]) -> None:
    file = file_of(tasks, step)
    record = json.loads(file.read_bytes())
    change(record)
    file.write_bytes(json.dumps(record).encode())


def test_every_record_of_a_run_is_signed_and_read(tasks: Tasks) -> None:
    run(tasks, "start", "a", "b", "join", "end")
    records = [path for path in (tasks.folder / "store/F/runs").rglob("*") if path.is_file()]
    assert len(records) == 6
    assert all("sig" in json.loads(path.read_bytes()) for path in records)
    assert Run(f"F/{RUN}", root=tasks.store.url)["end"].task.data.total == 15_000
    assert "sig" not in tasks.record("end")


def test_the_secret_itself_or_its_file(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tasks, "start")
    monkeypatch.delenv(contract.SIGNING_KEY_FILE)
    monkeypatch.setenv(contract.SIGNING_KEY, SECRET)
    run(tasks, "a")
    assert tasks.record("a")["step"] == "a"


def test_a_loop_in_one_process_signs_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its members get an interpreter of their own where the flow starts threads."""
    monkeypatch.setenv(contract.SIGNING_KEY, SECRET)
    flow = """
        @step
        def start(self):
            self.way = "on"
            self.next({"again": self.start, "on": self.end}, condition="way")

        @step
        def end(self):
            pass
    """
    top = """
        import threading
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    """
    tasks = Tasks(tmp_path, flow, top=top)
    ended = tasks.loop("start")
    assert ended.code == 0, ended.out
    assert "sig" in json.loads(file_of(tasks, "start", "r~0").read_bytes())


def test_without_a_secret_signed_records_are_read_as_they_are(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tasks, "start")
    monkeypatch.delenv(contract.SIGNING_KEY_FILE)
    run(tasks, "a")
    assert "sig" not in json.loads(file_of(tasks, "a").read_bytes())


class Evil:
    """Leaves a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def poison(tasks: Tasks, mark: Path) -> Callable[[dict[str, Any]], None]:
    entry, _ = save_value(tasks.store, "F", Evil(mark))
    assert "inline" in entry
    return lambda record: record["artifacts"].__setitem__("x", entry)


def test_a_poisoned_record_runs_no_code(tasks: Tasks, tmp_path: Path) -> None:
    mark = tmp_path / "was here"
    run(tasks, "start")
    edited(tasks, "start", poison(tasks, mark))
    ended = tasks.run("b")
    assert ended.code == 1
    assert "flowc: F/runs/run%201/start/r/commit is not signed by the signing key for this place: it was changed" in ended.out
    assert not mark.exists()
    with pytest.raises(StoreError, match="is not signed by the signing key"):
        assert Run(f"F/{RUN}", root=tasks.store.url)["start"].task.data.x


def test_the_poison_works_where_nothing_is_signed(tasks: Tasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test before it would prove nothing."""
    monkeypatch.delenv(contract.SIGNING_KEY_FILE)
    mark = tmp_path / "was here"
    run(tasks, "start")
    edited(tasks, "start", poison(tasks, mark))
    tasks.run("b")
    assert mark.exists()


def test_an_unsigned_record_is_refused(tasks: Tasks) -> None:
    run(tasks, "start")
    edited(tasks, "start", lambda record: record.pop("sig"))
    ended = tasks.run("a")
    assert ended.code == 1
    assert "start/r/commit is not signed, and records are to be signed here" in ended.out


def test_a_record_of_another_place_is_refused(tasks: Tasks) -> None:
    run(tasks, "start", "a")
    record = json.loads(file_of(tasks, "a").read_bytes())
    file_of(tasks, "b").parent.mkdir(parents=True)
    file_of(tasks, "b").write_bytes(json.dumps({**record, "step": "b"}).encode())
    ended = tasks.run("join")
    assert ended.code == 1
    assert "b/r/commit is not signed by the signing key for this place" in ended.out


def test_a_record_of_another_run_is_refused(tasks: Tasks) -> None:
    run(tasks, "start")
    key = contract.commit_key("F", "run 2", "start", "r")
    tasks.store.create(key, file_of(tasks, "start").read_bytes())
    with pytest.raises(RecordError, match="run%202/start/r/commit is not signed by the signing key for this place"):
        read_record(tasks.store, key)


def test_another_secret_is_refused(tasks: Tasks, tmp_path: Path) -> None:
    run(tasks, "start")
    (tmp_path / "secret").write_text("quite another secret")
    ended = tasks.run("a")
    assert ended.code == 1
    assert "or written under another key" in ended.out


@pytest.mark.parametrize("field", ["inputs", "code", "status", "control", "artifacts", "nonce", "time", "v", "sig"])
def test_a_change_of_any_field_shows(tasks: Tasks, field: str, tmp_path: Path) -> None:
    key = contract.commit_key("F", "1", "a", "r")
    record = json.loads(encode_record({"flow": "F", "run": "1", "step": "a", "at": "r", "inputs": [], "code": "sha256:1"}, key))
    with pytest.raises(RecordError, match=r"is not signed|is not a record"):
        decode_record(json.dumps({**record, field: 1 if field != "v" else 0}).encode(), key)


def test_the_run_s_own_record_names_the_code_and_is_signed_too(tasks: Tasks) -> None:
    run(tasks, "start")
    file = tasks.folder / "store" / contract.run_key("F", RUN, "_run")
    file.write_bytes(json.dumps({**json.loads(file.read_bytes()), "code": "sha256:" + "0" * 64}).encode())
    ended = tasks.run("a", code_dir=None)
    assert ended.code == 1
    assert "_run is not signed by the signing key" in ended.out


def test_what_a_foreign_object_holds_is_never_unpickled(tasks: Tasks, tmp_path: Path) -> None:
    """A signed record names digests; an object of other bytes is refused by them, with its name."""
    mark = tmp_path / "was here"
    run(tasks, "start")
    entry = tasks.record("start")["artifacts"]["x"]
    file = tasks.folder / "store" / contract.object_key("F", entry["obj"])
    data = bytearray(file.read_bytes())
    stream = pickle.dumps(Evil(mark), 5)
    data[entry["segs"][0][0] : entry["segs"][0][0] + len(stream)] = stream
    file.chmod(0o600)
    file.write_bytes(data)
    ended = tasks.run("b")
    assert ended.code == 1
    assert entry["obj"].removeprefix("sha256:") in ended.out
    assert "is damaged: a segment has the digest" in ended.out
    assert not mark.exists()


@pytest.mark.parametrize(
    ("file", "secret", "words"),
    [
        ("missing", "", "the signing key cannot be read: FLOWC_SIGNING_KEY_FILE=.*missing: No such file"),
        ("short", "", "FLOWC_SIGNING_KEY_FILE=.*short has 5 bytes, and needs 16: `openssl rand -hex 32` makes one"),
        ("empty", "", "has 0 bytes, and needs 16"),
        ("", "short", "the signing key in FLOWC_SIGNING_KEY has 5 bytes"),
    ],
)
def test_a_secret_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, secret: str, words: str) -> None:
    (tmp_path / "short").write_text("12345\n")
    (tmp_path / "empty").write_text("\n")
    monkeypatch.setenv(contract.SIGNING_KEY_FILE, str(tmp_path / file) if file else "")
    monkeypatch.setenv(contract.SIGNING_KEY, secret)
    with pytest.raises(StoreError, match=words):
        encode_record({"run": "1"}, "F/runs/1/_run")
