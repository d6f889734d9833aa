"""`flowc gc`: what goes, what stays and why, and that a run that is going on loses nothing."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.flows import REPO

from flowc.client import Flow, Run
from flowc.client.reader import Reader
from flowc.client.tags import change_tags
from flowc.runtime_shim.contract import commit_key
from flowc.runtime_shim.stores import StoreError
from flowc.upkeep.garbage import FlowGarbage, garbage_of, remove
from flowc.upkeep.kept_runs import Rules

DAY = 86400.0
FLOW = """
import time
from flowc import FlowSpec, Parameter, step

class F(FlowSpec):
    word = Parameter("word", default="x")
    pause = Parameter("pause", default=0.0)

    @step
    def start(self):
        self.own = self.word * 30_000
        self.shared = "same " * 10_000
        self.xs = list(range(30_000))
        for number in range(700):
            setattr(self, f"small_{number}", f"{number} " * 90)
        self.next(self.body, foreach="few")

    few = [1, 2]

    @step
    def body(self):
        time.sleep(self.pause)
        self.mine = f"{self.word} {self.input} " * 10_000
        self.next(self.join)

    @step
    def join(self, inputs):
        time.sleep(self.pause)
        self.merge_artifacts(inputs, exclude=["mine"])
        self.all = [one.mine for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        print(len(self.shared))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "project/flow.py"
    path.parent.mkdir()
    path.write_text(FLOW)
    return path


def run(file: Path, root: str, name: str, *parameters: str) -> None:
    done = subprocess.run(command(file, root, name, *parameters), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def command(file: Path, root: str, name: str, *parameters: str) -> list[str]:
    return [sys.executable, "-m", "flowc", "run", "--root", root, "--run-id", name, str(file), *parameters]


def make_old(folder: Path, days: float, *, but: Sequence[str] = (), before: float = float("inf")) -> None:
    """Have everything in a store that was written before a moment be so old."""
    moment = time.time() - days * DAY
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_mtime <= before and not any(part in str(path) for part in but):
            os.utime(path, (moment, moment))


def everything_loads(root: str, name: str) -> None:
    for step in Run(f"F/{name}", root=root).steps():
        for task in step.tasks():
            for artifact in task.artifacts:
                artifact.data  # noqa: B018  # loads it
            assert task.stdout is not None


def kinds(found: FlowGarbage) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in found.useless:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    return counts


def test_rules(file: Path, tmp_path: Path) -> None:
    root, folder = (tmp_path / "store").as_uri(), tmp_path / "store"
    for name in ("one", "two", "three"):
        run(file, root, name, "--word", name)
    reader = Reader(root)
    change_tags(reader, "F", "one", add=["keep"])
    assert kinds(garbage_of(reader, "F", Rules(older_than=0.0))) == {"run": 3}, "what they reached is young"
    make_old(folder, 40)

    def going(**rules: object) -> set[str]:
        return {run.name for run in garbage_of(reader, "F", Rules(**rules)).runs if not run.why}  # type: ignore[arg-type]  # one of them

    assert going() == set()
    assert going(older_than=50 * DAY) == set()
    assert going(older_than=30 * DAY) == {"one", "two", "three"}
    assert going(older_than=30 * DAY, keep_last=1) == {"one", "two"}
    assert going(older_than=30 * DAY, keep_tags=frozenset({"keep"})) == {"two", "three"}
    (folder / "F/runs/two/_end").unlink()
    assert going(older_than=30 * DAY) == {"one", "two", "three"}, "it left no record for 40 days"
    assert going(older_than=30 * DAY, lost_after=60 * DAY) == {"one", "three"}


def test_what_kept_runs_reach_stays(file: Path, tmp_path: Path) -> None:
    root, folder = (tmp_path / "store").as_uri(), tmp_path / "store"
    run(file, root, "old", "--word", "old")
    make_old(folder, 40)
    run(file, root, "kept", "--word", "kept")
    (folder / "F/obj/ab").mkdir(exist_ok=True)
    (folder / "F/obj/ab/@1.left").write_bytes(b"of a killed writer")
    make_old(folder, 40, but=["F/runs/kept"])
    record = json.loads((folder / "F/runs/kept/join/r/commit").read_bytes())
    assert "table" in record, "the artifact table stands in an object of its own"
    reader = Reader(root)
    found = garbage_of(reader, "F", Rules(older_than=30 * DAY))
    assert kinds(found)["run"] == kinds(found)["temporary"] == 1
    assert kinds(found)["object"] >= 4
    assert "package" not in kinds(found), "both runs ran the same code"
    before = len(list(folder.rglob("*")))
    assert len(list(folder.rglob("*"))) == before, "looking removes nothing"
    removed = list(remove(reader, found.useless))
    assert len(removed) == len(found.useless)
    everything_loads(root, "kept")
    assert [run.id for run in Flow("F", root=root)] == ["kept"]
    assert not (folder / "F/obj/ab/@1.left").exists()
    assert garbage_of(reader, "F", Rules(older_than=30 * DAY)).useless == ()
    run(file, root, "old", "--word", "old")
    everything_loads(root, "old")


def test_code_that_a_scheduler_may_run_stays(file: Path, tmp_path: Path) -> None:
    root, folder = (tmp_path / "store").as_uri(), tmp_path / "store"
    run(file, root, "one")
    make_old(folder, 40)
    rules = Rules(older_than=30 * DAY)
    assert kinds(garbage_of(Reader(root), "F", rules))["package"] == 1
    Reader(root).store.create("F/deploy/place", b"{}")
    found = garbage_of(Reader(root), "F", rules)
    assert "package" not in kinds(found)
    assert not any("deploy" in key for one in found.useless for key in one.keys)


def test_what_a_task_puts_anew_meanwhile_stays(file: Path, tmp_path: Path) -> None:
    root, folder = (tmp_path / "store").as_uri(), tmp_path / "store"
    run(file, root, "one", "--word", "old")
    make_old(folder, 40)
    reader = Reader(root)
    found = garbage_of(reader, "F", Rules(older_than=30 * DAY))
    run(file, root, "two", "--word", "old")
    list(remove(reader, found.useless))
    everything_loads(root, "two")


def test_a_record_that_cannot_be_read_stops_everything(file: Path, tmp_path: Path) -> None:
    root, folder = (tmp_path / "store").as_uri(), tmp_path / "store"
    run(file, root, "one")
    make_old(folder, 40)
    (folder / "F/runs/one/join/r/commit").write_bytes(b"{")
    with pytest.raises(StoreError, match="F/runs/one/join/r/commit is damaged"):
        garbage_of(Reader(root), "F", Rules())


def test_no_grace_shorter_than_tasks_count_on(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is shorter than what tasks count on"):
        garbage_of(Reader((tmp_path / "store").as_uri()), "F", Rules(), grace=DAY)


@pytest.mark.slow
def test_a_run_that_is_going_on_loses_nothing(file: Path, tmp_path: Path) -> None:
    """Swept again and again while it runs, over objects that an old, removed run left and this one uses again.

    What its first commit names is needed however old it is, so it is made so.
    """
    root, folder = (tmp_path / "store").as_uri(), tmp_path / "store"
    run(file, root, "old", "--word", "same")
    make_old(folder, 40)
    reader, sweeps, gone = Reader(root), 0, 0
    with subprocess.Popen(command(file, root, "live", "--word", "same", "--pause", "1.0"), stderr=subprocess.PIPE) as live:
        while live.poll() is None:
            found = garbage_of(reader, "F", Rules(older_than=30 * DAY))
            gone += len(list(remove(reader, found.useless)))
            sweeps += 1
            commit = folder / commit_key("F", "live", "start", "r")
            if commit.exists():
                make_old(folder / "F/obj", 40, before=commit.stat().st_mtime)
                make_old(folder / "F/pkg", 40, before=commit.stat().st_mtime)
    assert live.returncode == 0
    assert sweeps > 3
    assert gone > 0
    everything_loads(root, "live")


@pytest.mark.slow
@pytest.mark.parametrize("client", ["obstore", "boto3"])
def test_a_bucket(file: Path, root: str, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWC_S3_CLIENT", client)
    run(file, root, "one")
    run(file, root, "two")
    gc = [sys.executable, "-m", "flowc", "gc", root, "--older-than", "0h", "--keep-last", "1"]
    dry = subprocess.run(gc, capture_output=True, text=True, timeout=120)
    assert "F: 1 of 2 runs stay" in dry.stdout, dry.stderr
    assert "F/one" in dry.stdout
    assert "nothing was removed: `--delete` does that" in dry.stdout
    assert [run.id for run in Flow("F", root=root)] == ["two", "one"]
    done = subprocess.run([*gc, "--delete", "--format", "json"], capture_output=True, text=True, timeout=120)
    assert [one["name"] for one in json.loads(done.stdout)["useless"]] == ["F/one"], done.stderr
    assert [run.id for run in Flow("F", root=root)] == ["two"]
    everything_loads(root, "two")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--older-than", "soon"], "'soon' is no duration such as 12h, 30d or 6w"),
        (["--grace", "1d"], "a grace period of 86400 s is shorter than what tasks count on"),
        (["--flow", "G"], "there is no flow G in file://"),
    ],
)
def test_wrong_usage(file: Path, tmp_path: Path, options: list[str], words: str) -> None:
    root = (tmp_path / "store").as_uri()
    run(file, root, "one")
    done = subprocess.run([sys.executable, "-m", "flowc", "gc", root, *options], capture_output=True, text=True, cwd=REPO)
    assert done.returncode == 2
    assert words in done.stderr


def test_records_of_later_versions_are_not_guessed_at(file: Path, tmp_path: Path) -> None:
    root = (tmp_path / "store").as_uri()
    run(file, root, "one")
    path = tmp_path / "store" / commit_key("F", "one", "end", "r")
    path.write_bytes(json.dumps({**json.loads(path.read_bytes()), "v": 9}).encode())
    with pytest.raises(StoreError, match="is a record of version 9"):
        garbage_of(Reader(root), "F", Rules())
