"""Fetches a code package: checked against its digest before anything of it is looked at, then unpacked file by file."""

import hashlib
import os
import re

from flowc.runtime_shim.contract import package_key
from flowc.runtime_shim.stores.base import Store, StoreError
from flowc.runtime_shim.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from tarfile import TarInfo

PLAN_FILE = "plan.json"
"""May stand before the others, so that two short reads find it."""

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")


class PackageError(StoreError):
    """A code package is missing, damaged, or holds what no package of flowc holds."""


def fetch_code(store: Store, flow: str, digest: str, into: str) -> str:
    """Return a folder, private to this user and made inside `into`, with the files of the code package `digest`.

    Raises PackageError where the package is missing, is not what its digest says, or would write outside the folder.
    """
    found = _DIGEST.match(digest)
    if found is None:
        raise PackageError(f"{digest!r} is no digest of a code package: it reads sha256: and 64 hexadecimal digits")
    key = package_key(flow, digest)
    data = store.get(key)
    if data is None:
        raise PackageError(f"the code package {key} is missing in {store.url}: run `flowc deploy` again, which puts it there")
    if hashlib.sha256(data).hexdigest() != found[1]:
        raise PackageError(f"the code package {key} in {store.url} is damaged: delete it, then run `flowc deploy` again")
    import tempfile

    try:
        os.makedirs(into, exist_ok=True)
        folder = tempfile.mkdtemp(prefix="flowc-code-", dir=into)
        unpack(data, folder, key)
    except OSError as error:
        raise PackageError(
            f"cannot unpack the code package {key} into {into}: {error.strerror or error}: free space or rights there"
        ) from error
    return folder


def unpack(data: bytes, folder: str, key: str) -> None:
    """Write the files of a code package into `folder`; all members are checked before the first is written."""
    import io
    import tarfile

    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            members = tar.getmembers()
            _check(members, key)
            for member in members:
                source = tar.extractfile(member)
                content = b"" if source is None else source.read()
                _write(os.path.join(folder, *member.name.split("/")), content, 0o700 if member.mode & 0o100 else 0o600)
    except tarfile.TarError as error:
        raise PackageError(f"the code package {key} is no tar file ({error}): run `flowc deploy` again") from error


def _check(members: "list[TarInfo]", key: str) -> None:
    """Raise PackageError for anything but plain files with plain names, sorted, each once, without owner or time."""
    from tarfile import AREGTYPE, REGTYPE

    names = [member.name for member in members]
    for member in members:
        parts = member.name.split("/")
        if any(part in ("", ".", "..") for part in parts) or "\\" in member.name or ":" in parts[0] or "\0" in member.name:
            raise PackageError(f"the code package {key} holds {member.name!r}, which leads out of its folder: it was not made by flowc")
        if member.type not in (REGTYPE, AREGTYPE):
            raise PackageError(f"the code package {key} holds {member.name!r}, which is no plain file: it was not made by flowc")
        if member.uid or member.gid or member.uname or member.gname:
            raise PackageError(f"the code package {key} names an owner of {member.name!r}: it was not made by flowc")
    if len({member.mtime for member in members}) > 1:
        raise PackageError(f"the code package {key} has files of several times: it was not made by flowc")
    if len(set(names)) < len(names) or names not in (sorted(names), sorted(names, key=lambda name: (name != PLAN_FILE, name))):
        raise PackageError(f"the code package {key} does not list its files in order, each once: it was not made by flowc")


def _write(path: str, content: bytes, mode: int) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
