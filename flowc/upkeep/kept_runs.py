"""Which runs of a flow stay: by age, by tag, the last ones, and every one that may still be going on."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowc.client.reader import Reader
from flowc.client.tags import current_tags
from flowc.runtime_shim import contract
from flowc.runtime_shim.stores import Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A run goes only where it is older than `older_than` and no other rule keeps it; None: every run stays.

    keep_last: so many of each flow stay, the latest to begin. keep_tags: runs with one of them stay. lost_after: a run without a
    verdict counts as going on until it left no record for so long. Times in seconds.
    """

    older_than: float | None = None
    keep_last: int = 0
    keep_tags: frozenset[str] = frozenset()
    lost_after: float = 30 * 86400.0


@dataclass(slots=True)
class FoundRun:
    """A run as its keys show it. `idle`: the age of its latest record. `why`: what keeps it, empty where nothing does."""

    name: str
    idle: float = float("inf")
    keys: list[Listed] = field(default_factory=list)
    why: str = ""

    @property
    def over(self) -> bool:
        """Whether it has its verdict."""
        return any(listed.key.endswith("/_end") and listed.key.count("/") == 3 for listed in self.keys)


def runs_of(reader: Reader, flow: str, rules: Rules) -> list[FoundRun]:
    """Return the runs of a flow (its deployed name), each with what keeps it, the latest to begin first.

    Raises StoreError, also for a run whose own record cannot be read: what to keep is then not known.
    """
    prefix = contract.runs_prefix(flow)
    found: dict[str, FoundRun] = {}
    for listed in reader.store.walk(prefix):
        name = contract.from_component(listed.key[len(prefix) :].partition("/")[0])
        run = found.setdefault(name, FoundRun(name))
        run.keys.append(listed)
        run.idle = min(run.idle, listed.age)
    records: dict[str, Mapping[str, Any]] = {name: reader.record(contract.run_key(flow, name, "_run")) or {} for name in found}
    now = time.time()

    def began(run: FoundRun) -> float:
        moment = records[run.name].get("time", {}).get("start")
        return float(moment) if isinstance(moment, int | float) else now - max(listed.age for listed in run.keys)

    runs = sorted(found.values(), key=began, reverse=True)
    for place, run in enumerate(runs):
        run.why = next(_reasons(reader, flow, run, records[run.name].get("tags") or (), place, rules), "")
    return runs


def _reasons(reader: Reader, flow: str, run: FoundRun, tags: Iterable[str], place: int, rules: Rules) -> Iterator[str]:
    if rules.older_than is None:
        yield "no rule says that runs go"
    elif run.idle < rules.older_than:
        yield "it is young"
    if not run.over and run.idle < rules.lost_after:
        yield "it may be going on"
    if place < rules.keep_last:
        yield f"it is among the last {rules.keep_last}"
    if rules.keep_tags:
        kept = rules.keep_tags & current_tags(reader, flow, run.name, tags)
        if kept:
            yield f"it is tagged {min(kept)}"
