"""One engine for the whole session: every run is started at once, each test waits for what it needs."""

import threading
from collections.abc import Iterator

import pytest
from support.argo_cases import CASES, EVENTS_PORT, RUNS_TO_DISTURB
from support.argo_runs import RunningArgo, Webhook, running_argo


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
def deployed(argo_session: RunningArgo) -> Iterator[Webhook]:
    """Every flow is deployed, and every run has been started, first those that a test disturbs; returns what hears events."""
    with argo_session.engine.tree.network():
        webhook = Webhook(EVENTS_PORT)
        threading.Thread(target=webhook.serve_forever, daemon=True).start()
        for (path, flow), settings in {run.source: run.settings for run in (*RUNS_TO_DISTURB, *CASES)}.items():
            argo_session.deploy(path, flow, **settings)
        for run in (*RUNS_TO_DISTURB, *CASES):
            argo_session.start(run)
    yield webhook
    webhook.shutdown()
    webhook.server_close()
