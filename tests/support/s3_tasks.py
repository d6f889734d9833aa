"""One run of a flow in an S3 root, task by task, each `python -m flowc.runtime_shim` in a process of its own behind the fault proxy."""

import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from support.canonical import canonical
from support.s3_sites import BUCKET, S3Site
from support.shim_tasks import RUN, Ended, Tasks

from flowc.package.tar import canonical_tar
from flowc.runtime_shim.artifacts import Artifacts
from flowc.runtime_shim.contract import Attempt, commit_key, identity, package_key, run_key, task_prefix
from flowc.runtime_shim.environment import attempt_to_environment
from flowc.runtime_shim.items import load_item
from flowc.runtime_shim.records import read_record
from flowc.runtime_shim.stores import Store, open_store

Client = Literal["obstore", "boto3"]
CLIENTS: tuple[Client, ...] = ("obstore", "boto3")
FLOW = "F"
RUN_NAME = RUN.replace(" ", "-")

_roots = itertools.count()


class S3Tasks:
    """The tasks of one run, in a root of its own on `site`; the package of the flow is there.

    This process reads the store directly, by AWS variables that a fixture sets; the tasks go through the proxy.
    """

    def __init__(self, site: S3Site, folder: Path, body: str, client: Client, engine: str = "stepfunctions") -> None:
        self.site, self.client, self.engine, self.folder = site, client, engine, folder
        tasks = Tasks(folder, body, top="import os, time")
        self.plan = tasks.plan
        files = [(path.name, path.read_bytes()) for path in sorted(tasks.code.iterdir()) if path.is_file()]
        package = canonical_tar(files)
        self.code = f"sha256:{hashlib.sha256(package).hexdigest()}"
        self._open(f"tasks-{next(_roots)}")
        self.store.create(package_key(FLOW, self.code), package)
        self.store.create(run_key(FLOW, RUN_NAME, "_input"), json.dumps({"Parameters": {}}).encode())

    def _open(self, prefix: str) -> None:
        self.prefix = prefix
        self.root = self.site.root(prefix)
        self.store: Store = open_store(self.root)

    # --- attempts ---------------------------------------------------------------------------------------------------------------

    def start(
        self,
        step: str,
        at: str = "r",
        attempt: int = 0,
        *,
        patience: float = 180,
        variables: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> "subprocess.Popen[str]":
        """Start an attempt; `changes` are fields of it. It gives up after `patience` seconds without its store."""
        given: dict[str, Any] = {
            "engine": self.engine,
            "flow": FLOW,
            "root": self.root,
            "run": RUN_NAME,
            "ids": {"task_id": f"job-{attempt}"},
        }
        hand_off = self._hand_off(step) if self.engine == "stepfunctions" else None
        code = self.code if step == self.plan["start"] else None
        made = Attempt(**{**given, "step": step, "at": at, "attempt": attempt, "code": code, "hand_off": hand_off, **changes})
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "FLOWC_S3_CLIENT": self.client,
            "FLOWC_STORE_PATIENCE": str(patience),
            **self.site.environment,
            **attempt_to_environment(made),
            **(variables or {}),
        }
        command = [sys.executable, "-m", "flowc.runtime_shim", "step", step]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder)

    def run(self, step: str, at: str = "r", attempt: int = 0, **changes: Any) -> Ended:
        """Run an attempt to its end."""
        process = self.start(step, at, attempt, **changes)
        out, _ = process.communicate(timeout=300)
        return Ended(process.returncode, out)

    def run_killed(self, step: str, at: str, number: int, when: Literal["before", "during", "after"]) -> None:
        """Start an attempt and kill it at its request `number`: before the server has it, in the middle of it, or once it is stored."""
        from fault_proxy import Drop

        running: list[subprocess.Popen[str]] = []

        def kill() -> None:
            while not running:
                pass
            running[0].send_signal(signal.SIGKILL)

        self.site.proxy.forget()
        self.site.proxy.pick = lambda request: Drop(when, kill) if request.number == number else None
        running.append(self.start(step, at))
        out, _ = running[0].communicate(timeout=300)
        self.site.proxy.forget()
        assert running[0].returncode == -signal.SIGKILL, f"request {number} was never made\n{out}"

    def _hand_off(self, step: str) -> str | None:
        place = self.plan["steps"][step]
        if place["kind"] == "foreach":
            return "items"
        return "next" if place["kind"] == "switch" or place["loops"] else None

    # --- what is in the store ---------------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, bytes]:
        """Every object of the root, by key below it."""
        client = self.site.server.client()
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{self.prefix}/")
        keys = [row["Key"] for page in pages for row in page.get("Contents", ())]
        return {key[len(self.prefix) + 1 :]: client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}

    def restart(self, objects: Mapping[str, bytes]) -> None:
        """Go on in a root that has these objects and no others."""
        client = self.site.server.client()
        self._open(f"tasks-{next(_roots)}")
        for key, data in objects.items():
            client.put_object(Bucket=BUCKET, Key=f"{self.prefix}/{key}", Body=data)

    def record(self, step: str, at: str = "r") -> dict[str, Any] | None:
        """The commit record of a task, if there is one."""
        return read_record(self.store, commit_key(FLOW, RUN_NAME, step, at))

    def outcome(self, step: str, at: str = "r") -> dict[str, Any] | None:
        """What a task left that must be the same however it came to it, None where it has not committed.

        Everything that its record names is loaded; raises StoreError where something does not load.
        """
        record = self.record(step, at)
        if record is None:
            return None
        artifacts = Artifacts(self.store, FLOW, record["artifacts"])
        values = {name: canonical(artifacts.get(name)) for name in artifacts.names()}
        same = {name: identity(entry) for name, entry in record["artifacts"].items()}
        count = record["control"].get("count", 0) if "items" in record else 0
        items = [canonical(load_item(self.store, FLOW, record["items"], index)) for index in range(count)]
        Artifacts(self.store, FLOW, {"log": record["log"]}).get("log")
        return {"control": record["control"], "values": values, "identities": same, "items": items, "beside": self.beside(step, at)}

    def beside(self, step: str, at: str = "r") -> dict[str, bytes]:
        """What stands beside or follows a task's commit: hand-offs, and the exit records of the run."""
        prefix = task_prefix(FLOW, RUN_NAME, step, at)
        found = {name: self.store.get(prefix + name) for name in self.store.list(prefix) if name in ("next", "items")}
        left = {key: data for key, data in self.snapshot_of(f"{FLOW}/runs/{RUN_NAME}/").items() if key.endswith("/exit")}
        return {**{name: data for name, data in found.items() if data is not None}, **left}

    def snapshot_of(self, prefix: str) -> dict[str, bytes]:
        """The objects below `prefix`."""
        return {key: data for key, data in self.snapshot().items() if key.startswith(prefix)}

    def failures(self, step: str, at: str = "r") -> list[dict[str, Any]]:
        """The failure records of a task."""
        prefix = task_prefix(FLOW, RUN_NAME, step, at)
        return [json.loads(self.store.get(prefix + name) or b"{}") for name in self.store.list(prefix) if name.startswith("fail.")]


def requests_of(site: S3Site, work: Callable[[], Ended]) -> list[tuple[str, str]]:
    """Run an attempt that must succeed and return the (kind, key below the root) of its requests, in order."""
    site.proxy.forget()
    ended = work()
    assert ended.code == 0, ended.out
    return [(request.kind, request.key.partition("/")[2]) for request in site.proxy.requests]
