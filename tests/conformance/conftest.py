"""Suites that meet an engine say what they have seen: see `support.evidence`."""

import pytest
from support.evidence import check_evidence, evidence

__all__ = ["evidence"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    check_evidence(session)
