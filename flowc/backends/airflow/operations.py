"""Trigger, status and terminate on Airflow: a deployed flow is a DAG, a run is a DAG run."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from flowc.backends.airflow.options import AirflowSite, read_site
from flowc.backends.airflow.rest import Credentials, RefusedError, RestApi
from flowc.backends.operations import FlowState, RunState, StepState
from flowc.errors import EngineError, UsageError
from flowc.settings import Settings

ENDED: Final = ("success", "failed")
PAGE: Final = 100
"""Rows of one answer; a site may cap them (`[api] maximum_page_limit`), so pages are read until one is empty."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def connect(settings: Settings) -> "AirflowOperations":
    """Return the operations of the Airflow that the settings name; the first use of them asks its version.

    Raises UsageError where the settings name none.
    """
    site = read_site(settings)
    if site.url is None:
        raise UsageError(
            "there is no Airflow to talk to", help='set url = "https://…" under [airflow] in flowc.toml, or give --airflow-url'
        )
    return AirflowOperations(RestApi(site.url, _credentials(site)))


def _credentials(site: AirflowSite) -> Credentials:
    names = {
        "airflow.token_env": site.token_env,
        "airflow.user_env": site.user_env,
        "airflow.password_env": site.password_env,
    }
    for setting, name in names.items():
        if not _VARIABLE.match(name):
            raise UsageError(f"setting {setting!r} must be the name of an environment variable", help="credentials stand in no file")
    token, user, password = (os.environ.get(name) or None for name in names.values())
    help = "set {} to a token, or {} and {}, in the environment".format(*names.values())
    return Credentials(token, user, password, help)


class AirflowOperations:
    """See `flowc.backends.operations.Operations`."""

    def __init__(self, api: RestApi) -> None:
        self.api = api

    def trigger(self, flow: str, run: str | None, parameters: Mapping[str, Any]) -> RunState:
        """Start a run; a paused DAG is refused, because its run would wait without a word."""
        if self._dag(flow)["is_paused"]:
            raise EngineError(
                f"{flow} is paused in Airflow: the run would wait until it is not", help=f"unpause it, at {self._address(flow)}"
            )
        body: dict[str, Any] = {"conf": dict(parameters)}
        if run is not None:
            body["dag_run_id"] = run
        if self.api.three:
            body["logical_date"] = None
        try:
            return self._run(flow, self.api.post("dags", flow, "dagRuns", body=body))
        except RefusedError as refused:
            if refused.status == 409:
                raise EngineError(f"{flow} has a run {run!r} already", help="choose another --run-id") from refused
            raise

    def flow_state(self, flow: str, limit: int) -> FlowState:
        """Return the DAG and its latest runs."""
        dag = self._dag(flow)
        found = self.api.get("dags", flow, "dagRuns", limit=limit, order_by="-id")["dag_runs"]
        return FlowState(flow=flow, paused=dag["is_paused"], runs=tuple(self._run(flow, row) for row in found))

    def run_state(self, flow: str, run: str) -> RunState:
        """Return one run with the states of its tasks; gates and planners are shown only where they failed."""
        return self._run(flow, self._dag_run(flow, run), self._tasks(flow, run))

    def terminate(self, flow: str, run: str) -> RunState:
        """Mark the run failed: Airflow ends its running tasks, and starts no more."""
        before = self._run(flow, self._dag_run(flow, run))
        if before.ended:
            raise EngineError(f"run {run} of {flow} has ended already: {before.state}")
        return self._run(flow, self.api.patch("dags", flow, "dagRuns", run, body={"state": "failed"}))

    def _dag(self, flow: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self.api.get("dags", flow)
        except RefusedError as refused:
            if refused.status == 404:
                raise EngineError(
                    f"Airflow at {self.api.url} has no DAG {flow}", help="deploy it first; Airflow may take minutes to find a file"
                ) from refused
            raise
        return found

    def _dag_run(self, flow: str, run: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self.api.get("dags", flow, "dagRuns", run)
        except RefusedError as refused:
            if refused.status == 404:
                self._dag(flow)
                raise EngineError(f"{flow} has no run {run!r} in Airflow", help="`flowc status` without --run-id lists them") from refused
            raise
        return found

    def _tasks(self, flow: str, run: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        while page := self.api.get("dags", flow, "dagRuns", run, "taskInstances", limit=PAGE, offset=len(found))["task_instances"]:
            found += page
        return found

    def _run(self, flow: str, row: Mapping[str, Any], tasks: list[Mapping[str, Any]] | None = None) -> RunState:
        return RunState(
            run=row["dag_run_id"],
            state=row["state"],
            ended=row["state"] in ENDED,
            started_at=_moment(row.get("start_date")),
            ended_at=_moment(row.get("end_date")),
            address=self._address(flow, row["dag_run_id"]),
            steps=_steps(tasks or []),
        )

    def _address(self, flow: str, run: str | None = None) -> str:
        page = f"{self.api.url}/dags/{quote(flow, safe='')}"
        if run is None:
            return page
        return f"{page}/runs/{quote(run, safe='')}" if self.api.three else f"{page}/grid?dag_run_id={quote(run, safe='')}"


def _steps(tasks: list[Mapping[str, Any]]) -> tuple[StepState, ...]:
    shown = [task for task in tasks if not _is_helper(task) or task["state"] in ("failed", "upstream_failed", "up_for_retry")]
    began: dict[str, str] = {}
    counts: dict[str, Counter[str]] = {}
    for task in shown:
        name, start = task["task_id"], task.get("start_date") or "~"
        began[name] = min(began.get(name, start), start)
        counts.setdefault(name, Counter())[task["state"] or "waiting"] += 1
    order = sorted(counts, key=lambda name: (began[name], name))
    return tuple(StepState(step=name, counts=dict(counts[name].most_common())) for name in order)


def _is_helper(task: Mapping[str, Any]) -> bool:
    """Whether a task instance is a gate or planner: those are Python tasks, a step never is."""
    return str(task.get("operator") or "").startswith("_Python")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
