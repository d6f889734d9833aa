"""One engine for the whole session: every case's run is started at once, each test waits for what it needs."""

from collections.abc import Iterator

import pytest
from support.argo_runs import RunningArgo, running_argo


@pytest.fixture(scope="session")
def argo_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningArgo]:
    """A started engine in which every case runs."""
    with running_argo(tmp_path_factory.mktemp("argo")) as found:
        yield found


@pytest.fixture
def argo(argo_session: RunningArgo) -> Iterator[RunningArgo]:
    """The engine, with this test on its network."""
    with argo_session.engine.tree.network():
        argo_session.engine.tree.check()
        yield argo_session
