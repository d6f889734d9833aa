"""Makes `tests/support` importable as `support` from every test; adds `--update-goldens` and `--update-evidence`."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write expected files anew instead of comparing with them")
    parser.addoption("--update-evidence", action="store_true", help="write what the conformance suites have seen of each target")


@pytest.fixture
def update_goldens(request: pytest.FixtureRequest) -> bool:
    """Whether expected files are written, not compared."""
    return bool(request.config.getoption("--update-goldens"))
