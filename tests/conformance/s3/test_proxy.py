"""Before anything is believed of a store: the servers keep what stores rest on, and each fault of the proxy is the fault it says."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, FlexibleChecksumError, ResponseStreamingError
from fault_proxy import BUSY, CONFLICT, DENIED, EXPIRED, TAKEN, Answer, Corrupt, Cut, Delay, Drop, Fault
from support.s3_sites import BUCKET, S3Site

pytestmark = [pytest.mark.s3, pytest.mark.slow]

BODY = b"0123456789" * 100


def put(site: S3Site, key: str, body: bytes = BODY) -> Any:
    return site.proxied.client().put_object(Bucket=BUCKET, Key=key, Body=body, IfNoneMatch="*")


def get(site: S3Site, key: str) -> bytes:
    body: bytes = site.proxied.client().get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return body


def code(error: BaseException) -> str:
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__


def test_a_server_creates_once_and_checks_who_asks(site: S3Site) -> None:
    key = "create/once é~%:+"
    put(site, key)
    with pytest.raises(ClientError) as caught:
        put(site, key, b"other")
    assert code(caught.value) == "PreconditionFailed"
    assert get(site, key) == BODY
    assert site.proxy.by_key() == {("PUT", key): 2, ("GET", key): 1}
    assert [request.conditional for request in site.proxy.requests] == [True, True, False]
    if site.server.checks_signatures:
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            replace(site.proxied, secret_key="wrong").client().list_buckets()


@pytest.mark.parametrize(
    ("fault", "seen", "stored"),
    [
        (Delay(0.05), None, True),
        (Drop("before"), "ConnectionClosedError", False),
        (Drop("during"), "ConnectionClosedError", False),
        (Drop("after"), "ConnectionClosedError", True),
        (BUSY, "SlowDown", False),
        (CONFLICT, "ConditionalRequestConflict", False),
        (TAKEN, "PreconditionFailed", False),
        (DENIED, "AccessDenied", False),
        (EXPIRED, "ExpiredToken", False),
    ],
    ids=str,
)
def test_writes(site: S3Site, fault: Fault, seen: str | None, stored: bool) -> None:
    key = f"writes/{fault}"
    site.proxy.pick = lambda request: fault if request.kind == "PUT" else None
    error = None
    try:
        put(site, key)
    except (ClientError, ConnectionClosedError) as found:
        error = code(found)
    assert error == seen
    listed = site.server.client().list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", [])
    assert [row["Size"] for row in listed] == ([len(BODY)] if stored else [])


@pytest.mark.parametrize("fault", [Cut(10), Cut(10, honest=True), Corrupt(5), Corrupt(-1), BUSY, Drop("before"), Drop("after")], ids=str)
def test_reads(site: S3Site, fault: Fault) -> None:
    key = "reads"
    if not site.server.client().list_objects_v2(Bucket=BUCKET, Prefix=key).get("KeyCount"):
        put(site, key)
    site.proxy.pick = lambda request: fault
    expected: type[BaseException]
    match fault:
        case Cut(honest=False):
            expected = ResponseStreamingError
        case Answer():
            expected = ClientError
        case Drop():
            expected = ConnectionClosedError
        case _:
            # moto sends a checksum that boto3 compares, RGW none.
            if site.server.checks_signatures:
                found = get(site, key)
                assert found != BODY
                assert len(found) == (10 if isinstance(fault, Cut) else len(BODY))
                return
            expected = FlexibleChecksumError
    with pytest.raises(expected):
        get(site, key)


def test_kinds(site: S3Site) -> None:
    client = site.proxied.client()
    begun = client.create_multipart_upload(Bucket=BUCKET, Key="many")["UploadId"]
    part = client.upload_part(Bucket=BUCKET, Key="many", UploadId=begun, PartNumber=1, Body=BODY)["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    client.complete_multipart_upload(Bucket=BUCKET, Key="many", UploadId=begun, MultipartUpload=parts)
    begun = client.create_multipart_upload(Bucket=BUCKET, Key="never")["UploadId"]
    client.abort_multipart_upload(Bucket=BUCKET, Key="never", UploadId=begun)
    client.head_object(Bucket=BUCKET, Key="many")
    client.list_objects_v2(Bucket=BUCKET)
    client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "many"}]})
    client.delete_object(Bucket=BUCKET, Key="never")
    assert site.proxy.counts() == {
        "START": 2,
        "PART": 1,
        "COMPLETE": 1,
        "ABORT": 1,
        "HEAD": 1,
        "LIST": 1,
        "DELETES": 1,
        "DELETE": 1,
    }
