"""A started Airflow with flows deployed into it, for the tests under tests/conformance/airflow_scheduler."""

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.flows import REPO
from support.local_run import Trace, read_trace, run_here
from support.posted_pods import SECRETS, pods_of, settings_for
from support.scheduler_cases import Case

from flowc.runtime_shim.contract import commit_key
from flowc.runtime_shim.records import decode_record
from flowc.runtime_shim.stores import open_store

sys.path.insert(0, str(REPO / "tests/engines/airflow"))
from scheduler_site import Site, airflow_site

PATIENCE_SECONDS = 1800
"""Most that a run may take: a fraction of it where nothing else uses the cores."""


@dataclass(slots=True)
class Running:
    """The site, the folder of DAGs and store, and the run of each case."""

    version: str
    folder: Path
    site: Site
    run_ids: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The store that the tasks use."""
        return f"file://{self.folder}/store"

    @property
    def credentials(self) -> dict[str, str]:
        """What `flowc trigger` and friends find in the environment: a token for 3.x, a name and password for 2.x."""
        if self.site.three:
            return {"FLOWC_AIRFLOW_TOKEN": self.site.token()}
        return {"FLOWC_AIRFLOW_USER": self.site.user, "FLOWC_AIRFLOW_PASSWORD": self.site.password}

    def deploy(self, path: Path, flow: str, *options: str) -> str:
        """Deploy by the command and return what it printed."""
        words = ["deploy", f"{path}:{flow}", "--target", "airflow", "--dags-folder", str(self.site.dags), "--root", self.root]
        code, said = flowc([*words, "--python", sys.executable, *options])
        assert code == 0, said
        return said

    @property
    def cluster(self) -> Path:
        """The folder of the stand-in of the Kubernetes API."""
        return self.folder / "cluster"

    def deploy_case(self, case: Case) -> None:
        """Deploy the flow of a case as it asks."""
        options = ["--max-map-length", str(case.map_length)] if case.map_length else []
        if case.pods:
            settings = {"environment": "pods", **settings_for(self.cluster)}
            options += [word for key, value in settings.items() for word in ("--set", f"{key}={_toml(value)}")]
        self.deploy(*case.source, *options)

    def posted(self, case: Case) -> list[dict[str, Any]]:
        """The pods of a case's run."""
        files = sorted((self.cluster / "posted").iterdir())
        return pods_of([json.loads(file.read_text()) for file in files], case.dag, self.run_ids[case.key])

    def start(self, case: Case) -> None:
        """Start the run of a case, or note that it starts by itself."""
        if case.start == "trigger":
            self.run_ids[case.key] = "case-" + case.key.replace("/", "-")
            self.site.trigger(case.dag, self.run_ids[case.key], case.values)

    def wait(self, case: Case) -> str:
        """Wait for the end of a case's run and return its state."""
        flow = case.dag
        if case.key not in self.run_ids:
            found = self.wait_until(f"a scheduled run of {flow}", lambda: [r for r in self.site.runs(flow) if r.startswith("scheduled__")])
            self.run_ids[case.key] = found[0]
        return self.wait_for(flow, self.run_ids[case.key])

    def trace(self, path: Path, flow: str, run: str) -> Trace:
        """What a run left in the store."""
        return read_trace(self.root, flow, run, path.parent)

    def record(self, flow: str, run: str, step: str, at: str) -> dict[str, Any]:
        """The commit record of a task."""
        key = commit_key(flow, run, step, at)
        data = open_store(self.root).get(key)
        assert data is not None, key
        return decode_record(data, key)

    def wait_for(self, flow: str, run: str) -> str:
        """Wait for the end of a run and return its state."""
        return self.site.wait(flow, run, PATIENCE_SECONDS)

    def make_folder(self, name: str) -> Path:
        """An empty folder that steps write to."""
        folder = self.folder / name
        folder.mkdir()
        return folder

    def wait_until(self, what: str, probe: Any) -> Any:
        """`Site.until` with the patience of a run."""
        return self.site.until(what, PATIENCE_SECONDS, probe)


@contextlib.contextmanager
def running_airflow(version: str, folder: Path) -> Iterator[Running]:
    """A started Airflow of this version in `folder`, with nothing deployed."""
    dags = folder / "dags"
    dags.mkdir(parents=True)
    venv = REPO / f".venvs/airflow-{version}"
    with airflow_site(venv, dags, folder / "home") as site:
        running = Running(version, folder, site)
        running.cluster.mkdir()
        (running.cluster / "secrets.json").write_text(json.dumps(SECRETS))
        script = REPO / "tests/engines/airflow/kubernetes_standin.py"
        site.processes.start(
            "standin", [f"{venv}/bin/python", str(script), str(running.cluster), sys.executable], {"PATH": "/usr/bin:/bin"}
        )
        try:
            site.until("the stand-in of Kubernetes", 120, (running.cluster / "kubeconfig").exists)
            yield running
        finally:
            site.processes.stop(["standin"])


def _toml(value: Any) -> str:
    """Settings of tests are texts and tables of texts."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {json.dumps(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


def flowc(words: list[str], environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run a flowc command in this process and return its exit code and what it printed on both streams."""
    from flowc.cli.group import run

    said = io.StringIO()
    kept = dict(os.environ)
    os.environ.update(environment or {})
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            run(words)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    finally:
        os.environ.clear()
        os.environ.update(kept)


_local: dict[str, Trace] = {}


def run_locally(case: Case, folder: Path) -> Trace:
    """What `flowc run` makes of a case, once for all versions."""
    if case.key not in _local:
        path, flow = case.source
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in case.values.items()}
        arguments = [word for name, text in texts.items() for word in (f"--{name}", text)]
        _local[case.key] = run_here(path, flow, f"file://{folder}/store", parameters=arguments)
    return _local[case.key]
