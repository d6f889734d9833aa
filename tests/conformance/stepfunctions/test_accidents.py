"""What happens to jobs: two at once for one task, an end between commit and hand-off, a store that fails; and what people do to runs."""

import json
from pathlib import Path

import pytest
from fault_proxy import BUSY, DENIED, Request
from support.flows import golden_flows
from support.stepfunctions_cases import StepFunctionsCase
from support.stepfunctions_runs import Site, call, deploy, record, run_case, run_locally, trace

from flowc.runtime_shim.stores import open_store

pytestmark = [pytest.mark.stepfunctions, pytest.mark.slow]

FLOWS = Path(__file__).parent / "flows"


@pytest.mark.parametrize("name", ["foreach_in_loop", "switch_foreach", "catch"])
def test_every_job_started_twice(site: Site, name: str, tmp_path: Path) -> None:
    """Two processes of one job race at every step: one of each commits, the other repeats what it says."""
    case = StepFunctionsCase(f"twice-{name}", name)
    path, flow = case.source
    here = run_locally(case, tmp_path)
    site.start_twice({step for step, _ in here.tasks})
    try:
        ended = run_case(site, case)
    finally:
        site.start_twice([])
    assert ended.status == "SUCCEEDED", ended
    there = trace(site, path, flow, case.run)
    assert there.tasks == here.tasks
    logs = [job.log for job in site.jobs(case.run, flow)]
    assert any("its control values are repeated" in log for log in logs)
    assert not any("Traceback" in log and "flowc/runtime_shim" in log for log in logs)


def test_a_choice_is_made_once(site: Site, tmp_path: Path) -> None:
    """The job ends behind its commit, before its hand-off; the next attempt hands over what was committed, and runs nothing."""
    seen: list[str] = []

    def pick(request: Request) -> object:
        kind = request.key.rpartition("/")[2]
        if request.kind == "PUT" and kind in ("next", "items") and request.key not in seen:
            seen.append(request.key)
            return DENIED
        return None

    site.proxy.pick = pick  # type: ignore[assignment]  # it returns faults and None
    case = StepFunctionsCase("decided", "decided.py:Decided", {"folder": str(tmp_path)})
    ended = run_case(site, case)
    assert ended.status == "SUCCEEDED", ended
    assert [key.rpartition("/")[2] for key in seen] == ["next", "items"]
    path, flow = case.source
    found = trace(site, path, flow, case.run)
    assert (tmp_path / "executions").read_text().splitlines() == ["x", "x"], "no second attempt ran the step"
    assert found.tasks["end", "r"]["went"] == "'left'"
    assert found.tasks["end", "r"]["count"] == "2"
    assert {attempt for (step, _), attempt in found.attempts.items()} == {0}
    failed = [job for job in site.jobs(case.run, flow) if job.status == "FAILED"]
    assert len(failed) == 2
    assert all("permission is denied" in job.log and "Traceback" not in job.log for job in failed)


def test_a_store_that_is_busy_now_and_then(site: Site, tmp_path: Path) -> None:
    site.proxy.pick = lambda request: BUSY if request.number % 3 == 0 else None
    case = StepFunctionsCase("busy", "nested_foreach")
    path, flow = case.source
    assert run_case(site, case).status == "SUCCEEDED"
    site.proxy.forget()
    assert trace(site, path, flow, case.run).tasks == run_locally(case, tmp_path).tasks


def test_ranges(site: Site, tmp_path: Path) -> None:
    """A foreach wider than it may start jobs for: several items share a job, and nobody else can tell."""
    case = StepFunctionsCase("ranges", "wide.py:Wide", {"width": 10}, settings={"max_foreach_jobs": "4"})
    path, flow = case.source
    ended = run_case(site, case)
    assert ended.status == "SUCCEEDED", ended
    here, there = run_locally(case, tmp_path), trace(site, path, flow, case.run)
    assert there.tasks == here.tasks
    shared = [job.environment["FLOWC_AT"] for job in site.jobs(case.run, flow) if job.environment["FLOWC_STEP"] == "one"]
    assert sorted(shared) == ["r.0:3", "r.3:6", "r.6:9", "r.9:10"]
    assert len({record(site, flow, case.run, "two", f"r.{i}")["engine"]["task_id"] for i in range(10)}) == 4


def test_a_name_is_used_once(site: Site) -> None:
    """Step Functions forgets the names of executions after 90 days, the store does not."""
    [path] = [sample.path for sample in golden_flows() if sample.name == "linear"]
    deploy(site, path, "Linear")
    code, said = call(site, "trigger", str(path), "--run-id", "mine")
    assert (code, said.splitlines()[0]) == (0, "mine")
    assert site.wait("Linear", "mine").status == "SUCCEEDED"
    code, said = call(site, "trigger", str(path), "--run-id", "mine")
    assert code == 3
    assert "Linear has a run 'mine' already" in said
    before = trace(site, path, "Linear", "mine")
    site.client("stepfunctions").delete_state_machine(stateMachineArn=site.machine_arn("Linear"))
    deploy(site, path, "Linear")
    site.begin("Linear", "mine", {})
    assert site.wait("Linear", "mine").status == "FAILED", "its `_input` is there already"
    assert trace(site, path, "Linear", "mine") == before


def test_status_and_terminate(site: Site, tmp_path: Path) -> None:
    flow = tmp_path / "slow.py"
    flow.write_text(
        "import time\nfrom flowc import FlowSpec, step\n\n\nclass Slow(FlowSpec):\n"
        "    @step\n    def start(self):\n        self.next(self.end)\n\n"
        "    @step\n    def end(self):\n        print('slow is up', flush=True)\n        time.sleep(600)\n"
    )
    deploy(site, flow, "Slow")
    code, said = call(site, "trigger", str(flow), "--run-id", "slow")
    assert code == 0, said
    site.until("the job", lambda: any("slow is up" in log.read_text() for log in (site.folder / "jobs").glob("*.log")))
    code, said = call(site, "status", str(flow), "--format", "json")
    assert code == 0, said
    [run] = json.loads(said)["runs"]
    assert (run["run"], run["state"], run["ended"]) == ("slow", "RUNNING", False)
    code, said = call(site, "terminate", str(flow), "--run-id", "slow")
    assert code == 0, said
    site.until("its end", lambda: {job.status for job in site.jobs("slow", "Slow")} == {"SUCCEEDED", "FAILED"})
    assert site.describe("Slow", "slow").status == "ABORTED"
    assert {job.exit_code for job in site.jobs("slow", "Slow")} == {0, 137}


def test_versions(site: Site, tmp_path: Path) -> None:
    """Deployed twice, taken back, deployed again: a run uses the version that the alias names; equal means that nothing is written."""
    flow = tmp_path / "versioned.py"
    source = (
        "from flowc import FlowSpec, step\n\n\nclass Versioned(FlowSpec):\n    @step\n    def start(self):\n"
        "        self.version = 1\n        self.next(self.end)\n\n    @step\n    def end(self):\n        pass\n"
    )

    def run(name: str) -> str:
        code, said = call(site, "trigger", str(flow), "--run-id", name)
        assert code == 0, said
        assert site.wait("Versioned", name).status == "SUCCEEDED"
        return trace(site, flow, "Versioned", name).tasks["end", "r"]["version"]

    flow.write_text(source)
    deploy(site, flow, "Versioned")
    assert run("first") == "1"
    objects = set(open_store("s3://flows/store").list("Versioned/pkg/"))
    assert "created" not in (said := deploy(site, flow, "Versioned")), said
    assert "updated" not in said
    assert set(open_store("s3://flows/store").list("Versioned/pkg/")) == objects

    flow.write_text(source.replace("version = 1", "version = 2"))
    deploy(site, flow, "Versioned")
    assert run("second") == "2"
    deploy(site, flow, "Versioned", "--rollback")
    assert run("third") == "1"
    deploy(site, flow, "Versioned")
    assert run("fourth") == "2"
