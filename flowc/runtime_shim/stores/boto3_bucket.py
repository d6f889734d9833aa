"""An S3 bucket through boto3, for images that have no obstore. It costs a task ten times as much."""

import os
import threading
import time
from collections.abc import Iterator, Sequence

import boto3
import botocore
import botocore.exceptions as failures
from botocore.config import Config

from flowc.runtime_shim.stores.base import Buffer, Exists, Listed, StoreError, too_large
from flowc.runtime_shim.stores.bucket import Conflict, Head, Range
from flowc.runtime_shim.stores.remote_errors import Trouble, described
from flowc.runtime_shim.stores.s3_settings import S3Settings
from flowc.runtime_shim.stores.threads import in_threads
from flowc.runtime_shim.typed import Any

_AT_ONCE = 4
_CONDITIONAL_SINCE = (1, 35, 2)
"""The first botocore whose PutObject knows IfNoneMatch: https://github.com/boto/botocore/blob/develop/CHANGELOG.rst"""
_UNREACHABLE = (
    failures.HTTPClientError,
    failures.ReadTimeoutError,
    failures.ConnectionError,
    failures.EndpointConnectionError,
    failures.IncompleteReadError,
    failures.ResponseStreamingError,
    OSError,
)


class Boto3Bucket:
    """`Bucket` by boto3; a process that was forked gets connections of its own."""

    def __init__(self, url: str, settings: S3Settings) -> None:
        self._url = url
        self._settings = settings
        self._made: Any = None
        self._process = 0
        self._lock = threading.Lock()

    def get(self, key: str, most: int | None = None) -> bytes | None:
        """Return an object, None where there is none; raises StoreError for one of more than `most` bytes, which is not read."""
        try:
            found = self._client().get_object(**self._place(key))
            if most is not None and found["ContentLength"] > most:
                raise too_large(key, self._url, found["ContentLength"], most)
            data: bytes = found["Body"].read()
        except Exception as error:
            self._raise_unless_absent(error, "read", key)
            return None
        return data

    def create(self, key: str, data: Buffer) -> None:
        """Put an object by one request with `If-None-Match: *`."""
        try:
            self._client().put_object(**self._place(key), Body=_body(data), IfNoneMatch="*")
        except failures.ClientError as error:
            status = _status(error)
            if status == 409:
                raise Conflict(key) from None
            if status == 412:
                raise Exists(key) from None
            raise self._described(error, "create", key) from error
        except Exception as error:
            raise self._described(error, "create", key) from error

    def put(self, key: str, data: Buffer) -> None:
        """Put an object by one request, whatever stands there."""
        try:
            self._client().put_object(**self._place(key), Body=_body(data))
        except Exception as error:
            raise self._described(error, "write", key) from error

    def put_parts(self, key: str, pieces: Sequence[Buffer]) -> None:
        """Put an object by a multipart upload."""
        place = self._place(key)
        try:
            client = self._client()
            upload = client.create_multipart_upload(**place)["UploadId"]
        except Exception as error:
            raise self._described(error, "write", key) from error
        tags: list[str] = [""] * len(pieces)

        def put(number: int) -> None:
            sent = client.upload_part(**place, UploadId=upload, PartNumber=number + 1, Body=_body(pieces[number]))
            tags[number] = sent["ETag"]

        try:
            in_threads(put, range(len(pieces)), _AT_ONCE)
            parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, start=1)]
            client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})
        except BaseException as error:
            try:
                client.abort_multipart_upload(**place, UploadId=upload)
            except Exception:
                pass  # `flowc doctor` shows what is left of it.
            if isinstance(error, Exception):
                raise self._described(error, "write", key) from error
            raise

    def read(self, key: str, offset: int, length: int) -> Range | None:
        """Return a range of an object."""
        try:
            found = self._client().get_object(**self._place(key), Range=f"bytes={offset}-{offset + length - 1}")
            # https://www.rfc-editor.org/rfc/rfc9110#field.content-range: "bytes 0-9/1234"
            whole = int(found.get("ContentRange", "").rpartition("/")[2] or found["ContentLength"])
            return Range(found["Body"].read(), whole)
        except Exception as error:
            self._raise_unless_absent(error, "read", key)
            return None

    def head(self, key: str) -> Head | None:
        """Return what is known of an object, None where there is none."""
        try:
            found = self._client().head_object(**self._place(key))
        except Exception as error:
            self._raise_unless_absent(error, "look at", key)
            return None
        return Head(found["ContentLength"], time.time() - found["LastModified"].timestamp())

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the names one level below `prefix`."""
        whole = self._settings.prefix + prefix
        try:
            for page in self._client().get_paginator("list_objects_v2").paginate(Bucket=self._settings.bucket, Prefix=whole, Delimiter="/"):
                yield from (found["Prefix"][len(whole) :].removesuffix("/") for found in page.get("CommonPrefixes", ()))
                yield from (found["Key"][len(whole) :] for found in page.get("Contents", ()))
        except Exception as error:
            raise self._described(error, "list", prefix) from error

    def walk(self, prefix: str) -> Iterator[Listed]:
        """Yield every object below `prefix`."""
        whole = self._settings.prefix + prefix
        cut, now = len(self._settings.prefix), time.time()
        try:
            for page in self._client().get_paginator("list_objects_v2").paginate(Bucket=self._settings.bucket, Prefix=whole):
                for found in page.get("Contents", ()):
                    yield Listed(found["Key"][cut:], found["Size"], now - found["LastModified"].timestamp())
        except Exception as error:
            raise self._described(error, "list", prefix) from error

    def delete(self, key: str) -> None:
        """Remove an object."""
        try:
            self._client().delete_object(**self._place(key))
        except Exception as error:
            self._raise_unless_absent(error, "delete", key)

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._settings.bucket, "Key": self._settings.prefix + key}

    def _client(self) -> Any:
        with self._lock:
            if self._made is None or self._process != os.getpid():
                self._made, self._process = s3_client(self._url, self._settings), os.getpid()
            return self._made

    def _raise_unless_absent(self, error: Exception, verb: str, key: str) -> None:
        if isinstance(error, failures.ClientError) and _status(error) == 404 and error.response["Error"].get("Code") != "NoSuchBucket":
            return
        raise self._described(error, verb, key) from error

    def _described(self, error: Exception, verb: str, key: str) -> StoreError:
        return error if isinstance(error, StoreError) else described(_trouble(error), verb, key, self._url)


def s3_client(url: str, settings: S3Settings) -> Any:
    """Return boto3's client for S3, without tries of its own. Raises StoreError where this botocore cannot create an object only once."""
    if tuple(int(part) for part in botocore.__version__.split(".")[:3]) < _CONDITIONAL_SINCE:
        raise StoreError(f"{url}: botocore {botocore.__version__} cannot send If-None-Match: install 1.35.2 or later, or obstore")
    options: dict[str, Any] = {"retries": {"total_max_attempts": 1}, "connect_timeout": 5, "read_timeout": 60}
    if settings.endpoint:
        options["s3"] = {"addressing_style": "path"}
    # Versions that know this setting otherwise add a CRC32 to every body: https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html
    if hasattr(Config(), "request_checksum_calculation"):
        options |= {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}
    try:
        return boto3.session.Session().client(
            "s3",
            endpoint_url=settings.endpoint or None,
            region_name=settings.region or None,
            verify=settings.authorities or None,
            config=Config(**options),
        )
    except Exception as error:
        raise described(_trouble(error), "open", "", url) from error


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, failures.ClientError):
        said = error.response.get("Error", {})
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        code = str(said.get("Code", ""))
        region = str(said.get("Region") or headers.get("x-amz-bucket-region") or "")
        return Trouble(_status(error), "" if code.isdigit() else code, str(said.get("Message", "")), region)
    if isinstance(error, failures.NoCredentialsError | failures.PartialCredentialsError | failures.CredentialRetrievalError):
        return Trouble(0, "NoCredentials", str(error))
    if isinstance(error, RecursionError):
        # botocore asks a server that redirects where the bucket is, and follows what that answers, without end.
        return Trouble(301, "PermanentRedirect", "the server sends us elsewhere again and again")
    if isinstance(error, _UNREACHABLE):
        return Trouble(0, "Unreachable", f"{type(error).__name__}: {error}")
    return Trouble(0, "", f"{type(error).__name__}: {error}")


def _status(error: failures.ClientError) -> int:
    status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status


def _body(data: Buffer) -> Any:
    """Return what botocore takes without a copy: bytes, or a file over them."""
    if isinstance(data, bytes):
        return data
    import io

    return io.BytesIO(data)
