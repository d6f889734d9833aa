"""One engine for the whole session. It is believed only after a foreach with a failing item has failed on it."""

from collections.abc import Iterator

import pytest
from support.stepfunctions_runs import Site, probe, started_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A started engine that has shown that it fails what must fail; this process finds its S3."""
    with started_site(tmp_path_factory.mktemp("stepfunctions") / "site") as found, pytest.MonkeyPatch.context() as patch:
        failed = probe(found)
        for name, value in found.server.environment.items():
            patch.setenv(name, value)
        assert (failed.status, failed.error) == ("FAILED", "States.ExceedToleratedFailureThreshold"), "the engine hides failures"
        yield found


@pytest.fixture(autouse=True)
def _whole(request: pytest.FixtureRequest) -> None:
    """A proxy that breaks nothing yet."""
    if "site" in request.fixturenames:
        request.getfixturevalue("site").proxy.forget()
