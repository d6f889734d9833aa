"""Deployed state machines under an interpreter that shares nothing with moto's: the same tasks, artifacts and verdict as the local run."""

from pathlib import Path

import pytest
from support.stepfunctions_cases import CASES, StepFunctionsCase
from support.stepfunctions_runs import Site, deploy, run_locally, trace
from support.stepfunctions_second import run_second

pytestmark = [pytest.mark.stepfunctions, pytest.mark.slow]

KEYS = (
    *("linear", "nested_split", "join_opens", "foreach_steps", "nested_foreach", "deep", "deep/broken"),
    *("switch_tail", "switch_nested", "switch_into_join", "switch_foreach", "switch_arm_split", "arms/each", "arms/none"),
    *("loop_steps", "loop_in_loop", "loop_in_foreach", "foreach_in_loop"),
    *("retry", "catch", "catch_killed", "fails", "exit_hook", "exit_hook/broken", "items", "items/broken", "parameters"),
)


@pytest.mark.parametrize("case", [case for case in CASES if case.key in KEYS], ids=lambda case: case.key)
def test_case(site: Site, case: StepFunctionsCase, tmp_path: Path) -> None:
    path, flow = case.source
    deploy(site, path, flow, settings=case.settings)
    run = f"second-{case.run}"
    ended = run_second(site, tmp_path, flow, run, {"Parameters": dict(case.values)} if case.values else {})
    here, there = run_locally(case, tmp_path), trace(site, path, flow, run)
    assert ended.status == ("FAILED" if case.failing else "SUCCEEDED"), ended
    assert here.succeeded == there.succeeded == (case.failing is None)
    if case.failing:
        assert case.failing not in there.tasks
        both = set(here.tasks) & set(there.tasks)
        assert {task: there.tasks[task] for task in both} == {task: here.tasks[task] for task in both}
    else:
        assert ended.output == {"run": run, "at": "r"}
        assert there.tasks == here.tasks
        assert there.attempts == here.attempts


def test_every_key_is_a_case() -> None:
    assert set(KEYS) <= {case.key for case in CASES}
