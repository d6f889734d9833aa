"""Step Functions, Batch and S3 on a free loopback port, each job a real process, for tests.

with stepfunctions_site(folder) as site:
    site.create("Flow", definition)
    site.begin("Flow", "run-1", {"Parameters": {}})
    assert site.wait("Flow", "run-1").status == "SUCCEEDED"
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fault_proxy import FaultProxy, proxied
from postgresql import free_port
from processes import Processes
from s3_servers import REGION, S3Server, wait_until

HERE = Path(__file__).parent
ACCOUNT = "123456789012"
"""moto's own: https://docs.getmoto.org/en/latest/docs/multi_account.html"""
BUCKET = "flows"
QUEUE = "work"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/machine"


@dataclass(frozen=True, slots=True)
class Execution:
    """How an execution ended; `output` is None where it did not succeed."""

    status: str
    error: str | None
    cause: str | None
    output: Any


@dataclass(frozen=True, slots=True)
class Job:
    """A Batch job as DescribeJobs shows it, with what its process was given and printed; `verb` is that of the shim."""

    id: str
    verb: str
    name: str
    status: str
    definition: str
    exit_code: int | None
    environment: Mapping[str, str]
    log: str


class Site:
    """A started site. `server` is its S3, with bucket `flows`; there is a queue `work`. Jobs reach S3 through `proxy`."""

    def __init__(self, folder: Path, port: int, processes: Processes, proxy: FaultProxy) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.server = S3Server(self.url, checks_signatures=False)
        self.processes = processes
        self.proxy = proxy

    def client(self, service: str) -> Any:
        """A boto3 client of a service."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(proxies={}, s3={"addressing_style": "path"}),
        )

    def prepare(self) -> None:
        """Make what a site has before anything is deployed: bucket, role, compute environment, queue."""
        self.server.make_bucket(BUCKET)
        self.client("iam").create_role(RoleName=ROLE.rpartition("/")[2], AssumeRolePolicyDocument="{}")
        batch = self.client("batch")
        made = batch.create_compute_environment(computeEnvironmentName="machines", type="UNMANAGED", serviceRole=ROLE)
        order = [{"order": 1, "computeEnvironment": made["computeEnvironmentArn"]}]
        batch.create_job_queue(jobQueueName=QUEUE, state="ENABLED", priority=1, computeEnvironmentOrder=order)

    # --- state machines ---------------------------------------------------------------------------------------------------------

    def machine_arn(self, name: str) -> str:
        """The ARN of a state machine."""
        return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"

    def execution_arn(self, machine: str, name: str) -> str:
        """The ARN of an execution."""
        return f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{machine}:{name}"

    def create(self, name: str, definition: Mapping[str, Any]) -> None:
        """Create a state machine."""
        self.client("stepfunctions").create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)

    def begin(self, machine: str, name: str, value: Mapping[str, Any]) -> None:
        """Start an execution."""
        self.client("stepfunctions").start_execution(stateMachineArn=self.machine_arn(machine), name=name, input=json.dumps(value))

    def describe(self, machine: str, name: str) -> Execution:
        """How an execution stands."""
        found = self.client("stepfunctions").describe_execution(executionArn=self.execution_arn(machine, name))
        output = found.get("output")
        return Execution(found["status"], found.get("error"), found.get("cause"), json.loads(output) if output else None)

    def wait(self, machine: str, name: str, seconds: float = 1800) -> Execution:
        """Wait until an execution has ended; raises AssertionError with the logs where it does not."""
        end = time.monotonic() + seconds
        while (found := self.describe(machine, name)).status == "RUNNING":
            self.processes.check()
            assert time.monotonic() < end, f"{machine}/{name} does not end{self.processes.tails()}"
            time.sleep(0.2)
        return found

    def until(self, what: str, true: Callable[[], object]) -> None:
        """Wait until something is true; raises AssertionError with the logs where it does not become so."""
        wait_until(what, self.processes, true)

    def stop(self, machine: str, name: str) -> None:
        """Stop an execution."""
        self.client("stepfunctions").stop_execution(executionArn=self.execution_arn(machine, name))

    def history(self, machine: str, name: str) -> list[dict[str, Any]]:
        """Every event of an execution."""
        pages = self.client("stepfunctions").get_paginator("get_execution_history")
        return [event for page in pages.paginate(executionArn=self.execution_arn(machine, name)) for event in page["events"]]

    # --- jobs -------------------------------------------------------------------------------------------------------------------

    def jobs(self, run: str, flow: str | None = None) -> list[Job]:
        """Every job of a run, in order of their ids; `run` is the job's FLOWC_RUN."""
        found = [self.job(path.stem) for path in sorted((self.folder / "jobs").glob("*.json"))]
        return [job for job in found if job.environment.get("FLOWC_RUN") == run and flow in (None, job.environment.get("FLOWC_FLOW"))]

    def job(self, job: str) -> Job:
        """One job by its id; raises AssertionError where Batch does not know it."""
        shown = self.client("batch").describe_jobs(jobs=[job])["jobs"]
        assert len(shown) == 1, f"Batch knows no job {job}"
        [row] = shown
        path = self.folder / f"jobs/{job}.json"
        told = json.loads(path.read_text()) if path.exists() else {"environment": {}}
        log = self.folder / f"jobs/{job}.log"
        text = log.read_text(errors="replace") if log.exists() else ""
        exit_code = max((code for code in told.get("codes", [])), default=None)
        words = told.get("command", [])
        verb = words[words.index("flowc.runtime_shim") + 1] if "flowc.runtime_shim" in words[:-1] else ""
        return Job(job, verb, row["jobName"], row["status"], row["jobDefinition"], exit_code, told["environment"], text)

    def start_twice(self, steps: Iterable[str]) -> None:
        """From now on start each job of these steps twice at the same time."""
        (self.folder / "twice").write_text("\n".join(steps))


@contextmanager
def stepfunctions_site(folder: Path, **options: Any) -> Iterator[Site]:
    """A started site in `folder`; whatever happens, nothing of it is left afterwards. options: more of `engine.py`."""
    folder.mkdir(parents=True)
    port = free_port()
    with proxied(f"http://127.0.0.1:{port}") as proxy:
        site = Site(folder, port, Processes(folder, ("FLOWC_STEPFUNCTIONS_SITE", str(folder))), proxy)
        try:
            _start(site, port, options)
            site.prepare()
            yield site
        finally:
            site.processes.stop(list(site.processes.running))
            site.processes.stop_strays()


def _start(site: Site, port: int, options: Mapping[str, Any]) -> None:
    mark, value = site.processes.mark
    jobs = {
        **site.server.behind(site.proxy.url).environment,
        mark: value,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    given = {"folder": str(site.folder), "environment": jobs, "slots": os.cpu_count() or 1, **options}
    (site.folder / "options.json").write_text(json.dumps(given))
    own = {"MOTO_PORT": str(port), **site.server.environment, **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}}
    site.processes.start("engine", [sys.executable, str(HERE / "engine.py"), str(site.folder / "options.json")], own)
    wait_until("the engine", site.processes, lambda: "ready" in site.processes.tail("engine", 1 << 20))
