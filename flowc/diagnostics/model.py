"""What a finding is: a code, a place, other places, a way out. Rendering is elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from flowc.source import Span


class Severity(StrEnum):
    """Errors stop a compile; warnings do not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding. `headline` is a `str.format` template; `id` and `slug` are never reused."""

    id: str
    slug: str
    headline: str
    severity: Severity = Severity.ERROR
    off: bool = False
    """Whether it is reported only where the settings give it a severity."""

    @property
    def structural(self) -> bool:
        """Whether a compile without this finding would be wrong, so that it can be neither ignored nor turned off.

        So are all errors but FLC3xx, which are about what the code of a step does when it runs, and FLC49x, which are about secrets.
        """
        return self.severity is Severity.ERROR and not self.id.startswith(("FLC3", "FLC49"))


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that belongs to a finding, such as the other end of a clash."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at `span` by `text`, where it reads as the regular expression `was`, if there is one."""

    span: Span
    text: str
    was: str | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """A suggested change; `safe` fixes never change what a correct flow does."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding, ready to render. `label` is the text under the excerpt's caret, if it says more than the headline.

    `level` is the severity that the project chose for the code, if it did, or a milder one of this finding alone.
    """

    code: Code
    message: str
    span: Span
    label: str | None = None
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    level: Severity | None = None

    @property
    def severity(self) -> Severity:
        """The severity that the project chose, else that of the finding or its code."""
        return self.level or self.code.severity


@dataclass(slots=True)
class Report:
    """Collects findings; passes report into it and go on."""

    _found: list[Diagnostic] = field(default_factory=list)

    def __call__(
        self,
        code: Code,
        span: Span,
        *,
        label: str | None = None,
        labels: Sequence[Label] = (),
        notes: Sequence[str] = (),
        help: str | None = None,
        fix: Fix | None = None,
        level: Severity | None = None,
        **values: object,
    ) -> None:
        """Add one finding; `values` fill the code's headline, `level` is its severity where that of the code says too much."""
        self._found.append(
            Diagnostic(
                code=code,
                message=code.headline.format(**values),
                span=span,
                label=label,
                labels=tuple(labels),
                notes=tuple(notes),
                help=help,
                fix=fix,
                level=level,
            )
        )

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings in source order, exact repeats once."""
        unique = dict.fromkeys(self._found)
        return tuple(sorted(unique, key=lambda found: (found.span, found.code.id, found.message)))

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(found.severity is Severity.ERROR for found in self._found)
