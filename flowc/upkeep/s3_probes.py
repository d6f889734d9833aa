"""What boto3 can ask of an S3 bucket and obstore cannot: its region, its versions, and uploads in parts that hang."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from flowc.runtime_shim.stores.s3_settings import S3Settings, s3_settings
from flowc.upkeep.doctor import Finding

_LIFECYCLE = (
    "give the bucket a lifecycle rule with AbortIncompleteMultipartUpload after a few days: "
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html"
)
_HANGS_AFTER_SECONDS = 86400.0
_SOURCES = (
    ("AWS_PROFILE", "the profile in AWS_PROFILE"),
    ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)"),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "the container's endpoint"),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "the container's endpoint"),
)


def probes_of(root: str) -> tuple[Callable[[], Iterator[Finding]], ...]:
    """Return what else to look at for an S3 root; each yields its findings and may raise StoreError."""
    settings = s3_settings(root)
    try:
        from flowc.runtime_shim.stores.boto3_bucket import s3_client
    except ImportError:
        text = "boto3 is not installed, so the bucket's region and uploads that hang were not looked at"
        return lambda: _credentials(settings), lambda: iter([Finding("note", text, "pip install boto3")])
    client = s3_client(root, settings)
    return (
        lambda: _credentials(settings),
        lambda: _asked(lambda: _region(client, settings), "the bucket's region"),
        lambda: _asked(lambda: _uploads(client, settings), "uploads that hang"),
        lambda: _asked(lambda: _versions(client, settings), "whether the bucket keeps versions"),
    )


def _credentials(settings: S3Settings) -> Iterator[Finding]:
    source = next((words for name, words in _SOURCES if os.environ.get(name)), "")
    source = source or ("a profile of ~/.aws" if settings.profile else "the machine's metadata service")
    where = f", endpoint {settings.endpoint}" if settings.endpoint else ""
    yield Finding("ok", f"the credentials come from {source} and are accepted{where}")


def _asked(probe: Callable[[], Iterator[Finding]], what: str) -> Iterator[Finding]:
    """Yield what `probe` finds; a role that may not ask is no fault of the store."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield from probe()
    except (BotoCoreError, ClientError) as error:
        yield Finding("note", f"{what}: could not be asked ({' '.join(str(error).split())})", "tasks do not need it")


def _region(client: Any, settings: S3Settings) -> Iterator[Finding]:
    answer = client.head_bucket(Bucket=settings.bucket)
    region = answer["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region") or ""
    if not region:
        return
    if settings.region and settings.region != region:
        yield Finding(
            "error", f"the bucket is in {region}, and AWS_REGION says {settings.region}", f"set AWS_REGION={region} in every task"
        )
    else:
        yield Finding("ok", f"the bucket is in {region}")


def _uploads(client: Any, settings: S3Settings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    hanging = []
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=settings.bucket, Prefix=settings.prefix):
        for upload in page.get("Uploads", ()):
            age = (now - upload["Initiated"]).total_seconds()
            hanging.append((age > _HANGS_AFTER_SECONDS, upload["Initiated"]))
    old = sum(is_old for is_old, _ in hanging)
    if not hanging:
        yield Finding("ok", "no upload in parts hangs")
        return
    since = min(when for _, when in hanging).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    text = f"{len(hanging)} uploads in parts are open, {old} of them for more than a day, the first since {since} UTC"
    yield Finding("note", f"{text}: their parts are hidden and paid for", _LIFECYCLE)


def _versions(client: Any, settings: S3Settings) -> Iterator[Finding]:
    if client.get_bucket_versioning(Bucket=settings.bucket).get("Status") == "Enabled":
        text = "the bucket keeps old versions: what `flowc gc` deletes still takes its space"
        yield Finding("note", text, "give it a lifecycle rule that ends noncurrent versions")
