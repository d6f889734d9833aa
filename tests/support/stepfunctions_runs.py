"""A started Step Functions engine for the tests under tests/conformance/stepfunctions, its self-test, flows deployed to it and run."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.flows import REPO
from support.local_run import Trace, read_trace, run_here
from support.scheduler_runs import flowc
from support.stepfunctions_cases import StepFunctionsCase
from support.stepfunctions_machines import CONTAINER, one_bad_item

from flowc.runtime_shim.chunks import members
from flowc.runtime_shim.contract import commit_key
from flowc.runtime_shim.records import decode_record
from flowc.runtime_shim.stores import open_store

sys.path.insert(0, str(REPO / "tests/engines/airflow"))
sys.path.insert(0, str(REPO / "tests/engines/s3"))
sys.path.insert(0, str(REPO / "tests/engines/stepfunctions"))
from stepfunctions_site import BUCKET, QUEUE, Execution, Job, Site, stepfunctions_site

__all__ = ["BUCKET", "ENGINE", "ROOT", "Execution", "Job", "Site", "deploy", "probe", "run_case", "run_machine", "started_site"]

ENGINE = "moto 5.2.5"
ROOT = f"s3://{BUCKET}/store"
SITE = {"job_queue": QUEUE, "manage_iam": "true"}


@contextmanager
def started_site(folder: Path, **options: Any) -> Iterator[Site]:
    """A started engine with what the probes need; options as those of `stepfunctions_site`."""
    with stepfunctions_site(folder, **options) as site:
        site.client("batch").register_job_definition(jobDefinitionName="probe", type="container", containerProperties=CONTAINER)
        site.server.client().put_object(Bucket=BUCKET, Key="probes/three", Body=json.dumps([0, 1, 2]).encode())
        yield site


def probe(site: Site) -> Execution:
    """Run a foreach whose item 1 fails."""
    return run_machine(site, "self-test", one_bad_item("r.1"))


def run_machine(site: Site, name: str, definition: dict[str, Any], **value: Any) -> Execution:
    """Create a machine and run it once, as run `name`, to its end."""
    site.create(name, definition)
    site.begin(name, name, {"run": name, "at": "r", **value})
    return site.wait(name, name)


def call(site: Site, *words: str) -> tuple[int, str]:
    """Run a flowc command on the site and return its exit code and what it printed."""
    return flowc([*words, "--target", "stepfunctions"], site.server.environment)


def deploy(site: Site, path: Path, flow: str, *options: str, settings: Mapping[str, str] | None = None) -> str:
    """Deploy a flow by the command and return what it printed."""
    given = [word for name, value in {**SITE, **(settings or {})}.items() for word in ("--set", f"stepfunctions.{name}={value}")]
    code, said = call(site, "deploy", f"{path}:{flow}", "--root", ROOT, "--image", "none", *given, *options)
    assert code == 0, said
    return said


def run_case(site: Site, case: StepFunctionsCase) -> Execution:
    """Deploy the flow of a case and run it to its end."""
    path, flow = case.source
    deploy(site, path, flow, settings=case.settings)
    site.begin(flow, case.run, {"Parameters": dict(case.values)} if case.values else {})
    return site.wait(flow, case.run)


def run_locally(case: StepFunctionsCase, folder: Path) -> Trace:
    """What `flowc run` makes of a case."""
    path, flow = case.source
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in case.values.items()}
    return run_here(path, flow, f"file://{folder}/store", parameters=[word for name, text in texts.items() for word in (f"--{name}", text)])


def trace(site: Site, path: Path, flow: str, run: str) -> Trace:
    """What a run left in the site's store."""
    return read_trace(ROOT, flow, run, path.parent)


def record(site: Site, flow: str, run: str, step: str, at: str) -> dict[str, Any]:
    """The commit record of a task."""
    key = commit_key(flow, run, step, at)
    data = open_store(ROOT).get(key)
    assert data is not None, key
    return decode_record(data, key)


def tasks_of(job: Job, gang: int | None = None) -> list[tuple[str, str]]:
    """The tasks that a job ran: none for an exit hook's, several for one that has a range of items or the processes of a gang."""
    step, at = job.environment.get("FLOWC_STEP"), job.environment.get("FLOWC_AT", "")
    if step is None or job.verb == "exit-hook":
        return []
    if job.verb == "gang":
        return [(step, f"{at}.{index}") for index in range(gang or 0)]
    return [(step, address) for address in members(at)]
