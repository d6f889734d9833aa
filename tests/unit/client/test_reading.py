import json
import shutil
import sys
from datetime import UTC, datetime

import pytest

from flowc import Artifact, Flow, Run, Step, Task
from flowc.client import ArtifactError, Metaflow, NotFound, namespace
from flowc.errors import FlowcError, UsageError
from flowc.runtime_shim import contract
from flowc.runtime_shim.stores import StoreError


def test_runs_come_newest_first(ran):
    flow = Flow("TrainFlow", root=ran.root)
    assert [run.id for run in flow] == ["two", "one"]
    assert flow.latest_run == Run("TrainFlow/two", root=ran.root)
    assert flow.latest_successful_run == flow["one"]
    assert [run.id for run in flow.runs("nightly")] == ["one"]
    assert [run.id for run in flow.runs()] == ["two", "one"]
    assert "one" in flow
    assert "three" not in flow


def test_all_flows(ran):
    assert [flow.id for flow in Metaflow(root=ran.root)] == ["Loops", "TrainFlow", "shop.prod.Nightly"]
    assert Flow("shop.prod.Nightly", root=ran.root).latest_run.successful
    assert namespace(None) is None


def test_verdicts(ran):
    one, two = (Run(f"TrainFlow/{name}", root=ran.root) for name in ("one", "two"))
    assert (one.status, one.successful, one.finished) == ("succeeded", True, True)
    assert (two.status, two.successful, two.finished) == ("failed", False, True)
    for run in (one, two):
        assert run.created_at <= run.finished_at <= datetime.now(UTC)
        assert run.created_at.tzinfo is UTC
    assert one.engine == "local"
    assert two.end_task is None
    assert two.data is None


def test_steps_tasks_and_addresses(ran):
    run = Flow("TrainFlow", root=ran.root)["one"]
    assert [step.id for step in run] == ["end", "join", "check", "train", "start"]
    assert list(run.steps()) == list(run.steps) == list(run)
    train = run["train"]
    assert [task.at for task in train] == [f"r.{number}" for number in range(12)]
    assert [task.index for task in train.tasks] == list(range(12))
    assert train.task.at == "r.0"
    assert train["r.3"].pathspec == "TrainFlow/one/train/r.3"
    assert train["r.3"] == Task("TrainFlow/one/train/r.3", root=ran.root)
    assert train["r.3"].parent == train == Step("TrainFlow/one/train", root=ran.root)
    assert "r.11" in train
    assert "r.12" not in train
    assert "train" in run
    assert run["start"].task.index is None


def test_artifacts(ran):
    task = Task("TrainFlow/one/train/r.4", root=ran.root)
    assert [artifact.id for artifact in task] == ["alpha", "fail", "names", "score"]
    assert task.data.score == 6
    assert task.data._hidden == 1
    assert task["_hidden"].data == 1
    assert "_hidden" in task
    assert "best" not in task.data
    artifact = task.artifacts.score
    assert (artifact.name, artifact.type, artifact.data) == ("score", "int", 6)
    assert artifact.size > 0
    assert artifact == Artifact("TrainFlow/one/train/r.4/score", root=ran.root)
    assert task["names"].identity == Artifact("TrainFlow/one/start/r/names", root=ran.root).identity
    assert Run("TrainFlow/one", root=ran.root).data.best == 10
    with pytest.raises(AttributeError, match="no artifact 'scor'; it has: alpha, fail, names, score"):
        _ = task.data.scor


def test_attempts_and_logs(ran):
    retried = Task("TrainFlow/one/train/r.1", root=ran.root)
    assert retried.status == "ok"
    assert retried.exception is None
    assert [(attempt.number, attempt.status) for attempt in retried.attempts] == [(0, "failed"), (1, "ok")]
    assert retried.current_attempt == 1
    assert "training m1 attempt 1" in retried.log
    assert "attempt 0" not in retried.stdout
    first = retried.attempts[0]
    assert (first.exception.type, first.exception.message) == ("RuntimeError", "first time")
    assert "training m1 attempt 0" in first.log
    assert first.started_at <= first.finished_at <= retried.created_at <= retried.finished_at
    assert retried.engine["name"] == "local"


def test_failed_and_caught_tasks(ran):
    failed = Task("TrainFlow/two/train/r.2", root=ran.root)
    assert (failed.status, failed.successful, failed.finished) == ("failed", False, True)
    assert failed.exception.type == "ValueError"
    assert str(failed.exception).endswith("ValueError: bad item\n")
    assert [attempt.number for attempt in failed.attempts] == [0, 1]
    assert list(failed) == []
    caught = Task("TrainFlow/one/check/r.0", root=ran.root)
    assert (caught.status, caught.successful) == ("caught", True)
    assert caught.exception.type == "KeyError"
    assert caught.data.error is not None
    assert Task("TrainFlow/one/check/r.1", root=ran.root).data.error is None


def test_parents_and_children(ran):
    train = Task("TrainFlow/one/train/r.3", root=ran.root)
    assert [task.pathspec for task in train.parent_tasks] == ["TrainFlow/one/start/r"]
    assert [task.pathspec for task in train.child_tasks] == ["TrainFlow/one/check/r.3"]
    assert len(Task("TrainFlow/one/start/r", root=ran.root).child_tasks) == 12
    join = Task("TrainFlow/one/join/r", root=ran.root)
    assert [task.at for task in join.parent_tasks] == [f"r.{number}" for number in range(12)]
    assert Task("TrainFlow/one/start/r", root=ran.root).parent_tasks == []


def test_steps_around(ran):
    run = Run("TrainFlow/one", root=ran.root)
    assert [step.id for step in run["join"].parent_steps] == ["check"]
    assert [step.id for step in run["train"].child_steps] == ["check"]
    assert run["start"].parent_steps == run["end"].child_steps == []
    loops = Run("Loops/one", root=ran.root)
    assert [step.id for step in loops["both"].parent_steps] == ["left", "right"]
    assert [step.id for step in loops["work"].child_steps] == ["work", "join"]


def test_metaflow_habits(ran):
    task = Task("TrainFlow/one/train/r.1", root=ran.root)
    assert task.path_components == ["TrainFlow", "one", "train", "r.1"]
    assert task.user_tags == task.tags == {"nightly", "b"}
    assert task.system_tags == frozenset()
    assert [line for _, line in task.loglines("stdout")] == ["training m1 attempt 1"]
    assert task.runtime_name == "local"
    assert task.metadata_dict["attempt"] == 1
    assert task["score"].created_at == task.finished_at
    assert task.origin_pathspec is None
    assert task.run.trigger is None
    assert Flow("TrainFlow", root=ran.root).created_at == task.run.created_at


def test_loops_splits_and_gangs(ran):
    run = Run("Loops/one", root=ran.root)
    assert [task.at for task in run["work"]] == ["r.0~0", "r.0~1", "r.1~0"]
    assert [task.at for task in run["join"].task.parent_tasks] == ["r.0~1", "r.1~0"]
    assert [task.at for task in run["work"]["r.0~0"].child_tasks] == ["r.0~1"]
    assert [task.pathspec for task in run["both"].task.parent_tasks] == ["Loops/one/left/r", "Loops/one/right/r"]
    assert [task.at for task in run["gang"]] == ["r.0", "r.1"]
    assert run["gang"].control_task.at == "r.0"
    assert run["gathered"].task.data.nodes == [0, 1]
    assert run["join"].task.data.turns == [2, 1]
    assert run.end_task.step.id == "last"
    assert run.end_task.log == "over\n"
    assert run.successful


def test_parameters_and_code(ran, tmp_path):
    run = Run("TrainFlow/one", root=ran.root)
    assert dict(run.parameters) == {"alpha": 0.25, "fail": False}
    assert dict(run.given) == {"alpha": 0.25, "fail": False}
    assert run.code.script_name == "train.py"
    assert run.code.flowspec == (ran.folder / "train.py").read_text()
    assert run.code == run.end_task.code
    assert sorted(path.name for path in run.code.extract(tmp_path / "code").iterdir()) == ["plan.json", "train.py"]
    with pytest.raises(FlowcError, match="not empty"):
        run.code.extract(tmp_path / "code")


def test_a_class_of_the_flow_needs_its_module(ran, monkeypatch):
    artifact = Artifact("TrainFlow/one/end/r/model", root=ran.root)
    assert artifact.type == "train.Model"
    with pytest.raises(ArtifactError, match="needs module 'train', which cannot be imported here") as caught:
        _ = artifact.data
    assert "run from the folder of the project" in caught.value.help
    monkeypatch.syspath_prepend(ran.folder)
    try:
        assert Artifact("TrainFlow/one/end/r/model", root=ran.root).data.name == "best"
    finally:
        sys.modules.pop("train", None)


def test_what_does_not_load_is_said(ran, monkeypatch):
    monkeypatch.syspath_prepend(ran.folder)
    try:
        with pytest.raises(ArtifactError, match=r"TrainFlow/one/end/r/loud.*unpickled"):
            _ = Task("TrainFlow/one/end/r", root=ran.root).data.loud
    finally:
        sys.modules.pop("train", None)


def test_listing_needs_records_alone(project, monkeypatch):
    """Objects are gone, the flow's module could be imported, and one of its classes objects to being unpickled."""
    shutil.rmtree(project.folder / ".flowc/store/TrainFlow/obj", ignore_errors=True)
    monkeypatch.syspath_prepend(project.folder)
    run = Flow("TrainFlow", root=project.root).latest_successful_run
    end = run["end"].task
    assert {artifact.name: artifact.type for artifact in end}["loud"] == "train.Loud"
    assert all(artifact.size > 0 and artifact.identity for artifact in end)
    assert run["train"]["r.1"].log.startswith("training m1")
    assert run["check"]["r.0"].exception.type == "KeyError"
    assert "train" not in sys.modules


def test_without_the_code_package(project):
    """Code that was baked into an image is not in the store."""
    shutil.rmtree(project.folder / ".flowc/store/TrainFlow/pkg")
    run = Run("TrainFlow/one", root=project.root)
    assert run.successful
    assert run.data.best == 10
    assert dict(run.parameters) == {"alpha": 0.25, "fail": False}
    assert [task.at for task in run["join"].task.parent_tasks] == [f"r.{number}" for number in range(12)]
    with pytest.raises(NotFound, match=r"code package sha256:\w+ of TrainFlow is not in file://"):
        _ = run.code.flowspec


def test_no_verdict_is_running_or_lost(project):
    (project.folder / ".flowc/store/TrainFlow/runs/two/_end").unlink()
    run = Run("TrainFlow/two", root=project.root)
    assert (run.status, run.finished, run.finished_at) == ("running or lost", False, None)
    assert run.last_record_at == max(task.finished_at for step in run for task in step)


def test_a_committed_end_step_means_succeeded(project):
    runs = project.folder / ".flowc/store/TrainFlow/runs"
    (runs / "one/_end").unlink()
    run = Run("TrainFlow/one", root=project.root)
    assert run.successful
    assert run.finished_at == run.end_task.finished_at
    failed = (runs / "two/_end").read_text().replace('"two"', '"one"')
    (runs / "one/_end").write_text(failed)
    assert Run("TrainFlow/one", root=project.root).status == "succeeded"


def test_a_run_without_its_own_record_is_listed(project):
    (project.folder / ".flowc/store/TrainFlow/runs/two/_run").unlink()
    run = Flow("TrainFlow", root=project.root)["two"]
    assert run.created_at == run["start"].task.created_at
    assert run.tags == frozenset()


def test_tags(project):
    run = Run("TrainFlow/one", root=project.root)
    assert run.tags == run.user_tags == {"nightly", "b"}
    run.add_tag("checked")
    run.add_tags(["x", "y"])
    run.remove_tag("nightly")
    run.remove_tag("never there")
    assert run.tags == {"b", "checked", "x", "y"}
    run.replace_tag("x", "nightly")
    run.replace_tags(["b"], ["b", "z"])
    again = Run("TrainFlow/one", root=project.root)
    assert again.tags == {"b", "checked", "nightly", "y", "z"}
    assert again["train"]["r.0"].tags == again.tags
    assert [step.id for step in again] == ["end", "join", "check", "train", "start"]
    assert [found.id for found in Flow("TrainFlow", root=project.root).runs("z", "y")] == ["one"]
    with pytest.raises(UsageError, match="no tag"):
        run.add_tag("")


def test_a_later_change_wins_whatever_the_clock_says(project):
    run = Run("TrainFlow/one", root=project.root)
    folder = project.folder / ".flowc/store/TrainFlow/runs/one"
    (folder / "_tag.009999999999999-aa").write_text('{"v":1,"flow":"TrainFlow","run":"one","add":["future"],"remove":[]}')
    assert "future" in run.tags
    run.remove_tag("future")
    assert "future" not in run.tags


@pytest.mark.parametrize(
    ("find", "message", "help"),
    [
        (lambda root: Flow("TrainFlo", root=root), "no flow 'TrainFlo' in file://", "did you mean 'TrainFlow'"),
        (lambda root: Run("TrainFlow/on", root=root), "no run 'on' in TrainFlow", "did you mean 'one'"),
        (lambda root: Step("TrainFlow/one/trian", root=root), "no step 'trian' in TrainFlow/one", "did you mean 'train'"),
        (lambda root: Step("TrainFlow/none/train", root=root), "no run 'none' in TrainFlow", "two and one"),
        (lambda root: Task("TrainFlow/two/start/r.1", root=root), "no task 'r.1' in TrainFlow/two/start", "it has: r"),
        (lambda root: Task("TrainFlow/one/tarin/r.1", root=root), "no step 'tarin'", "did you mean 'train'"),
        (lambda root: Task("TrainFlow/one/train/r.99", root=root), "no task 'r.99'", "r.0, r.1"),
        (lambda root: Artifact("TrainFlow/one/end/r/bets", root=root), "no artifact 'bets' in TrainFlow/one/end/r", "did you mean 'best'"),
        (lambda root: Run("TrainFlow/one", root=root)["train"]["r.0"]["x"], "no artifact 'x'", "it has: alpha, "),
    ],
)
def test_what_is_not_there(ran, find, message, help):
    with pytest.raises(NotFound) as caught:
        find(ran.root)
    assert message in str(caught.value)
    assert help in caught.value.help


@pytest.mark.parametrize("pathspec", ["TrainFlow", "TrainFlow/one/train", "TrainFlow//one", "", "../one"])
def test_malformed_pathspecs(ran, pathspec):
    with pytest.raises(UsageError, match="is no pathspec of the form FLOW/RUN"):
        Run(pathspec, root=ran.root)


def test_an_empty_store(tmp_path):
    with pytest.raises(NotFound, match="no flow 'TrainFlow'") as caught:
        Flow("TrainFlow", root=tmp_path)
    assert caught.value.help == "it has no flow at all"


def test_a_damaged_record_is_named(project):
    record = project.folder / ".flowc/store/TrainFlow/runs/one/train/r.3/commit"
    record.chmod(0o600)
    record.write_text('{"v":1')
    with pytest.raises(StoreError, match=r"train/r\.3/commit is damaged"):
        _ = Task("TrainFlow/one/train/r.3", root=project.root).data.score


def test_the_default_root(ran, monkeypatch, tmp_path):
    below = ran.folder / "notebooks"
    below.mkdir(exist_ok=True)
    monkeypatch.chdir(below)
    assert Flow("TrainFlow").latest_run.id == "two"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFound):
        Flow("TrainFlow")
    monkeypatch.setenv("FLOWC_ROOT", ran.root)
    assert Run("TrainFlow/one").successful
    monkeypatch.delenv("FLOWC_ROOT")
    (tmp_path / "flowc.toml").write_text(f'root = "{ran.root}"\n')
    assert Run("TrainFlow/one").successful
    (tmp_path / "flowc.toml").write_text('root = "stores/mine"\n')
    (tmp_path / "stores").mkdir()
    (tmp_path / "stores/mine").symlink_to(ran.folder / ".flowc/store")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert Run("TrainFlow/one").successful


def test_run_ids_of_schedulers(project):
    """A scheduler's run id is whatever it is; a pathspec spells it as the store's keys do."""
    odd = "manual__2026-11-24T01:00:00+00:00 by ada/50%"
    runs = project.folder / ".flowc/store/TrainFlow/runs"
    (runs / contract.component(odd)).mkdir()
    record = json.loads((runs / "one/_run").read_text())
    (runs / contract.component(odd) / "_run").write_text(
        json.dumps({**record, "run": odd, "time": {"start": record["time"]["start"] + 60}})
    )
    run = Flow("TrainFlow", root=project.root).latest_run
    assert run.id == odd
    assert run.pathspec == "TrainFlow/manual__2026-11-24T01:00:00+00:00%20by%20ada%2F50%25"
    assert Run(run.pathspec, root=project.root) == run == Flow("TrainFlow", root=project.root)[odd]
    assert run.status == "running or lost"
    assert run.last_record_at == run.created_at
    run.add_tag("found")
    assert run.tags == {"nightly", "b", "found"}
