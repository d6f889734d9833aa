"""A foreach of FLOWC_WIDTH items (40; `make conformance-stepfunctions-wide`: 1,000), each a job of its own."""

import os
from pathlib import Path

import pytest
from support.stepfunctions_cases import StepFunctionsCase
from support.stepfunctions_runs import Site, run_case, run_locally, trace

pytestmark = [pytest.mark.stepfunctions, pytest.mark.slow]

WIDTH = int(os.environ.get("FLOWC_WIDTH", "40"))


def test_wide(site: Site, tmp_path: Path) -> None:
    case = StepFunctionsCase("wide", "wide.py:Wide", {"width": WIDTH})
    path, flow = case.source
    ended = run_case(site, case)
    assert ended.status == "SUCCEEDED", ended
    assert trace(site, path, flow, case.run).tasks == run_locally(case, tmp_path).tasks
    jobs = site.jobs(case.run, flow)
    assert len(jobs) == 3 + 2 * WIDTH
    assert {job.status for job in jobs} == {"SUCCEEDED"}
    assert len(site.history(flow, case.run)) < 60, "the items have histories of their own"
