"""What each target makes of one flow: per construct native, lowered or refused, and how far the flow may grow while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowc.backends.base import Backend, Bound, Options
from flowc.backends.capabilities import Support, notimpl
from flowc.backends.constructs import Construct, Usage, usages
from flowc.backends.evidence import Seen, seen_on
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One construct of the flow: what the target does with it, what was seen of that, and where the flow uses it."""

    construct: Construct
    support: Support
    seen: Seen
    usages: tuple[Usage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portability:
    """What one target makes of one flow; `bounds` is empty where it refuses it."""

    target: str
    rows: tuple[Row, ...]
    bounds: tuple[Bound, ...]

    @property
    def compiles(self) -> bool:
        """Whether no construct is refused; limits may still be in the way."""
        return all(row.support.compiles for row in self.rows)


def portability(backend: Backend[Any], tree: RegionTree, plan: Plan, options: Options) -> Portability:
    """Return what the form of the target that `options` choose makes of the flow, refused constructs first, then lowered ones."""
    form = backend.form(options)
    seen = seen_on(backend.name)
    used: dict[Construct, list[Usage]] = {}
    for usage in usages(tree):
        used.setdefault(usage.construct, []).append(usage)
    rows = [
        Row(construct=construct, support=_support(form.capabilities, construct), seen=seen.get(construct, Seen()), usages=tuple(places))
        for construct, places in used.items()
    ]
    rows.sort(key=lambda row: (row.support.compiles, row.support.stance == "native"))
    refused = any(not row.support.compiles for row in rows)
    return Portability(target=backend.name, rows=tuple(rows), bounds=() if refused else form.bounds(tree, plan, options))


def _support(table: Mapping[Construct, Support], construct: Construct) -> Support:
    return table.get(construct) or notimpl("no stance taken")
