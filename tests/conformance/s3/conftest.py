"""One server of each kind for the whole session, each behind a proxy that every test resets."""

from collections.abc import Iterator

import pytest
from support.s3_sites import KINDS, S3Site, s3_site


@pytest.fixture(scope="session", params=KINDS)
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Site]:
    """A server for all tests of the session."""
    with s3_site(request.param, tmp_path_factory.mktemp(f"s3-{request.param}")) as site:
        yield site


@pytest.fixture
def site(started: S3Site, monkeypatch: pytest.MonkeyPatch) -> S3Site:
    """The server, with a proxy that has counted nothing and breaks nothing; this process finds it directly, past the proxy."""
    started.proxy.forget()
    for name, value in started.server.environment.items():
        monkeypatch.setenv(name, value)
    return started
