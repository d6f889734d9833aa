"""One moto server behind the fault proxy for all tests of stores, and an empty root in it for each."""

import itertools
from collections.abc import Iterator

import pytest
from support.s3_sites import S3Site, s3_site

_numbers = itertools.count()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Site]:
    """The server."""
    with s3_site("moto", tmp_path_factory.mktemp("moto")) as started:
        yield started


@pytest.fixture
def root(site: S3Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A root of its own in the server, reached through the proxy, with the variables that lead there."""
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    site.proxy.forget()
    yield site.root(f"root {next(_numbers)}/ü")
    site.proxy.forget()
