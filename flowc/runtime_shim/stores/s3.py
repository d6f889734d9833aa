"""Which client speaks to an S3 root: obstore where it can be imported, else boto3; a process of its own where this one forks."""

import os
from collections.abc import Callable

from flowc.runtime_shim.stores.base import StoreError
from flowc.runtime_shim.stores.bucket import Bucket
from flowc.runtime_shim.stores.pauses import PATIENCE
from flowc.runtime_shim.stores.remote import RemoteStore
from flowc.runtime_shim.stores.s3_settings import s3_settings

CLIENT = "FLOWC_S3_CLIENT"
"""`obstore` or `boto3`: use that one, whatever else can be imported."""


def s3_store(url: str, *, forks: bool = False, patience: float = PATIENCE) -> RemoteStore:
    """Return the store at `s3://bucket/prefix`. forks: this process is going to fork, and its children open stores of their own.

    Raises StoreError for a malformed root, and where no client can be imported.
    """
    settings = s3_settings(url)
    client = _client(url)
    if client == "boto3":
        from flowc.runtime_shim.stores.boto3_bucket import Boto3Bucket

        return RemoteStore(url, lambda: Boto3Bucket(url, settings), patience=patience)
    return RemoteStore(url, _agent(url) if forks else lambda: _by_obstore(url), patience=patience)


def s3_bucket(url: str) -> Bucket:
    """Return the bucket of an S3 root, as this process can use it."""
    if _client(url) == "boto3":
        from flowc.runtime_shim.stores.boto3_bucket import Boto3Bucket

        return Boto3Bucket(url, s3_settings(url))
    return _by_obstore(url)


def _by_obstore(url: str) -> Bucket:
    from flowc.runtime_shim.stores.obstore_bucket import ObstoreBucket, is_lost_by_fork

    return _agent(url)() if is_lost_by_fork() else ObstoreBucket(url, s3_settings(url))


def _agent(url: str) -> Callable[[], Bucket]:
    from flowc.runtime_shim.stores.agent import AgentBucket

    return lambda: AgentBucket(url)


def _client(url: str) -> str:
    """Return the name of the client to use, which is imported."""
    wanted = os.environ.get(CLIENT)
    if wanted not in (None, "", "obstore", "boto3"):
        raise StoreError(f"{CLIENT}={wanted}: it is obstore or boto3")
    for name in (wanted,) if wanted else ("obstore", "boto3"):
        try:
            __import__(name)
        except ImportError:
            continue
        return str(name)
    missing = wanted or "obstore (or boto3)"
    raise StoreError(f"{url}: an S3 root takes {missing}, which cannot be imported here: install it, `pip install flowc[s3]` has both")
