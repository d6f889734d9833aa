"""The stance of a target on every construct, as data, and the one pass that reads it: no emitter ever says "not supported"."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flowc.backends.constructs import Usage, usages
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.ir.regions import RegionTree

if TYPE_CHECKING:
    from flowc.backends.base import Backend


class Stance(StrEnum):
    """How far a target goes with a construct."""

    NATIVE = "native"
    LOWERED = "lowered"
    NOTIMPL = "notimpl"
    NOTYET = "notyet"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Support:
    """One row of a target's table.

    text: how it is done; where it is not, what is missing. issue: where it is planned, if it is. link: the reason of a
    "never". warns: compiles, with this said to the user. instead: a way out that is not another target.
    """

    stance: Stance
    text: str
    issue: int | None = None
    link: str | None = None
    warns: str | None = None
    instead: str | None = None

    @property
    def compiles(self) -> bool:
        """Whether a flow that uses the construct can be compiled."""
        return self.stance in (Stance.NATIVE, Stance.LOWERED)

    def warning(self, text: str) -> "Support":
        """Return the same row that also warns `text` where the construct is used."""
        return replace(self, warns=text)


def native(how: str) -> Support:
    """The engine has it."""
    return Support(Stance.NATIVE, how)


def lowered(how: str) -> Support:
    """The engine has no such thing; what we emit means the same."""
    return Support(Stance.LOWERED, how)


def notimpl(what: str, *, issue: int | None = None, instead: str | None = None) -> Support:
    """Possible there, and ours to do."""
    return Support(Stance.NOTIMPL, what, issue=issue, instead=instead)


def notyet(why: str, *, instead: str | None = None) -> Support:
    """The engine lacks what it takes, for the time being."""
    return Support(Stance.NOTYET, why, instead=instead)


def never(why: str, link: str, *, instead: str | None = None) -> Support:
    """It cannot be, for the reason behind `link`."""
    return Support(Stance.NEVER, why, link=link, instead=instead)


def check_capabilities(
    tree: RegionTree, backend: "Backend[Any]", report: Report, *, others: "Callable[[], tuple[Backend[Any], ...]]" = tuple
) -> None:
    """Report every use of a construct that `backend` does not compile, and every one that it compiles with a warning.

    `others` returns the further targets that a finding may name as a way out; they are loaded only for one.
    """
    for usage in usages(tree):
        support = backend.capabilities.get(usage.construct) or notimpl("no stance taken")
        if support.warns is not None:
            report(
                codes.WEAK_ON_TARGET,
                usage.span,
                construct=usage.construct.value,
                target=backend.name,
                label=usage.what,
                notes=[support.warns],
            )
        if not support.compiles:
            _refuse(usage, support, backend, report, others())


def _refuse(usage: Usage, support: Support, backend: "Backend[Any]", report: Report, others: tuple["Backend[Any]", ...]) -> None:
    able = [other.name for other in others if (row := other.capabilities.get(usage.construct)) is not None and row.compiles]
    match support.stance:
        case Stance.NEVER:
            code, notes = codes.NEVER_ON_TARGET, [support.text, f"see {support.link}"]
        case Stance.NOTYET:
            code, notes = codes.ENGINE_LACKS, [support.text]
        case _:
            planned = "" if support.issue is None else f" (planned in issue {support.issue})"
            code, notes = codes.NOT_LOWERED, [f"missing: {support.text}{planned}"]
    if able:
        notes.append(f"{' and '.join(able)} {'compile' if len(able) > 1 else 'compiles'} it")
    report(
        code,
        usage.span,
        construct=usage.construct.value,
        target=backend.name,
        label=usage.what,
        notes=notes,
        help=support.instead or "run the flow here with `flowc run`, which can do all of the language",
    )
