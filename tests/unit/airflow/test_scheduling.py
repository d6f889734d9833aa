"""Pools, queues, priorities, executors and caps of the settings, in the DAG file."""

import re
from pathlib import Path

import pytest
from support.airflow_units import complaints

from flowc import api
from flowc.errors import UsageError

FLOW = """\
from flowc import *


class Sample(FlowSpec):
    @step
    def start(self):
        self.items = [1, 2]
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.turn)

    @step
    def turn(self):
        self.again = "no"
        self.next(self.check)

    @step
    def check(self):
        self.next({"yes": self.turn, "no": self.end}, condition="again")

    @step
    def end(self):
        pass
"""


def compiled(folder: Path, settings: str) -> str:
    (folder / "flow.py").write_text(FLOW)
    (folder / "flowc.toml").write_text(settings)
    result = api.compile_flows([folder / "flow.py"], ["airflow"], project_root=folder)
    result.raise_for_errors()
    [manifest] = result.manifests
    (folder / "out").mkdir()
    (folder / "out/Sample.py").write_text(manifest.text)
    assert complaints(folder / "out") == ""
    return manifest.text


DEFAULTS = '{"retries": 0, "owner": "flowc"'


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", [f"default_args={DEFAULTS}}},"]),
        (
            '[airflow]\npool = "etl"\nqueue = "{{ x }}"\nexecutor = "LocalExecutor"\npriority_weight = -2',
            [f'default_args={DEFAULTS}, "pool": "etl", "queue": "{{{{ x }}}}", "priority_weight": -2, "executor": "LocalExecutor"}},'],
        ),
        ('[airflow]\npool = "etl"\n[airflow.flows.Other]\npool = "other"', [f'{DEFAULTS}, "pool": "etl"}},']),
        (
            '[airflow]\npool = "etl"\npool_slots = 2\n[airflow.flows.Sample]\npool = "own"',
            [f'{DEFAULTS}, "pool": "own", "pool_slots": 2}},'],
        ),
        ("[airflow]\nitems_at_once = 7", ['step("work", each="start__splits", max_active_tis_per_dagrun=7)', 'step("join")']),
        (
            '[airflow]\nitems_at_once = 7\n[airflow.flows.Sample.steps]\nwork = {items_at_once = 2, queue = "gpu"}\nturn = {pool = "p"}',
            ['step("work", each="start__splits", queue="gpu", max_active_tis_per_dagrun=2)', 'step("turn", verb="loop", pool="p")'],
        ),
        (
            "[airflow.flows.Sample]\nmax_active_runs = 1\nmax_active_tasks = 99\nrun_timeout_minutes = 90",
            ["    max_active_runs=1,\n    max_active_tasks=99,\n    dagrun_timeout=timedelta(minutes=90),\n"],
        ),
    ],
)
def test_what_the_settings_say_stands_in_the_file(tmp_path: Path, settings: str, expected: list[str]) -> None:
    text = compiled(tmp_path, settings)
    for part in expected:
        assert part in text
    assert len(re.findall(r"\b(?:pool|queue|max_active\w*)\b", text)) == len(
        re.findall(r"\b(?:pool|queue|max_active\w*)\b", "".join(expected))
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("airflow.pool = 1", "setting 'airflow.pool' in flowc.toml must be a string, not 1"),
        ("airflow.items_at_once = 0", "setting 'airflow.items_at_once' in flowc.toml must be at least 1, not 0"),
        ("airflow.flows.Sample = 1", "setting 'airflow.flows.Sample' in flowc.toml must be a table, not 1"),
        ("airflow.flows.Other.pol = 1", "unknown setting 'airflow.flows.Other.pol' in flowc.toml"),
        ("airflow.flows.Sample.pool_slots = 0", "setting 'airflow.flows.Sample.pool_slots' in flowc.toml must be at least 1, not 0"),
        ("airflow.flows.Sample.steps.work = 3", "setting 'airflow.flows.Sample.steps.work' in flowc.toml must be a table, not 3"),
        (
            "airflow.flows.Sample.steps.work.max_active_runs = 3",
            "unknown setting 'airflow.flows.Sample.steps.work.max_active_runs' in flowc.toml",
        ),
        ("airflow.flows.Sample.steps.wrok.pool = 'a'", "setting 'airflow.flows.Sample.steps.wrok': Sample has no step 'wrok'"),
        ("airflow.flows.Sample.steps.check.pool = 'a'", "setting 'airflow.flows.Sample.steps.check': the step runs in the task of a loop"),
        (
            "airflow.flows.Sample.steps.join.items_at_once = 1",
            "setting 'airflow.flows.Sample.steps.join': items_at_once means nothing, for the step is in no foreach",
        ),
    ],
)
def test_what_no_task_could_have_is_refused(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        compiled(tmp_path, settings)
    assert str(refused.value) == message
    assert refused.value.help or "must be" in message
