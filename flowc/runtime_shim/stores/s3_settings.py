"""Where an S3 root is and how to speak to it, from its URL and the usual AWS variables; nothing is asked over the network.

https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""

import os
from collections.abc import Mapping

from flowc.runtime_shim.stores.base import StoreError
from flowc.runtime_shim.typed import NamedTuple

SIGN_PAYLOADS = "FLOWC_S3_SIGN_PAYLOADS"
"""Whether large data objects, whose address is checked anyway, are signed too: 1 always, 0 never; by default over http only."""

_BUCKET = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")
_IN_ENVIRONMENT = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


class S3Settings(NamedTuple):
    """A bucket, the prefix of every key (empty, or with a trailing slash), and how to reach it.

    endpoint, region: empty where nothing says so. authorities: PEM file of extra certificate authorities. profile: credentials
    come from a profile of ~/.aws, which only boto3 reads. unsigned: data objects may go without a signature of their bytes.
    """

    bucket: str
    prefix: str
    endpoint: str
    region: str
    authorities: str
    profile: bool
    unsigned: bool


def s3_settings(url: str, environ: Mapping[str, str] | None = None) -> S3Settings:
    """Return the settings of the root `url`, `s3://bucket/prefix`; raises StoreError for what is no such root."""
    known = os.environ if environ is None else environ
    bucket, prefix = bucket_and_prefix(url)
    endpoint = known.get("AWS_ENDPOINT_URL_S3") or known.get("AWS_ENDPOINT_URL") or ""
    return S3Settings(
        bucket=bucket,
        prefix=prefix,
        endpoint=endpoint,
        region=known.get("AWS_REGION") or known.get("AWS_DEFAULT_REGION") or "",
        authorities=known.get("AWS_CA_BUNDLE") or "",
        profile=_needs_profile(known),
        unsigned=known.get(SIGN_PAYLOADS, "1" if endpoint.startswith("http://") else "0") == "0",
    )


def bucket_and_prefix(url: str) -> tuple[str, str]:
    """Return (bucket, prefix of every key); raises StoreError where `url` is no `scheme://bucket/prefix`."""
    scheme, _, rest = url.partition("://")
    bucket, _, path = rest.partition("/")
    path = path.removesuffix("/")
    form = f"a root reads {scheme}://bucket/prefix"
    if not bucket or not _BUCKET.issuperset(bucket):
        raise StoreError(f"{url}: {bucket!r} is no name of a bucket: {form}")
    if path and any(part in ("", ".", "..") for part in path.split("/")):
        raise StoreError(f"{url}: the prefix {path!r} has an empty part, `.` or `..`, which no store keeps: {form}")
    return bucket, f"{path}/" if path else ""


def _needs_profile(known: Mapping[str, str]) -> bool:
    if known.get("AWS_PROFILE"):
        return True
    if any(known.get(name) for name in _IN_ENVIRONMENT):
        return False
    home = os.path.expanduser("~")
    files = (known.get("AWS_SHARED_CREDENTIALS_FILE") or f"{home}/.aws/credentials", known.get("AWS_CONFIG_FILE") or f"{home}/.aws/config")
    return any(os.path.isfile(file) for file in files)
