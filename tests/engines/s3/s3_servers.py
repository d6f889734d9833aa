"""Real S3 servers on free loopback ports: moto (pip, up in a few seconds) and Ceph's RGW (Debian packages, checks signatures).

with s3_server("rgw", folder) as server:
    server.make_bucket("flows")
    run(environment=server.environment)
"""

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ceph_rgw import Ceph
from postgresql import free_port
from processes import Processes

Kind = Literal["moto", "rgw"]
KINDS: tuple[Kind, ...] = ("moto", "rgw")
ACCESS_KEY, SECRET_KEY, REGION = "test", "testtest", "us-east-1"
START_SECONDS = 180


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where a started server listens, and who may use it. `checks_signatures`: a wrong secret gets 403."""

    url: str
    checks_signatures: bool
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to use the server; nothing else of AWS may stand in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def behind(self, url: str) -> "S3Server":
        """The same server, reached by way of a proxy at `url`."""
        return replace(self, url=url)

    def client(self) -> Any:
        """A boto3 client that tries once."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=REGION,
            config=Config(retries={"total_max_attempts": 1}, proxies={}, s3={"addressing_style": "path"}),
        )

    def make_bucket(self, name: str) -> None:
        """Create a bucket."""
        self.client().create_bucket(Bucket=name)


@contextmanager
def s3_server(kind: Kind, folder: Path) -> Iterator[S3Server]:
    """A started server with its logs in `folder`; whatever happens, nothing of it is left afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    processes = Processes(folder, ("FLOWC_S3_SITE", str(folder)))
    ceph: Ceph | None = None
    try:
        if kind == "moto":
            port = free_port()
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
            processes.start("moto", command, dict(os.environ))
        else:
            ceph = Ceph(folder, processes)
            port = ceph.start()
        url = f"http://127.0.0.1:{port}"
        wait_until(f"{kind} at {url}", processes, lambda: _answers(url))
        if ceph is not None:
            ceph.add_user(ACCESS_KEY, SECRET_KEY)
        yield S3Server(url, checks_signatures=kind == "rgw")
    finally:
        processes.stop(list(processes.running))
        processes.stop_strays()


def wait_until(what: str, processes: Processes, true: Callable[[], object]) -> None:
    """Wait until something is true; raises AssertionError with all logs where it takes too long or a process has ended."""
    end = time.monotonic() + START_SECONDS
    while not true():
        processes.check()
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {START_SECONDS} s{processes.tails()}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
