"""What a step does to artifacts, in order of evaluation and flattened: what may be left out is not `sure`.

Flattening forgives: a write in one arm of an `if` counts for a read in the other, so nothing is called missing that may be there.
"""

from dataclasses import dataclass

from flowc.source import Span


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """`self.name` is read. `via` is where the step calls the method that does it."""

    name: str
    span: Span
    sure: bool
    via: Span | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What a plain assignment writes: the expression as text, whether it is a literal, whether it depends on the item or branch."""

    text: str
    literal: bool
    varies: bool


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """`self.name` is assigned; `written` is None where the value is not known, or nobody asks."""

    name: str
    span: Span
    sure: bool
    written: Written | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Delete:
    """`self.name` is deleted, which is a read too."""

    name: str
    span: Span
    sure: bool


@dataclass(frozen=True, slots=True, eq=False)
class Escape:
    """`self` goes where flowc cannot follow: any artifact may be there from now on."""


@dataclass(frozen=True, slots=True, eq=False)
class Merge:
    """`self.merge_artifacts(inputs, …)`.

    sure: it is called in every run of the step, and what it raises is not caught. whole: it takes all of `inputs`.
    include, exclude: the names given, None where they are not known.
    """

    span: Span
    sure: bool
    whole: bool
    include: tuple[str, ...] | None
    exclude: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class BranchRead:
    """`inputs.name`."""

    name: str
    span: Span
    sure: bool


@dataclass(frozen=True, slots=True, eq=False)
class MemberRead:
    """An artifact of a branch: `inputs.train.x`, `inputs[0].x`, or of each in turn (selector None)."""

    name: str
    selector: str | int | None
    span: Span
    sure: bool


@dataclass(frozen=True, slots=True, eq=False)
class ItemRead:
    """`self.input` or `self.index`, in the step itself, not only to see whether there is one."""

    name: str
    span: Span
    sure: bool


Effect = Read | Write | Delete | Escape | Merge | BranchRead | MemberRead | ItemRead
