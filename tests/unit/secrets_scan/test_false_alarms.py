"""Flows without secrets raise no alarm: goldens and examples, for every target, with digests and ARNs in the settings."""

from pathlib import Path

import pytest
from support.flows import REPO

from flowc.api import compile_flows
from flowc.errors import FlowcError
from flowc.settings import TARGETS

FLOWS = sorted([*(REPO / "tests/golden").glob("*/flow.py"), *(REPO / "examples").glob("*/*.py")])
SETTINGS = {
    "root": "s3://bucket/prefix",
    "image": f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/flows@sha256:{'3f9a0c7be15d4826' * 4}",
    "stepfunctions.job_queue": "arn:aws:batch:eu-west-1:123456789012:job-queue/flows",
    "stepfunctions.execution_role": "arn:aws:iam::123456789012:role/flows-execution",
    "argo.event_url": "http://events.flows:12000/flowc",
}


@pytest.mark.slow
@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_no_alarm(path: Path) -> None:
    compiled = 0
    for target in TARGETS:
        try:
            result = compile_flows([path], [target], overrides=SETTINGS)
        except FlowcError:
            continue
        compiled += result.ok
        assert [str(found.span) for found in result.diagnostics if found.code.id.startswith("FLC49")] == []
    assert compiled
