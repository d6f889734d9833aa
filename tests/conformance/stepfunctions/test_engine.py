"""What the engine must do: fail what fails, retry, catch, kill what is late or stopped, read hand-offs; and that its patches are needed."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.stepfunctions_machines import foreach, job, machine, one_bad_item, retried
from support.stepfunctions_runs import BUCKET, Site, probe, run_machine, started_site

pytestmark = [pytest.mark.stepfunctions, pytest.mark.slow]

KILL = "os.kill(os.getpid(), 9)"
FAIL_TWICE = "raise SystemExit(int(os.environ['ATTEMPT']) < 2)"
CATCH = {"Catch": [{"ErrorEquals": ["States.TaskFailed", "States.Timeout"], "ResultPath": None, "Next": "bad-caught"}]}
TOO_MANY = "States.ExceedToleratedFailureThreshold"

CASES: dict[str, tuple[dict[str, Any], str | None, int]] = {
    "item-fails": (one_bad_item("r.1"), TOO_MANY, 3),
    "no-item-fails": (one_bad_item("r.7"), None, 3),
    "inner-item-fails": (
        machine(
            "outer",
            outer=foreach(
                "outer",
                "probes/three",
                {"inner": foreach("inner", "probes/three", {"body": job("raise SystemExit(os.environ['AT'] == 'r.1.2')")}, "body")},
                "inner",
            ),
        ),
        TOO_MANY,
        9,
    ),
    "third-time-lucky": (machine("luck", luck=job(FAIL_TWICE, **retried(2))), None, 3),
    "two-are-too-few": (machine("luck", luck=job(FAIL_TWICE, **retried(1))), "States.TaskFailed", 2),
    "caught": (machine("bad", bad=job("raise SystemExit(1)", **CATCH), bad_caught=job("pass")), None, 2),
    "caught-killed": (machine("bad", bad=job(KILL, **CATCH), bad_caught=job("pass")), None, 2),
    "caught-late": (
        machine(
            "bad",
            bad=job("import time; time.sleep(600)", parameters={"Timeout": {"AttemptDurationSeconds": 1}}, **CATCH),
            bad_caught=job(""),
        ),
        None,
        2,
    ),
    "branch-caught": (
        machine(
            "both",
            both={
                "Type": "Parallel",
                "ResultPath": None,
                "End": True,
                "Branches": [{"StartAt": "right", "States": {"right": job("raise SystemExit(3)")}}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "after"}],
            },
            after=job("pass"),
        ),
        None,
        2,
    ),
    "branch-fails": (
        machine(
            "both",
            both={
                "Type": "Parallel",
                "ResultPath": None,
                "End": True,
                "Branches": [
                    {"StartAt": "left", "States": {"left": job("pass")}},
                    {"StartAt": "right", "States": {"right": job("raise SystemExit(3)")}},
                ],
            },
        ),
        "States.TaskFailed",
        2,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(site: Site, name: str) -> None:
    definition, error, jobs = CASES[name]
    ended = run_machine(site, name, definition)
    assert (ended.status, ended.error) == ("FAILED" if error else "SUCCEEDED", error), ended.cause
    if error is None:
        assert ended.output == {"run": name, "at": "r"}
    assert len(site.jobs(name)) == jobs


def test_without_its_patch_a_failing_item_is_hidden(tmp_path: Path) -> None:
    with started_site(tmp_path / "site", hide_failed_items=True) as site:
        assert probe(site).status == "SUCCEEDED", "moto has learned it: drop the patch"


def test_a_loop_by_hand_off(site: Site) -> None:
    """Three turns: the job writes `next` with the address of the turn that follows, one state reads it, one chooses."""
    program = """
import boto3, json
run, at = os.environ["FLOWC_RUN"], os.environ["AT"]
turn = int(at.rpartition("~")[2])
token = {"run": run, "at": at.rpartition("~")[0]} if turn == 2 else {"run": run, "at": f"r~{turn + 1}"}
body = json.dumps({"next": "done" if turn == 2 else "turn", "token": token})
boto3.client("s3").put_object(Bucket="flows", Key=f"{run}/{at}/next", Body=body.encode(), IfNoneMatch="*")
"""
    definition = machine(
        "turn-enter",
        turn_enter={"Type": "Pass", "Parameters": {"run.$": "$.run", "at.$": "States.Format('{}~0', $.at)"}, "Next": "turn"},
        turn=job(program, Next="turn-read"),
        turn_read={
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
            "Parameters": {"Bucket": BUCKET, "Key.$": "States.Format('{}/{}/next', $.run, $.at)"},
            "ResultSelector": {"d.$": "States.StringToJson($.Body)"},
            "Next": "turn-switch",
        },
        turn_switch={
            "Type": "Choice",
            "OutputPath": "$.d.token",
            "Default": "turn-bad",
            "Choices": [{"Variable": "$.d.next", "StringEquals": name, "Next": name} for name in ("turn", "done")],
        },
        turn_bad={"Type": "Fail", "Error": "flowc.BadBranch"},
        done=job("pass"),
    )
    ended = run_machine(site, "loop", definition)
    assert (ended.status, ended.output) == ("SUCCEEDED", {"run": "loop", "at": "r"}), ended
    assert sorted(found.environment["AT"] for found in site.jobs("loop")) == ["r", "r~0", "r~1", "r~2"]


def test_an_input_as_it_was_given(site: Site) -> None:
    """What `putObject` stores of an object is plain JSON."""
    hostile = {"Parameters": {"text": "'\"\n\u2028$(x) {{ }} States.Format('{}') $.x 😀 \\", "n": 1e-9}}
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
        "ResultPath": None,
        "End": True,
        "Parameters": {"Bucket": BUCKET, "Key": "probes/input", "IfNoneMatch": "*", "Body.$": "$$.Execution.Input"},
    }
    site.create("input", machine("put", put=put))
    site.begin("input", "first", hostile)
    assert site.wait("input", "first").status == "SUCCEEDED"
    assert json.loads(site.server.client().get_object(Bucket=BUCKET, Key="probes/input")["Body"].read()) == hostile
    site.begin("input", "second", hostile)
    assert site.wait("input", "second").status == "FAILED", "an object that is there is not overwritten"


def test_a_stopped_execution_ends_its_jobs(site: Site) -> None:
    site.create("stopped", machine("long", long=job("print('long is up', flush=True); import time; time.sleep(600)")))
    site.begin("stopped", "stopped", {"run": "stopped", "at": "r"})
    logs = site.folder / "jobs"
    before = set(logs.glob("*.json"))
    site.until(
        "the job", lambda: any("long is up" in path.read_text() for path in logs.glob("*.log") if not path.with_suffix(".json").exists())
    )
    site.stop("stopped", "stopped")
    site.until("its end", lambda: set(logs.glob("*.json")) - before)
    assert site.wait("stopped", "stopped").status == "ABORTED"
    [ended] = site.jobs("stopped")
    assert (ended.status, ended.exit_code) == ("FAILED", 137)


def test_a_job_started_twice(site: Site) -> None:
    program = "print(os.environ['AWS_BATCH_JOB_ID'], os.environ['AWS_BATCH_JOB_ATTEMPT'])"
    definition = machine("two", two=job(program))
    definition["States"]["two"]["Parameters"]["ContainerOverrides"]["Environment"].append({"Name": "FLOWC_STEP", "Value": "two"})
    site.start_twice(["two"])
    try:
        assert run_machine(site, "twice", definition).status == "SUCCEEDED"
    finally:
        site.start_twice([])
    [found] = site.jobs("twice")
    assert sorted(found.log.splitlines()) == [f"{found.id} 1", f"{found.id} 2"]
