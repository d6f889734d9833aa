"""Fetches a code package: checked against its digest before anything of it is looked at, then unpacked file by file."""

import hashlib
import os
from collections.abc import Sequence

from flowc.runtime_shim.contract import package_key
from flowc.runtime_shim.folders import make_folder
from flowc.runtime_shim.stores.base import Store, StoreError
from flowc.runtime_shim.tar import Member, TarError, read_tar

PLAN_FILE = "plan.json"
"""May stand before the others, so that two short reads find it."""

_HEX = frozenset("0123456789abcdef")


class PackageError(StoreError):
    """A code package is missing, damaged, or holds what no package of flowc holds."""


def fetch_code(store: Store, flow: str, digest: str, into: str) -> str:
    """Return a folder, private to this user and made inside `into`, with the files of the code package `digest`.

    Raises PackageError where the package is missing, is not what its digest says, or would write outside the folder.
    """
    expected = digest.removeprefix("sha256:")
    if len(expected) != 64 or not _HEX.issuperset(expected):
        raise PackageError(f"{digest!r} is no digest of a code package: it reads sha256: and 64 hexadecimal digits")
    key = package_key(flow, digest)
    data = store.get(key)
    if data is None:
        raise PackageError(f"the code package {key} is missing in {store.url}: run `flowc deploy` again, which puts it there")
    if hashlib.sha256(data).hexdigest() != expected:
        raise PackageError(f"the code package {key} in {store.url} is damaged: delete it, then run `flowc deploy` again")
    try:
        os.makedirs(into, exist_ok=True)
        folder = make_folder("flowc-code-", into)
        unpack(data, folder, key)
    except OSError as error:
        raise PackageError(
            f"cannot unpack the code package {key} into {into}: {error.strerror or error}: free space or rights there"
        ) from error
    return folder


def unpack(data: bytes, folder: str, key: str) -> None:
    """Write the files of a code package into `folder`; all members are checked before the first is written."""
    try:
        members = read_tar(data)
    except TarError as error:
        raise PackageError(f"the code package {key} is no tar file of flowc ({error}): run `flowc deploy` again") from error
    _check(members, key)
    for member in members:
        _write(os.path.join(folder, *member.path.split("/")), member.data, 0o700 if member.executable else 0o600)


def _check(members: Sequence[Member], key: str) -> None:
    """Raise PackageError for anything but plain files with plain names, sorted, each once, without owner or time."""
    names = [member.path for member in members]
    for member in members:
        parts = member.path.split("/")
        if any(part in ("", ".", "..") for part in parts) or "\\" in member.path or ":" in parts[0] or "\0" in member.path:
            raise PackageError(f"the code package {key} holds {member.path!r}, which leads out of its folder: it was not made by flowc")
        if not member.plain:
            raise PackageError(f"the code package {key} holds {member.path!r}, which is no plain file: it was not made by flowc")
        if member.owned:
            raise PackageError(f"the code package {key} names an owner of {member.path!r}: it was not made by flowc")
    if len({member.time for member in members}) > 1:
        raise PackageError(f"the code package {key} has files of several times: it was not made by flowc")
    if len(set(names)) < len(names) or names not in (sorted(names), sorted(names, key=lambda name: (name != PLAN_FILE, name))):
        raise PackageError(f"the code package {key} does not list its files in order, each once: it was not made by flowc")


def _write(path: str, content: memoryview, mode: int) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
