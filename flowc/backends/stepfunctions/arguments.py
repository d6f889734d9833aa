"""The arguments of @batch and @resources on one step, as Python values of the wanted shape."""

from collections.abc import Sequence
from typing import Final, NoReturn

from flowc.diagnostics import Report, codes
from flowc.ir.argument_kinds import is_whole, number
from flowc.ir.graph import Decorator, Step
from flowc.ir.values import Unknown, Value, first_unknown
from flowc.source import Span

_KNOWN_AT_COMPILE_TIME: Final = "write a literal, a module constant or a class constant"


class UnusableError(Exception):
    """An argument cannot be used; it was reported, and the rest is still worth reading."""


class Arguments:
    """Reads arguments by name; reports what does not fit and raises UnusableError."""

    def __init__(self, step: Step, report: Report) -> None:
        self.step = step
        self._report = report
        self._found: dict[str, Decorator | None] = {name: step.decorator(name) for name in ("batch", "resources", "secrets", "environment")}

    def has(self, decorator: str) -> bool:
        """Whether the step has the decorator."""
        return self._found[decorator] is not None

    def value(self, name: str, decorator: str = "batch") -> Value:
        """Return what the decorator says, None where it says nothing; an empty text counts as nothing, as in Metaflow."""
        found = self._found[decorator]
        argument = found.argument(name) if found else None
        if argument is None:
            return None
        unknown = first_unknown(argument.value)
        if unknown is not None:
            self._unknown(unknown, argument.span, f'argument "{name}" of @{decorator}')
        return None if argument.value == "" else argument.value

    def text(self, name: str) -> str | None:
        """Return a text of @batch, None where there is none."""
        value = self.value(name)
        if value is None or isinstance(value, str):
            return value
        return self.refuse(name, "is no text", "write it in quotes")

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a truth value of @batch."""
        value = self.value(name)
        return default if value is None else bool(value)

    def number(self, name: str, decorator: str = "batch") -> int | float | None:
        """Return a number, also one given as text."""
        value = self.value(name, decorator)
        if value is None:
            return None
        read = number(value)
        if read is None or read in (float("inf"), float("-inf")) or read != read:
            return self.refuse(name, "is no number", "write a number", decorator=decorator)
        return read

    def whole(self, name: str, decorator: str = "batch") -> int | None:
        """Return a whole number."""
        read = self.number(name, decorator)
        if read is None:
            return None
        if not is_whole(read):
            return self.refuse(name, f"is {read}, and Batch takes whole numbers", "write a whole number", decorator=decorator)
        return int(read)

    def larger(self, name: str) -> int | float | None:
        """Return the larger of what @batch and @resources say, as Metaflow does; None where neither says anything."""
        said = [read for decorator in ("batch", "resources") if (read := self.number(name, decorator)) is not None]
        return max(said, default=None)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts of @batch; one text is a list of one."""
        value = self.value(name)
        items: Sequence[Value] = (value,) if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
        if value is not None and not isinstance(value, str | list | tuple):
            self.refuse(name, "is no list", "write a list of strings")
        found = []
        for item in items:
            if not isinstance(item, str):
                self.refuse(name, f"holds {item!r}, which is no text", "write a list of strings")
            found.append(item)
        return tuple(found)

    def pairs(self, name: str) -> dict[str, str]:
        """Return a dictionary of texts of @batch."""
        value = self.value(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            return self.refuse(name, "is no dictionary", "write a dictionary")
        found = {}
        for key, item in value.items():
            if not isinstance(key, str) or not isinstance(item, str | int | float) or isinstance(item, bool):
                self.refuse(name, f"has the entry {key!r}: {item!r}, which is no pair of texts", "write texts on both sides")
            found[key] = str(item)
        return found

    def refuse(self, name: str, why: str, help: str | None = None, *, decorator: str = "batch") -> NoReturn:
        """Report that an argument does not fit, at its place, and raise UnusableError."""
        self._report(codes.BATCH_ARGUMENT, self.place(name, decorator), decorator=decorator, argument=name, why=why, help=help)
        raise UnusableError

    def without_effect(self, name: str, why: str, *, decorator: str = "batch") -> None:
        """Report an argument that changes nothing here."""
        span = self.place(name, decorator)
        self._report(codes.BATCH_ARGUMENT_WITHOUT_EFFECT, span, decorator=decorator, argument=name, why=why)

    def place(self, name: str, decorator: str = "batch") -> Span:
        """Return where an argument stands; the decorator or the step where it does not."""
        found = self._found[decorator]
        argument = found.argument(name) if found else None
        return argument.span if argument else found.span if found else self.step.span

    def asks(self, name: str) -> str:
        """Return which decorator names the argument: @batch where both do."""
        found = self._found["batch"]
        return "batch" if found and found.argument(name) else "resources"

    def check_complete(self) -> None:
        """Report a `**config` among the arguments: what it gives is known at run time only."""
        for name in ("batch", "resources"):
            found = self._found[name]
            for argument in found.arguments if found else ():
                if argument.name is None and isinstance(argument.value, Unknown):
                    self._unknown(argument.value, argument.span, f"an argument of @{name}")

    def _unknown(self, unknown: Unknown, span: Span, what: str) -> NoReturn:
        self._report(
            codes.VALUE_UNKNOWN_TO_TARGET,
            span,
            what=what,
            target="stepfunctions",
            notes=[f"it is unknown because {unknown.why}"],
            help=_KNOWN_AT_COMPILE_TIME,
        )
        raise UnusableError
