"""An S3 bucket through obstore. Facts about it, as observed against real servers: docs/store.md, "Clients"."""

import os
import time
from collections.abc import Iterator, Sequence

import obstore
from obstore import exceptions
from obstore.store import S3Store

from flowc.runtime_shim.stores.base import Buffer, Exists, Listed, StoreError, too_large
from flowc.runtime_shim.stores.bucket import Conflict, Head, Range
from flowc.runtime_shim.stores.remote_errors import Trouble, described
from flowc.runtime_shim.stores.s3_settings import S3Settings
from flowc.runtime_shim.typed import Any

_PART = 16 * 1024 * 1024
_AT_ONCE = 4
_NO_RETRY: Any = {"max_retries": 0}
_PART_RETRIES = 8
"""Of one part of a multipart upload, which nobody but obstore can send again."""

_process: int | None = None
"""The process whose threads obstore uses; a fork of it has none, and would wait for them for ever."""


def is_lost_by_fork() -> bool:
    """Whether this process is a fork of one that used obstore."""
    return _process is not None and _process != os.getpid()


class ObstoreBucket:
    """`Bucket` by obstore; connections are made with the first request."""

    def __init__(self, url: str, settings: S3Settings) -> None:
        self._url = url
        self._settings = settings
        self._records: S3Store | None = None
        self._data: S3Store | None = None

    def get(self, key: str, most: int | None = None) -> bytes | None:
        """Return an object, None where there is none; raises StoreError for one of more than `most` bytes, which is not read."""
        try:
            found = obstore.get(self._signed(), self._settings.prefix + key)
            if most is not None and (size := found.range[1]) > most:
                raise too_large(key, self._url, size, most)
            return bytes(found.bytes())
        except Exception as error:
            self._raise_unless_absent(error, "read", key)
            return None

    def create(self, key: str, data: Buffer) -> None:
        """Put an object by one request with `If-None-Match: *`."""
        try:
            obstore.put(self._signed(), self._settings.prefix + key, data, mode="create", use_multipart=False)
        except exceptions.AlreadyExistsError as error:
            # Both 409 and 412 come as this: https://github.com/apache/arrow-rs-object-store/pull/852
            raise (Conflict(key) if "status code: 409" in str(error) else Exists(key)) from None
        except Exception as error:
            raise self._described(error, "create", key) from error

    def put(self, key: str, data: Buffer) -> None:
        """Put an object by one request, whatever stands there."""
        try:
            obstore.put(self._signed(), self._settings.prefix + key, data, mode="overwrite", use_multipart=False)
        except Exception as error:
            raise self._described(error, "write", key) from error

    def put_parts(self, key: str, pieces: Sequence[Buffer]) -> None:
        """Put an object by a multipart upload."""
        whole = self._settings.prefix + key
        try:
            obstore.put(self._unsigned(), whole, iter(pieces), use_multipart=True, chunk_size=_PART, max_concurrency=_AT_ONCE)
        except Exception as error:
            raise self._described(error, "write", key) from error

    def read(self, key: str, offset: int, length: int) -> Range | None:
        """Return a range of an object."""
        try:
            found = obstore.get(self._signed(), self._settings.prefix + key, options={"range": (offset, offset + length)})
            return Range(found.bytes(), found.meta["size"])
        except Exception as error:
            self._raise_unless_absent(error, "read", key)
            return None

    def head(self, key: str) -> Head | None:
        """Return what is known of an object, None where there is none."""
        try:
            found = obstore.head(self._signed(), self._settings.prefix + key)
        except Exception as error:
            self._raise_unless_absent(error, "look at", key)
            return None
        return Head(found["size"], time.time() - found["last_modified"].timestamp())

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the names one level below `prefix`."""
        whole = self._settings.prefix + prefix
        try:
            found = obstore.list_with_delimiter(self._signed(), whole or None)
        except Exception as error:
            raise self._described(error, "list", prefix) from error
        yield from (path[len(whole) :] for path in found["common_prefixes"])
        yield from (entry["path"][len(whole) :] for entry in found["objects"])

    def walk(self, prefix: str) -> Iterator[Listed]:
        """Yield every object below `prefix`."""
        whole = self._settings.prefix + prefix
        cut, now = len(self._settings.prefix), time.time()
        try:
            for entries in obstore.list(self._signed(), whole or None, chunk_size=1000):
                for entry in entries:
                    yield Listed(entry["path"][cut:], entry["size"], now - entry["last_modified"].timestamp())
        except Exception as error:
            raise self._described(error, "list", prefix) from error

    def delete(self, key: str) -> None:
        """Remove an object."""
        try:
            obstore.delete(self._signed(), self._settings.prefix + key)
        except Exception as error:
            self._raise_unless_absent(error, "delete", key)

    def _signed(self) -> S3Store:
        if self._records is None:
            self._records = self._open(_NO_RETRY)
        return self._records

    def _unsigned(self) -> S3Store:
        """For multipart uploads: what they carry is checked by its address, and signing it would be a second pass over it."""
        if self._data is None:
            from datetime import timedelta

            retries = {"max_retries": _PART_RETRIES, "retry_timeout": timedelta(seconds=120)}
            self._data = self._open(retries, unsigned_payload=self._settings.unsigned)
        return self._data

    def _open(self, retries: Any, **options: Any) -> S3Store:
        global _process
        _process = os.getpid()
        settings = self._settings
        client: dict[str, Any] = {"timeout": "60s", "connect_timeout": "5s", "allow_http": settings.endpoint.startswith("http://")}
        options["disable_bulk_delete"] = True
        if settings.endpoint:
            options["endpoint"] = settings.endpoint.rstrip("/")
        if settings.region:
            options["region"] = settings.region
        if settings.authorities:
            client["root_certificate"] = _bytes_of(settings.authorities)
        if settings.profile:
            options["credential_provider"] = _profile(self._url)
        try:
            return S3Store(settings.bucket, client_options=client, retry_config=retries, **options)  # type: ignore[arg-type]  # as documented
        except Exception as error:
            raise self._described(error, "open", "") from error

    def _raise_unless_absent(self, error: Exception, verb: str, key: str) -> None:
        if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in str(error):
            return
        raise self._described(error, verb, key) from error

    def _described(self, error: Exception, verb: str, key: str) -> StoreError:
        return error if isinstance(error, StoreError) else described(_trouble(error), verb, key, self._url)


def _trouble(error: Exception) -> Trouble:
    """Return what obstore's message says; it gives the server's answer in no other way."""
    import re

    text = str(error).partition("\n\nDebug source")[0]
    status = re.search(r"status code: ([0-9]{3})", text)
    code = re.search(r"<Code>([^<]*)</Code>", text)
    said = re.search(r"<Message>([^<]*)</Message>", text)
    region = re.search(r"<Region>([^<]*)</Region>", text)
    if "169.254.169.254" in text or "CredentialsNotFound" in text:
        return Trouble(0, "NoCredentials", "no variable names any, and the machine's metadata service has none")
    if "redirect without LOCATION" in text:
        return Trouble(301, "PermanentRedirect", "the server sends us elsewhere")
    number = int(status[1]) if status else 0
    if number == 0 and isinstance(error, exceptions.GenericError) and "HTTP error" in text:
        return Trouble(0, "Unreachable", text.rpartition(" - ")[2])
    return Trouble(number, code[1] if code else "", said[1] if said else "" if number else text, region[1] if region else "")


def _profile(url: str) -> Any:
    try:
        from obstore.auth.boto3 import Boto3CredentialProvider

        return Boto3CredentialProvider()
    except ImportError:
        raise StoreError(f"{url}: the credentials are in a profile of ~/.aws, which boto3 alone reads: install it (`flowc[s3]`)") from None
    except Exception as error:  # botocore's own errors: a profile that does not exist, or holds nothing.
        raise StoreError(f"{url}: the profile in ~/.aws cannot be used: {error}") from error


def _bytes_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise StoreError(f"AWS_CA_BUNDLE names {path}, which cannot be read: {error.strerror}") from error
