"""One engine for the whole session: every run is started at once, each test waits for what it needs."""

from collections.abc import Iterator

import pytest
from support.argo_cases import CASES, RUNS_TO_DISTURB
from support.argo_runs import RunningArgo, running_argo


@pytest.fixture(scope="session")
def argo_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningArgo]:
    """A started engine in which nothing runs yet."""
    with running_argo(tmp_path_factory.mktemp("argo")) as found:
        yield found


@pytest.fixture
def argo(argo_session: RunningArgo) -> Iterator[RunningArgo]:
    """The engine, with this test on its network."""
    with argo_session.engine.tree.network():
        argo_session.engine.tree.check()
        yield argo_session


@pytest.fixture(scope="session")
def deployed(argo_session: RunningArgo) -> None:
    """Every flow is deployed, and every run has been started: first those that a test disturbs, for they wait for it."""
    with argo_session.engine.tree.network():
        for (path, flow), settings in {run.source: run.settings for run in (*RUNS_TO_DISTURB, *CASES)}.items():
            argo_session.deploy(path, flow, **settings)
        for run in (*RUNS_TO_DISTURB, *CASES):
            argo_session.start(run)
