"""A started engine with flows deployed into it, for the tests under tests/conformance/argo."""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from support.argo_cases import ArgoCase
from support.flows import REPO
from support.local_run import Trace, read_trace, run_here
from support.scheduler_runs import flowc

from flowc.runtime_shim.contract import commit_key, run_key
from flowc.runtime_shim.records import decode_record
from flowc.runtime_shim.stores import open_store

sys.path.insert(0, str(REPO / "tests/engines/argo"))
from argo_cluster import NODE_ID as NODE_ID
from argo_cluster import Cluster
from argo_engine import Engine, running_engine
from argo_processes import EngineFailed as EngineFailed

FLOWS = REPO / "tests/conformance/argo/flows"
PATIENCE_SECONDS = 3600
"""Most that a run may take: a fraction of it where nothing else uses the cores."""
_SETTINGS = {
    "image": "localhost/flowc/app:1",
    "argo.namespace": "argo",
    "kubernetes.cpu": 0.02,
    "kubernetes.memory": 64,
    "kubernetes.disk": 10,
}
"""What a pod asks for where its flow does not say: so little that the node starts many at once."""


class Webhook(HTTPServer):
    """Keeps the JSON that is posted to it; stands on the network of the thread that makes it."""

    def __init__(self, port: int) -> None:
        self.posted: list[Any] = []
        super().__init__(("127.0.0.1", port), _Posted)


class _Posted(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        self.server.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@dataclass(frozen=True, slots=True)
class TaskPod:
    """A pod of a run as the workflow's own node for it says: its task, name and phase."""

    task: tuple[str, str]
    name: str
    phase: str


@dataclass(slots=True)
class RunningArgo:
    """The engine, what its API server is asked, and the run of each case."""

    engine: Engine
    cluster: Cluster

    @property
    def root(self) -> str:
        """The store: the same text in a pod and here."""
        return self.engine.store.as_uri()

    @property
    def environment(self) -> dict[str, str]:
        """What `flowc` and other clients find the cluster by."""
        return {"KUBECONFIG": str(self.engine.kubeconfig)}

    def deploy(self, path: Path, flow: str, **settings: Any) -> str:
        """Deploy by the command and return what it printed."""
        given = {"root": self.root, **_SETTINGS, **settings}
        words = [word for key, value in given.items() for word in ("--set", f"{key}={json.dumps(value)}")]
        return self.flowc("deploy", f"{path}:{flow}", "--target", "argo", *words)

    def trigger(self, path: Path, flow: str, run: str, values: Mapping[str, Any]) -> str:
        """Start a run by the command and return its name."""
        return self.flowc("trigger", f"{path}:{flow}", "--target", "argo", "--run-id", run, *parameter_words(values)).strip()

    def flowc(self, *words: str, codes: Collection[int] = (0,)) -> str:
        """Run a command of flowc on the engine's cluster and return what it printed."""
        code, said = flowc(list(words), self.environment)
        assert code in codes, said
        return said

    def start(self, case: ArgoCase) -> None:
        """Start the run of a case."""
        folder = {"folder": str(self.make_folder(case.run))} if case.takes_folder else {}
        self.trigger(*case.source, case.run, {**folder, **case.values})

    def wait(self, run: str, *, hours: float = 0) -> str:
        """Wait for the end of a run and return its phase."""
        return self.cluster.wait(run, hours * 3600 or PATIENCE_SECONDS)

    def admit(self, files: Sequence[Path]) -> None:
        """Have the API server check files by the full CRDs, unknown fields included; raises EngineFailed with what it says."""
        given = [word for path in files for word in ("-f", path)]
        self.engine.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "--force-conflicts", *given)

    def make_folder(self, name: str) -> Path:
        """An empty folder that steps write to, at the same path in every pod."""
        folder = self.folder(name)
        folder.mkdir(parents=True)
        return folder

    def folder(self, name: str) -> Path:
        """The folder that `make_folder` made."""
        return self.engine.store / "_scratch" / name

    def pods_of(self, run: str) -> dict[str, TaskPod]:
        """The pods of a run's steps by uid: each as its node tells, those of a gang as the Job that the run owns; not the exit hook's."""
        nodes = self.cluster.nodes(run)
        workflow = self.cluster.workflow(run)
        steps = steps_by_template(workflow)
        found = {}
        for pod in self.cluster.pods(run):
            node = nodes.get((pod.metadata.annotations or {}).get(NODE_ID, ""), {})
            template = node.get("templateName") or (node.get("templateRef") or {}).get("template")
            if template in steps:
                inputs = {each["name"]: each.get("value") for each in (node.get("inputs") or {}).get("parameters") or []}
                found[pod.metadata.uid] = TaskPod((steps[template], inputs.get("at", "r")), pod.metadata.name, node["phase"])
        for pod, index in self.cluster.job_pods(workflow["metadata"]["uid"]):
            environment = {each.name: each.value or "" for each in pod.spec.containers[0].env}
            at = environment["FLOWC_AT"].replace("$(JOB_COMPLETION_INDEX)", index)
            found[pod.metadata.uid] = TaskPod((environment["FLOWC_STEP"], at), pod.metadata.name, pod.status.phase)
        return found

    def trace(self, path: Path, flow: str, run: str) -> Trace:
        """What a run left in the store."""
        return read_trace(self.root, flow, run, path.parent)

    def record(self, flow: str, run: str, step: str, at: str) -> Mapping[str, Any]:
        """The commit record of a task."""
        key = commit_key(flow, run, step, at)
        data = open_store(self.root).get(key)
        assert data is not None, key
        return decode_record(data, key)

    def end(self, flow: str, run: str) -> Mapping[str, Any]:
        """The record that the exit hook leaves."""
        key = run_key(flow, run, "_end")
        data = open_store(self.root).get(key)
        assert data is not None, key
        return decode_record(data, key)

    def wait_until(self, what: str, probe: Any) -> Any:
        """Return what `probe` gives once it is true."""
        return self.engine.tree.until(what, PATIENCE_SECONDS, probe)


@contextlib.contextmanager
def running_argo(folder: Path) -> Iterator[RunningArgo]:
    """A started engine in `folder`; its network has to be entered to ask it anything."""
    with running_engine(folder) as engine:
        yield RunningArgo(engine, Cluster(engine))


def freeze(pod_uid: str, container: str) -> None:
    """Stop the executor in a pod's container (`wait`, or the one around `main`), as if its node had hung; only SIGKILL reaches it."""
    stopped = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if container.encode() in words and b"ARGO_POD_UID=" + pod_uid.encode() in (folder / "environ").read_bytes().split(b"\0"):
                os.kill(int(folder.name), signal.SIGSTOP)
                stopped += 1
    assert stopped, f"pod {pod_uid} has no process {container}"


def parameter_words(values: Mapping[str, Any]) -> list[str]:
    """Parameter values as words of a command line."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    return [word for name, text in texts.items() for word in (f"--{name}", text)]


def run_locally(case: ArgoCase, folder: Path) -> Trace:
    """What `flowc run` makes of a case."""
    path, flow = case.source
    return run_here(path, flow, f"file://{folder}/store", parameters=parameter_words(case.values))


def steps_by_template(workflow: Mapping[str, Any]) -> dict[str, str]:
    """Which template of a run is which step, by the environment of its container; the exit hook is none."""
    status = workflow["status"]
    templates = [*status["storedWorkflowTemplateSpec"]["templates"], *(status.get("storedTemplates") or {}).values()]
    found = {}
    for template in templates:
        container = template.get("container") or {}
        named = [entry["value"] for entry in container.get("env") or [] if entry["name"] == "FLOWC_STEP"]
        if named and container["args"][0] != "exit-hook":
            found[template["name"]] = named[0]
    return found
