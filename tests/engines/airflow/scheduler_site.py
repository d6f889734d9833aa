"""A real Airflow, 2.11 or 3.x, for tests: PostgreSQL, scheduler, API server (webserver) and DAG processor on free loopback ports.

with airflow_site(venv, dags, home) as site:
    site.unpause("Flow")
    site.trigger("Flow", "r1", {"n": 3})
    assert site.wait("Flow", "r1") == "success"

Standard library only: Airflow stays in its own venv, and flowc is not installed there.
"""

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from postgresql import Database, free_port, prepare_database
from processes import Processes
from site_options import options_of

Answer = TypeVar("Answer")
USER = "admin"
REPLY_SECONDS = 300
"""Most that a request may take."""
START_SECONDS = 600
"""Most that the parts may take to be healthy: they import for a long time where other work shares the cores."""


class Site:
    """A started Airflow. `url`, `user` and `password` are what a person would sign in with."""

    def __init__(self, venv: Path, home: Path, dags: Path, environment: Mapping[str, str]) -> None:
        self.venv, self.home, self.dags = venv, home, dags
        self.three = not list(venv.glob("lib/python3*/site-packages/apache_airflow-2.*.dist-info"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.user, self.password = USER, secrets.token_hex(8)
        self.processes = Processes(home, ("AIRFLOW_HOME", str(home)))
        self.authorization: str | None = None
        self.database: Database | None = None
        self.environment = _environment(venv, home) | dict(environment)

    @property
    def parts(self) -> tuple[str, ...]:
        """The processes beside the database, by their airflow command."""
        return ("api-server", "scheduler", "dag-processor") if self.three else ("webserver", "scheduler")

    def start(self) -> None:
        """Start everything and wait until it is healthy."""
        self.database = prepare_database()
        self.environment |= options_of(self, self.database.url)
        self.processes.start("postgres", self.database.command, self.environment)
        address = ("127.0.0.1", self.database.port)
        self.until("PostgreSQL", 60, lambda: not socket.create_connection(address, 1).close())
        self.command("db", "migrate")
        if self.three:
            (self.home / "passwords.json").write_text(json.dumps({self.user: self.password}))
        else:
            self.command(*f"users create -u {self.user} -r Admin -f a -l b -e a@example.org -p".split(), self.password)
        for part in self.parts:
            self.start_part(part)
        self.until("health", START_SECONDS, self.healthy)
        self.authorization = (
            "Bearer " + self.token() if self.three else "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        )

    def start_part(self, part: str, options: Mapping[str, str] | None = None) -> None:
        """Start one of `parts`; `options` are settings for it alone, as in `site_options`."""
        own = {f"AIRFLOW__{name}": value for name, value in (options or {}).items()}
        self.processes.start(part, [f"{self.venv}/bin/airflow", part], {**self.environment, **own})

    def token(self) -> str:
        """A bearer token of 3.x."""
        return str(self.call("POST", "/auth/token", {"username": self.user, "password": self.password})["access_token"])

    def command(self, *words: str) -> str:
        """Run an airflow command to its end and return what it printed."""
        done = subprocess.run([f"{self.venv}/bin/airflow", *words], env=self.environment, capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, (
            f"airflow {' '.join(words[:2])} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
        return done.stdout

    def stop(self) -> None:
        """End every process and remove the database."""
        self.processes.stop(self.parts)
        self.processes.stop(["postgres"])
        self.processes.stop_strays()
        if self.database is not None:
            shutil.rmtree(self.database.folder)

    def until(self, what: str, seconds: float, probe: Callable[[], Answer]) -> Answer:
        """Return the first true answer of `probe`, which may fail meanwhile; raises AssertionError with all logs after `seconds`."""
        end, last = time.monotonic() + seconds, None
        while time.monotonic() < end:
            self.processes.check()
            try:
                answer = probe()
                if answer:
                    return answer
                last = repr(answer)
            except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
                last = repr(error)
            time.sleep(0.5)
        raise AssertionError(f"{what}: not within {seconds} s; last: {last}{self.processes.tails()}")

    # --- the REST API -------------------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON answer of the server; raises urllib's HTTPError."""
        headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if body is not None else {})}
        if self.authorization is not None:
            headers["Authorization"] = self.authorization
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=REPLY_SECONDS) as reply:
                text = reply.read()
        except urllib.error.HTTPError as error:
            error.add_note(f"{method} {path}: {error.read().decode(errors='replace')[:2000]}")
            raise
        return json.loads(text) if text else None

    def api(self, method: str, path: str, body: object = None) -> Any:
        """`call` below the version's prefix."""
        return self.call(method, ("/api/v2" if self.three else "/api/v1") + path, body)

    def healthy(self) -> bool:
        """Whether every part says so."""
        health = self.call("GET", "/api/v2/monitor/health" if self.three else "/health")
        return all(
            health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", *(["dag_processor"] if self.three else []))
        )

    def import_errors(self) -> dict[str, str]:
        """What went wrong where files were parsed, by file."""
        return {error["filename"]: error["stack_trace"] for error in self.api("GET", "/importErrors")["import_errors"]}

    def unpause(self, dag: str) -> None:
        """Wait until the DAG is known, then unpause it."""
        self.until(f"parse of {dag}", 600, lambda: self._known(dag))
        self.api("PATCH", f"/dags/{dag}", {"is_paused": False})

    def _known(self, dag: str) -> Any:
        if errors := self.import_errors():
            raise AssertionError("\n".join(f"{name}: {text}" for name, text in errors.items()))
        return self.api("GET", f"/dags/{dag}")

    def trigger(self, dag: str, run: str, conf: Mapping[str, Any]) -> None:
        """Start a run."""
        self.api("POST", f"/dags/{dag}/dagRuns", {"dag_run_id": run, "conf": dict(conf), **({"logical_date": None} if self.three else {})})

    def runs(self, dag: str) -> dict[str, str]:
        """State by run id, of the first hundred runs."""
        return {run["dag_run_id"]: run["state"] for run in self.api("GET", f"/dags/{dag}/dagRuns?limit=100")["dag_runs"]}

    def wait(self, dag: str, run: str, seconds: float = 1800) -> str:
        """Wait until the run has ended and return its state, `success` or `failed`."""
        return self.until(f"end of {dag}/{run}", seconds, lambda: (state := self.runs(dag).get(run, "")) in ("success", "failed") and state)

    def tasks(self, dag: str, run: str) -> dict[tuple[str, int], dict[str, Any]]:
        """Every task instance of a run as the API shows it, by (task id, map index)."""
        found: dict[tuple[str, int], dict[str, Any]] = {}
        path = f"/dags/{dag}/dagRuns/{urllib.parse.quote(run, safe='')}/taskInstances?limit=100&offset="
        while page := self.api("GET", path + str(len(found)))["task_instances"]:
            found |= {(task["task_id"], task["map_index"]): task for task in page}
        return found

    def clear(self, dag: str, run: str, **which: Any) -> None:
        """Clear task instances of a run and let it go on: `only_failed=True`, or `task_ids=[…]`."""
        body = {"dag_run_id": run, "only_failed": False, "dry_run": False, "reset_dag_runs": True, **which}
        self.api("POST", f"/dags/{dag}/clearTaskInstances", body)

    def send_event(self, asset: str, payload: Mapping[str, Any] | None = None) -> None:
        """Say that an asset (2.x: dataset) has changed; `payload` goes with it."""
        extra = dict(payload or {})
        if self.three:
            [found] = [row for row in self.api("GET", "/assets?limit=100")["assets"] if asset in (row["name"], row["uri"])]
            self.api("POST", "/assets/events", {"asset_id": found["id"], "extra": extra})
        else:
            self.api("POST", "/datasets/events", {"dataset_uri": asset, "extra": extra})

    def source(self, dag: str) -> str:
        """The text of the file that Airflow parsed last."""
        name = dag if self.three else self.api("GET", f"/dags/{dag}")["file_token"]
        return str(self.api("GET", f"/dagSources/{name}")["content"])

    def delete_run(self, dag: str, run: str) -> None:
        """Forget a run, as a person does who wants to start it again under its name."""
        self.api("DELETE", f"/dags/{dag}/dagRuns/{urllib.parse.quote(run, safe='')}")


@contextmanager
def airflow_site(venv: Path, dags: Path, home: Path, environment: Mapping[str, str] | None = None) -> Iterator[Site]:
    """A started, healthy Airflow; whatever happens, nothing of it is left afterwards. `environment` reaches the steps."""
    assert (venv / "bin/airflow").exists(), f"Airflow is not installed at {venv}: make engines"
    home.mkdir(parents=True)
    site = Site(venv, home, dags, environment or {})
    try:
        site.start()
        yield site
    finally:
        site.stop()


def _environment(venv: Path, home: Path) -> dict[str, str]:
    """The steps run with the interpreter of this process, which has flowc."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "FLOWC_", "PYTHONPATH"))}
    return kept | {
        "AIRFLOW_HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{venv}/bin:{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "no_proxy": "127.0.0.1,localhost",
    }
