"""What is right and wrong with a store, found by trying: each finding says what to do about it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from flowc.runtime_shim.contract import SIGNING_KEY_FILE
from flowc.runtime_shim.records import new_nonce
from flowc.runtime_shim.stores import Exists, Store, StoreError, open_store
from flowc.runtime_shim.stores.base import TEMPORARY
from flowc.runtime_shim.trust import signing_key

PROBES = "_flowc-doctor/"
"""Prefix of what is written and removed again; no flow can be named so."""
PATIENCE = 5.0
_WRITERS, _ROUNDS = 8, 4
_SKEW_SECONDS = 30.0
_LEFT_OVER_SECONDS = 86400.0

Level = Literal["ok", "note", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried. `advice` says what to do, empty where nothing is to be done."""

    level: Level
    text: str
    advice: str = ""


def examine(root: str) -> Iterator[Finding]:
    """Yield what is found about the store at `root`, a URL; after the first error that makes the rest pointless, no more.

    Writes a few small keys under `_flowc-doctor/` and removes them. Raises nothing: what a store says becomes a finding.
    """
    try:
        store = open_store(root, patience=PATIENCE)
        nonce = new_nonce()
        yield from _basics(store, f"{PROBES}{nonce}/")
    except StoreError as error:
        yield Finding("error", str(error), "mend that, then run `flowc doctor` again")
        return
    for more in (_signing, lambda: _left_over(store), *_more(root)):
        try:
            yield from more()
        except StoreError as error:
            yield Finding("note", str(error), "this could not be looked at; the rest does not depend on it")


def _basics(store: Store, prefix: str) -> Iterator[Finding]:
    key = prefix + "probe"
    store.create(key, b"first")
    try:
        yield _created_once(store, key)
        yield _raced(store, prefix)
        yield _clock(store, prefix)
        if bytes(store.read(key, 1, 3)) != b"irs":
            yield Finding("error", "a ranged read returns other bytes than were asked for", "use another server or root")
        names = list(store.list(prefix))
        if "probe" not in names:
            yield Finding("error", f"a key that was written is not listed ({len(names)} are)", "use another server or root")
        else:
            yield Finding("ok", "ranges are read and keys are listed as they were written")
    finally:
        trouble = _removed(store, prefix)
    if trouble is not None:
        yield Finding("note", f"what was written to try this is left in {prefix}: {trouble}", "tasks delete nothing; `flowc gc` has to")


def _created_once(store: Store, key: str) -> Finding:
    try:
        store.create(key, b"second")
    except Exists:
        if store.get(key) == b"first":
            return Finding("ok", "a key is created once: a second PUT with If-None-Match was refused")
    return Finding(
        "error",
        "the store overwrites: a second PUT with If-None-Match: * was taken",
        "two attempts of one task could both commit: use a server that keeps to it, such as AWS S3, Ceph 16.2 or MinIO",
    )


def _raced(store: Store, prefix: str) -> Finding:
    won: list[int] = []
    troubles: list[StoreError] = []
    barrier = threading.Barrier(_WRITERS, timeout=60)

    def write(writer: int) -> None:
        for number in range(_ROUNDS):
            barrier.wait()
            try:
                store.create(f"{prefix}race.{number}", b"%d" % writer)
            except Exists:
                continue
            except StoreError as error:
                troubles.append(error)
                continue
            won.append(number)

    threads = [threading.Thread(target=write, args=(writer,), daemon=True) for writer in range(_WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
    if sorted(won) == list(range(_ROUNDS)):
        return Finding("ok", f"of {_WRITERS} writers at the same time one creates a key")
    return Finding(
        "error",
        f"{_WRITERS} writers created {_ROUNDS} keys {len(won)} times",
        "two attempts of one task could both commit: use a server that keeps to If-None-Match under load",
    )


def _clock(store: Store, prefix: str) -> Finding:
    """A key just written is as old as the clocks differ."""
    ages = [listed.age for listed in store.walk(prefix)]
    skew = min(ages, key=abs, default=0.0)
    if abs(skew) <= _SKEW_SECONDS:
        return Finding("ok", f"this machine's clock and the store's agree within {_SKEW_SECONDS:.0f} s")
    return Finding(
        "error",
        f"this machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the store's",
        "set it (NTP): S3 refuses requests from 15 minutes on, and `flowc gc` goes by age",
    )


def _removed(store: Store, prefix: str) -> StoreError | None:
    try:
        for listed in list(store.walk(prefix)):
            store.delete(listed.key)
    except StoreError as error:
        return error
    return None


def _signing() -> Iterator[Finding]:
    if signing_key() is None:
        advice = f"where others can write to the store, set {SIGNING_KEY_FILE} to a mounted secret here and in the containers"
        yield Finding("note", "records are not signed: whoever can write to the store can have code run in a task", advice)
    else:
        yield Finding("ok", "records are signed, and unsigned ones refused")


def _left_over(store: Store) -> Iterator[Finding]:
    if not store.url.startswith("file://"):
        return
    found = [listed for listed in store.walk("") if _is_left_over(listed.key) and listed.age > _LEFT_OVER_SECONDS]
    if found:
        size = sum(listed.size for listed in found)
        yield Finding("note", f"{len(found)} temporaries of killed writers hold {size} bytes", "`flowc gc --delete` removes them")


def _is_left_over(key: str) -> bool:
    return key.rpartition("/")[2].startswith(TEMPORARY)


def _more(root: str) -> tuple[Callable[[], Iterator[Finding]], ...]:
    if not root.startswith("s3://"):
        return ()
    from flowc.upkeep.s3_probes import probes_of

    return probes_of(root)
