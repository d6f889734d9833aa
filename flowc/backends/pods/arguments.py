"""The arguments that shape the pod of one step: its @kubernetes first, then the settings table `kubernetes`, then Metaflow's defaults."""

import json
from collections.abc import Mapping, Sequence
from typing import NoReturn

from flowc.diagnostics import Report, Severity, codes
from flowc.diagnostics.model import Code
from flowc.errors import UsageError
from flowc.ir.argument_kinds import number
from flowc.ir.decorator_signatures import SIGNATURES
from flowc.ir.graph import FlowGraph, Step
from flowc.ir.values import Unknown, Value, first_unknown
from flowc.source import Span

SIGNATURE = SIGNATURES["kubernetes"]


class UnusableError(Exception):
    """An argument cannot be used; it was reported, and the rest is still worth reading."""


def check_table(table: Mapping[str, Value]) -> None:
    """Raise UsageError for a settings table `kubernetes` that no @kubernetes could hold."""
    for name, value in table.items():
        spec = SIGNATURE.argument(name)
        if name == "image" or spec is None:
            names = ", ".join(argument.name for argument in SIGNATURE.arguments if argument.name != "image")
            help = 'set image = "…" outside the table' if name == "image" else f"flowc knows: {names}"
            raise UsageError(f"unknown setting {name!r} in table kubernetes", help=help)
        if not spec.accepts(value):
            raise UsageError(f"setting kubernetes.{name} must be {spec.wanted}, not {value!r}")
        if broken := spec.bound_broken(value):
            raise UsageError(f"setting kubernetes.{name} must {broken}, not {value!r}")


class Arguments:
    """Reads arguments by name as Python values of the wanted shape; reports what does not fit and raises UnusableError.

    `sound` turns false with the first error.
    """

    def __init__(self, step: Step, graph: FlowGraph, table: Mapping[str, Value], target: str, report: Report) -> None:
        self.step = step
        self.resources = step.decorator("resources")
        self._graph = graph
        self._table = table
        self._target = target
        self._report = report
        self._own = step.decorator("kubernetes")
        self.sound = True

    def given(self, name: str) -> Value:
        """Return what the step's @kubernetes says, None where it says nothing."""
        found = self._own.argument(name) if self._own else None
        return None if found is None else self._known(found.value, found.span, f'argument "{name}" of @kubernetes')

    def of_settings(self, name: str) -> Value:
        """Return what the settings say, None where they say nothing."""
        return self._table.get(name)

    def value(self, name: str) -> Value:
        """Return the argument: the step's, the project's, or Metaflow's default."""
        given = self.given(name)
        if given is not None:
            return given
        spec = SIGNATURE.argument(name)
        assert spec is not None, name
        return self._table.get(name, spec.default)

    def text(self, name: str) -> str | None:
        """Return a text, None where there is none; an empty one counts as none, as in Metaflow."""
        value = self.value(name)
        if value is None or value == "":
            return None
        return value if isinstance(value, str) else self.refuse(name, "is no text", "write it in quotes")

    def number(self, name: str) -> int | float | None:
        """Return a number, also one given as text."""
        return self._number(name, self.value(name))

    def whole(self, name: str) -> int | None:
        """Return a whole number."""
        read = self.number(name)
        return None if read is None else int(read)

    def resource(self, name: str) -> int | float | None:
        """Return a number of @resources, None without the decorator."""
        if self.resources is None:
            return None
        spec = SIGNATURES["resources"].argument(name)
        found = self.resources.argument(name)
        assert spec is not None, name
        if found is None:
            return self._number(name, spec.default)
        return self._number(name, self._known(found.value, found.span, f'argument "{name}" of @resources'))

    def texts(self, name: str, value: Value) -> tuple[str, ...]:
        """Return a list of texts; one text may hold several, as JSON or with commas between."""
        if isinstance(value, str):
            value = self._json(name, value) if value.lstrip().startswith("[") else [part.strip() for part in value.split(",")]
        found: list[str] = []
        for item in self.items(name, value):
            if not isinstance(item, str):
                self.refuse(name, f"holds {type(item).__name__} {item!r}, not only texts", "write a list of strings")
            if item:
                found.append(item)
        return tuple(dict.fromkeys(found))

    def items(self, name: str, value: Value) -> Sequence[Value]:
        """Return the members of a list, or of the JSON text of one; nothing where there is none."""
        if isinstance(value, str) and value:
            value = self._json(name, value)
        if value is None or value == "":
            return ()
        if isinstance(value, set):
            return sorted(value, key=repr)
        return value if isinstance(value, list | tuple) else self.refuse(name, "is no list", "write a list")

    def mapping(self, name: str, value: Value = None, *, separator: str | None = None) -> dict[str, Value]:
        """Return a dictionary with texts as keys; a text holds it as JSON, or with a `separator` as `a=b` and commas between."""
        value = self.value(name) if value is None else value
        if isinstance(value, str) and value:
            value = self._pairs(name, value, separator) if separator and not value.lstrip().startswith("{") else self._json(name, value)
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            self.refuse(name, "is no dictionary", "write a dictionary")
        found: dict[str, Value] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                self.refuse(name, f"has the key {key!r}, which is no text", "write keys in quotes")
            found[key] = item
        return found

    def both(self, name: str) -> dict[str, Value]:
        """Return a dictionary of the settings with the step's own entries in and over it, as Metaflow has labels and annotations."""
        table, own = self._table.get(name), self.given(name)
        return (self.mapping(name, table) if table else {}) | (self.mapping(name, own) if own else {})

    def refuse(self, name: str, why: str, help: str | None = None, *, decorator: str = "kubernetes") -> NoReturn:
        """Report that an argument does not fit, at its place, and raise UnusableError."""
        span, origin = self.place(name, decorator)
        self.report(codes.POD_ARGUMENT, span, decorator=decorator, argument=name, why=why, notes=[origin] if origin else (), help=help)
        raise UnusableError

    def report(self, code: Code, span: Span, *, help: str | None = None, notes: Sequence[str] = (), **values: str) -> None:
        """Report any other finding about the step."""
        self.sound = self.sound and code.severity is not Severity.ERROR
        self._report(code, span, help=help, notes=notes, **{"target": self._target, **values})  # type: ignore[arg-type]  # for the headline

    def place(self, name: str, decorator: str = "kubernetes") -> tuple[Span, str | None]:
        """Return where an argument stands; a phrase with it where that is no file of the flow."""
        on = self.step.decorator(decorator)
        found = on.argument(name) if on else None
        if found is not None and not (found.value is None and name in self._table):
            return found.span, None
        if decorator == "kubernetes" and name in self._table:
            return self._graph.span, "it stands in table kubernetes of the settings"
        return on.span if on else self.step.span, None

    def check_complete(self) -> None:
        """Report a `**config` among the arguments of @kubernetes or @resources: what it gives is known at run time only."""
        for decorator in (self._own, self.resources):
            for argument in decorator.arguments if decorator else ():
                if argument.name is None and isinstance(argument.value, Unknown):
                    self._report_unknown(argument.value, argument.span, f"an argument of @{decorator.name}" if decorator else "")

    def _known(self, value: Value, span: Span, what: str) -> Value:
        unknown = first_unknown(value)
        if unknown is None:
            return value
        self._report_unknown(unknown, span, what)
        raise UnusableError

    def _report_unknown(self, unknown: Unknown, span: Span, what: str) -> None:
        self.report(
            codes.VALUE_UNKNOWN_TO_TARGET,
            span,
            what=what,
            notes=[f"it is unknown because {unknown.why}"],
            help="write a literal, a module constant or a class constant",
        )

    def _number(self, name: str, value: Value) -> int | float | None:
        if value is None or value == "":
            return None
        read = number(value)
        return self.refuse(name, "is no number", "write a number") if read is None else read

    def _json(self, name: str, text: str) -> Value:
        try:
            value: Value = json.loads(text)
        except ValueError as error:
            self.refuse(name, f"is text that is no JSON: {error}", "write the value itself, without quotes around it")
        return value

    def _pairs(self, name: str, text: str, separator: str) -> Value:
        found: dict[Value, Value] = {}
        for part in text.split(","):
            key, present, value = part.strip().partition(separator)
            if not present or key in found:
                self.refuse(name, f"holds {part.strip()!r}", f"write name{separator}value, each name once, with commas between")
            found[key] = value
        return found
