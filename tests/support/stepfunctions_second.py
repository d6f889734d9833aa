"""A deployed state machine under a second interpreter (aws-local-stepfunctions, JavaScript), its jobs on the same Batch and S3.

It knows no Distributed Map and no `$$.State.RetryCount`. So a Map's items are read by a state of their own in front of it, and the
attempt's number is counted here; everything else of the definition stays as it was emitted.
"""

import copy
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.flows import REPO
from support.stepfunctions_runs import Execution, Site

INSTALLED = REPO / ".venvs/aws-local-stepfunctions/node_modules/aws-local-stepfunctions/build/main.node.cjs"
"""Put there by `make conformance-stepfunctions`."""
PROGRAM = REPO / "tests/engines/aws_local_stepfunctions/run.mjs"
ITEMS = "test:items"
COUNTED = {"Name": "FLOWC_ATTEMPT", "Value.$": "States.Format('{}', $$.State.RetryCount)"}
HERE = "counted here"
PATIENCE_SECONDS = 600


def run_second(site: Site, folder: Path, machine: str, run: str, value: Mapping[str, Any]) -> Execution:
    """Run the deployed machine once, named `run`, and return how it ended."""
    assert INSTALLED.exists(), f"{INSTALLED} is missing: make conformance-stepfunctions"
    described = site.client("stepfunctions").describe_state_machine(stateMachineArn=site.machine_arn(machine))
    definition = translated(json.loads(described["definition"]))
    with _bridge(site) as url:
        request = {
            "module": str(INSTALLED),
            "definition": definition,
            "input": value,
            "context": {"Execution": {"Name": run, "Input": value}},
            "bridge": url,
        }
        (folder / "request.json").write_text(json.dumps(request))
        done = subprocess.run(
            ["node", str(PROGRAM), str(folder / "request.json")], capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    return Execution(told["status"], told.get("error"), told.get("cause"), told.get("output"))


def translated(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition with what the interpreter does not know said otherwise."""
    found = copy.deepcopy(dict(definition))
    pending = [found]
    while pending:
        scope = pending.pop()
        for name, state in list(scope["States"].items()):
            pending += state.get("Branches", [])
            if state["Type"] == "Task":
                state["TimeoutSeconds"] = PATIENCE_SECONDS
                environment = state["Parameters"].get("ContainerOverrides", {}).get("Environment", [])
                environment[:] = [{"Name": "FLOWC_ATTEMPT", "Value": HERE} if entry == COUNTED else entry for entry in environment]
            elif state["Type"] == "Map":
                pending.append(state["ItemProcessor"])
                _read_items_before(scope["States"], name, state)
    return found


def _read_items_before(states: dict[str, Any], name: str, state: dict[str, Any]) -> None:
    """Let a Task read what the Map's ItemReader would: it takes the Map's name, so that whoever led there still does."""
    reader = state.pop("ItemReader")
    for left_out in ("ResultWriter", "Label", "ToleratedFailureCount"):
        state.pop(left_out)
    then = {key: state.pop(key) for key in ("Next", "End") if key in state}
    token = {"Type": "Pass", "Parameters": {"run.$": "$.run", "at.$": "$.at"}, **then}
    states[name] = {
        "Type": "Task",
        "Resource": ITEMS,
        "Parameters": reader["Parameters"],
        "ResultPath": "$.items",
        "TimeoutSeconds": PATIENCE_SECONDS,
        "Next": f"{name}--each",
    }
    states[f"{name}--each"] = {**state, "ItemsPath": "$.items", "Next": f"{name}--token"}
    states[f"{name}--token"] = token


class _Refused(Exception):
    """What a task's error is called, and why."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@contextmanager
def _bridge(site: Site) -> Iterator[str]:
    """The URL of a server that carries out tasks on the site."""
    attempts: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                answer = {"result": _carry_out(site, asked["resource"], asked["input"], attempts)}
            except _Refused as refused:
                answer = {"error": {"name": refused.name, "message": str(refused)}}
            except Exception as error:
                answer = {"error": {"name": "Test.Bridge", "message": repr(error)}}
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _carry_out(site: Site, resource: str, given: Any, attempts: Counter[str]) -> Any:
    s3 = site.server.client()
    match resource:
        case "test:items":
            return json.loads(s3.get_object(**given)["Body"].read())
        case "arn:aws:states:::aws-sdk:s3:getObject":
            return {"Body": s3.get_object(**given)["Body"].read().decode()}
        case "arn:aws:states:::aws-sdk:s3:putObject":
            s3.put_object(**{**given, "Body": json.dumps(given["Body"]).encode()})
            return {}
        case "arn:aws:states:::batch:submitJob.sync":
            return _run_job(site, given, attempts)
        case _:
            raise _Refused("States.Runtime", f"no such resource: {resource}")


def _run_job(site: Site, given: dict[str, Any], attempts: Counter[str]) -> dict[str, Any]:
    environment = given["ContainerOverrides"]["Environment"]
    told = {entry["Name"]: entry["Value"] for entry in environment}
    task = json.dumps({name: value for name, value in told.items() if name != "FLOWC_ATTEMPT"}, sort_keys=True)
    for entry in environment:
        if entry["Value"] == HERE:
            entry["Value"] = str(attempts[task])
    attempts[task] += 1
    batch = site.client("batch")
    job = batch.submit_job(**_camel(given))["jobId"]
    while (found := batch.describe_jobs(jobs=[job])["jobs"][0])["status"] not in ("SUCCEEDED", "FAILED"):
        time.sleep(0.05)
    if found["status"] == "FAILED":
        raise _Refused("States.TaskFailed", f"job {job}")
    return {"JobId": job}


def _camel(value: Any) -> Any:
    """Parameters of the integration as boto3 spells them; the names of tags stay."""
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: item if name in ("Tags", "Parameters") else _camel(item) for name, item in value.items()}
    return value
