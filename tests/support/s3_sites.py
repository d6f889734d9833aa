"""The S3 servers of tests/engines/s3 with the fault proxy in front, for any test: one server of each kind for a whole session.

def test_something(request, tmp_path_factory):
    with s3_site("moto", folder) as site:
        site.proxy.pick = …
        environment = site.environment
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.flows import REPO

sys.path.insert(0, str(REPO / "tests/engines/airflow"))
sys.path.insert(0, str(REPO / "tests/engines/s3"))
from fault_proxy import FaultProxy, proxied
from s3_servers import KINDS, Kind, S3Server, s3_server

__all__ = ["BUCKET", "KINDS", "Kind", "S3Site", "s3_site"]

BUCKET = "flows"


@dataclass(frozen=True, slots=True)
class S3Site:
    """A server, reached directly (`server`) or through its proxy (`proxied`); bucket `flows` exists."""

    kind: Kind
    server: S3Server
    proxy: FaultProxy

    @property
    def proxied(self) -> S3Server:
        """The server as seen through the proxy."""
        return self.server.behind(self.proxy.url)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to use the server through the proxy."""
        return self.proxied.environment

    def root(self, prefix: str) -> str:
        """The store root `s3://flows/<prefix>`."""
        return f"s3://{BUCKET}/{prefix}"


@contextmanager
def s3_site(kind: Kind, folder: Path) -> Iterator[S3Site]:
    """A started server of this kind behind a proxy that breaks nothing yet; nothing of it is left afterwards."""
    with s3_server(kind, folder) as server, proxied(server.url) as proxy:
        server.make_bucket(BUCKET)
        yield S3Site(kind, server, proxy)
