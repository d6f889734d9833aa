"""Signatures of records: HMAC-SHA256 over a record and its key, so that one that is valid is valid in its place only.

A record carries the digest of everything that is loaded for it, and a digest is checked before anything is unpickled; so whoever can
write to the store, but has not the secret, cannot have code run in a task. docs/store.md, "Trust".
"""

import json
import os
from collections.abc import Mapping

from flowc.runtime_shim.contract import SIGNING_KEY, SIGNING_KEY_FILE, TAG_PREFIX
from flowc.runtime_shim.stores.base import StoreError
from flowc.runtime_shim.typed import Any

SIGNATURE = "sig"
_SHORTEST = 16
_kept: dict[tuple[str, str], bytes | None] = {}


def signing_key() -> bytes | None:
    """Return the secret that records are signed with, None where none is configured.

    Raises StoreError for a file that cannot be read, and for a secret of less than 16 bytes.
    """
    place = (os.environ.get(SIGNING_KEY_FILE, ""), os.environ.get(SIGNING_KEY, ""))
    if place not in _kept:
        _kept[place] = _read(*place)
    return _kept[place]


def signed(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return `record` with its signature for `key`; as it is where no secret is configured."""
    secret = signing_key()
    return record if secret is None else {**record, SIGNATURE: _signature(secret, record, key)}


def distrust(record: Mapping[str, Any], key: str) -> str | None:
    """Return why `record`, found under `key`, is not to be trusted, as the end of a sentence; None where it is.

    Tags, which anybody may add, carry nothing that is loaded or run.
    """
    secret = signing_key()
    if secret is None or key.rpartition("/")[2].startswith(TAG_PREFIX):
        return None
    found = record.get(SIGNATURE)
    if not isinstance(found, str):
        return "is not signed, and records are to be signed here: it was written without the signing key"
    import hmac

    unsigned = {name: value for name, value in record.items() if name != SIGNATURE}
    if hmac.compare_digest(found.encode(), _signature(secret, unsigned, key).encode()):
        return None
    return "is not signed by the signing key for this place: it was changed, copied from another place, or written under another key"


def canonical(record: Mapping[str, Any]) -> bytes:
    """Return `record` as canonical JSON in UTF-8. Raises ValueError for what JSON cannot hold."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace")  # which writes a lone surrogate as JSON does


def _signature(secret: bytes, record: Mapping[str, Any], key: str) -> str:
    import hmac

    return hmac.new(secret, key.encode() + b"\n" + canonical(record), "sha256").hexdigest()


def _read(path: str, given: str) -> bytes | None:
    secret = given.encode("utf-8", "surrogateescape")
    name = SIGNING_KEY
    if path:
        name = f"{SIGNING_KEY_FILE}={path}"
        try:
            with open(path, "rb") as file:
                secret = file.read().rstrip(b"\r\n")
        except OSError as error:
            raise StoreError(f"the signing key cannot be read: {name}: {error.strerror}: mount it there, or unset the variable") from error
    if not secret and not path:
        return None
    if len(secret) < _SHORTEST:
        raise StoreError(f"the signing key in {name} has {len(secret)} bytes, and needs {_SHORTEST}: `openssl rand -hex 32` makes one")
    return secret
