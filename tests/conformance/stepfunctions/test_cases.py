"""Every case on Step Functions and by `flowc run`: same tasks, artifacts and verdict; jobs as predicted, each known to Batch."""

from collections import Counter
from pathlib import Path

import pytest
from support.evidence import Evidence
from support.stepfunctions_cases import CASES, HOSTILE, StepFunctionsCase
from support.stepfunctions_runs import ENGINE, Site, call, deploy, record, run_case, run_locally, tasks_of, trace

from flowc.backends.constructs import Construct

NOT_HERE = {Construct.SCHEDULE, Construct.TRIGGER, Construct.TRIGGER_ON_FINISH, Construct.RESOURCES, Construct.BATCH}
"""What the engine keeps and never acts on: no schedule fires, no container is as large as asked for."""
pytestmark = [pytest.mark.stepfunctions, pytest.mark.slow]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_case(site: Site, case: StepFunctionsCase, tmp_path: Path, evidence: Evidence) -> None:
    path, flow = case.source
    ended = run_case(site, case)
    here, there, jobs = run_locally(case, tmp_path), trace(site, path, flow, case.run), site.jobs(case.run, flow)
    shown = "\n".join(f"{job.name} {job.environment.get('FLOWC_AT')} {job.status}\n{job.log}" for job in jobs if job.status != "SUCCEEDED")

    assert ended.status == ("FAILED" if case.failing else "SUCCEEDED"), f"{ended}\n{shown}"
    assert here.succeeded == there.succeeded == (case.failing is None), here.said
    if case.failing:
        assert case.failing not in there.tasks
        both = set(here.tasks) & set(there.tasks)
        assert {task: there.tasks[task] for task in both} == {task: here.tasks[task] for task in both}
    else:
        assert ended.output == {"run": case.run, "at": "r"}
        assert set(there.tasks) == set(here.tasks), shown
        assert {task for task in here.tasks if here.tasks[task] != there.tasks[task]} == set()
        assert there.attempts == here.attempts

    taken = Counter(task for job in jobs for task in tasks_of(job, case.gang))
    ended_by_force = {task for job in jobs if job.status == "FAILED" and job.exit_code in (137, None) for task in tasks_of(job, case.gang)}
    assert set(there.tasks) <= set(taken) <= {*there.tasks, *((case.failing, *ended_by_force) if case.failing else ())}
    assert {task: count for task, count in taken.items() if count > 1} == case.jobs, shown
    named = set()
    for step, at in there.tasks:
        committed = record(site, flow, case.run, step, at)
        job = site.job(committed["engine"]["task_id"])
        named.add(job.id)
        assert job.environment["FLOWC_STEP"] == step
        assert job.status == "SUCCEEDED" or (case.failing and job.exit_code == 137), "a failing branch ends the jobs beside it"
        assert committed["attempt"] == taken[step, at] - 1
    done = {job.id for job in jobs if job.status == "SUCCEEDED" and tasks_of(job, case.gang)}
    assert done <= named, "a job succeeded without a commit"
    evidence.note("stepfunctions", "runs", ENGINE, path, flow)
    evidence.found["stepfunctions", "runs", ENGINE] -= NOT_HERE


def test_hostile_values_arrive_as_given(site: Site) -> None:
    [case] = [case for case in CASES if case.key == "parameters"]
    path, flow = case.source
    deploy(site, path, flow)
    long = "💡" * 50_000
    for run, text in (("hostile", HOSTILE), ("long", long)):
        code, said = call(site, "trigger", str(path), "--run-id", run, "--text", text)
        assert code == 0, said
        assert site.wait(flow, run).status == "SUCCEEDED"
        assert trace(site, path, flow, run).tasks["start", "r"]["text"] == repr(text)
    assert not list(site.folder.rglob("pwned"))
    code, said = call(site, "trigger", str(path), "--run-id", "longer", "--text", "x" * 270_000)
    assert code == 2
    assert "Step Functions takes 262,144" in said
