"""`flowc trigger`, `status` and `terminate` against the API servers of both versions."""

import json
import os
from pathlib import Path

import pytest
from support.flows import REPO
from support.scheduler_cases import CASES
from support.scheduler_runs import Running, flowc, run_locally

pytestmark = [pytest.mark.airflow, pytest.mark.scheduler, pytest.mark.slow]

LINEAR = str(REPO / "tests/golden/linear/flow.py")
PACED = str(Path(__file__).parent / "flows/paced.py")


def call(running: Running, *words: str, **credentials: str) -> tuple[int, str]:
    """The command's exit code and output."""
    known = credentials or running.credentials
    return flowc([words[0], *words[1:2], "--target", "airflow", "--airflow-url", running.site.url, *words[2:]], known)


def test_trigger_prints_the_run(running: Running) -> None:
    code, said = call(running, "trigger", LINEAR, "--run-id", "mine")
    assert (code, said.splitlines()[0]) == (0, "mine")
    code, said = call(running, "trigger", LINEAR, "--run-id", "mine")
    assert code == 3
    assert "Linear has a run 'mine' already" in said
    code, said = call(running, "trigger", LINEAR, "--run-id", "no good / id")
    assert code == 3
    assert "Airflow refused" in said
    code, said = call(running, "trigger", LINEAR, "--format", "json")
    run = json.loads(said)
    assert (run["schema"], run["flow"], run["ended"]) == (1, "Linear", False)
    assert running.wait_for("Linear", "mine") == running.wait_for("Linear", run["run"]) == "success"


def test_trigger_types_values_as_run_does(running: Running, tmp_path: Path) -> None:
    [case] = [case for case in CASES if case.key == "parameters"]
    here = run_locally(case, tmp_path)
    path, flow = case.source
    given = [word for name, value in case.values.items() for word in (f"--{name}", value if isinstance(value, str) else json.dumps(value))]
    code, said = call(running, "trigger", str(path), "--run-id", "typed", *given)
    assert code == 0, said
    assert running.wait_for(flow, "typed") == "success"
    assert running.trace(path, flow, "typed").tasks == here.tasks


def test_files_travel_with_a_run(running: Running, tmp_path: Path) -> None:
    path = REPO / "tests/golden/include_file/flow.py"
    for name, text in (("small", "grün {{ x }}\n"), ("large", "words and words\n" * 3000)):
        (tmp_path / name).write_text(text)
        words = ["--run-id", f"file-{name}", "--set", f"root={running.root}", "--words", str(tmp_path / name)]
        code, said = call(running, "trigger", str(path), *words)
        assert code == 0, said
        assert running.wait_for("Included", f"file-{name}") == "success"
        assert running.trace(path, "Included", f"file-{name}").tasks["start", "r"]["words"] == repr(text)


def test_status_shows_runs_and_tasks(running: Running) -> None:
    key = "items/broken"
    [case] = [case for case in CASES if case.key == key]
    running.wait(case)
    path, flow = case.source
    code, said = call(running, "status", str(path), "--run-id", running.run_ids[key])
    assert code == 0, said
    rows = dict(line.split(None, 1) for line in said.splitlines() if "  " in line)
    assert rows == {
        "step": "tasks",
        "start": "1 success",
        "work": "2 success, 1 failed",
        "risky": "2 success, 1 upstream_failed",
        "join": "1 upstream_failed",
        "end": "1 upstream_failed",
    }
    code, said = call(running, "status", flow, "--format", "json")
    assert code == 0, said
    found = json.loads(said)
    assert (found["flow"], found["paused"]) == (flow, False)
    assert [(run["run"], run["state"]) for run in found["runs"]] == [(running.run_ids[key], "failed")]
    assert {"name": "work", "states": {"success": 2, "failed": 1}} in found["steps"]


def test_terminate_ends_the_run(running: Running) -> None:
    folder = running.make_folder("ended")
    code, said = call(running, "trigger", PACED, "--run-id", "ended", "--folder", str(folder))
    assert code == 0, said
    lines = running.wait_until(
        "both items",
        lambda: (folder / "executions").exists() and len(found := (folder / "executions").read_text().splitlines()) == 2 and found,
    )
    code, said = call(running, "status", PACED)
    assert code == 0
    assert "2 running" in said
    code, said = call(running, "terminate", PACED)
    assert (code, said) == (0, "run ended: failed\n")
    running.wait_until("the end of its tasks", lambda: not any(_lives(int(line.split()[2])) for line in lines))
    assert running.wait_for("Paced", "ended") == "failed"
    code, said = call(running, "terminate", PACED, "--run-id", "ended")
    assert code == 3
    assert "has ended already: failed" in said
    code, said = call(running, "terminate", PACED)
    assert code == 3
    assert "no run of Paced is going on" in said


def test_a_paused_dag_is_not_triggered(running: Running) -> None:
    path = str(REPO / "examples/nested_sweep/sweep.py")
    running.deploy(Path(path), "NestedSweep")
    running.wait_until("its parse", lambda: running.site.api("GET", "/dags/NestedSweep"))
    code, said = call(running, "status", path)
    assert (code, said) == (0, "NestedSweep is paused\nno runs\n")
    code, said = call(running, "trigger", path)
    assert code == 3
    assert "NestedSweep is paused in Airflow" in said
    assert running.site.runs("NestedSweep") == {}


def test_what_is_not_there(running: Running) -> None:
    for words in (
        ["trigger", str(REPO / "examples/model_comparison/compare.py")],
        ["status", "ModelComparison"],
        ["terminate", "ModelComparison", "--run-id", "x"],
    ):
        code, said = call(running, *words)
        assert code == 3, said
        assert "has no DAG ModelComparison" in said
    code, said = call(running, "status", "Linear", "--run-id", "never")
    assert code == 3
    assert "Linear has no run 'never' in Airflow" in said


def test_credentials(running: Running) -> None:
    """A name and password sign in to both versions; wrong ones and none are refused."""
    names = {"FLOWC_AIRFLOW_USER": running.site.user, "FLOWC_AIRFLOW_PASSWORD": running.site.password}
    assert call(running, "status", "Linear", **names)[0] == 0
    for wrong in ({**names, "FLOWC_AIRFLOW_PASSWORD": "wrong"}, {"FLOWC_AIRFLOW_TOKEN": "wrong"}, {"UNRELATED": "1"}):
        code, said = call(running, "status", "Linear", **wrong)
        assert code == 3, said
        assert any(words in said for words in ("does not accept the credentials", "asks for credentials", "does not allow it")), said
        assert "set FLOWC_AIRFLOW_TOKEN to a token" in said
        assert running.site.password not in said


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
