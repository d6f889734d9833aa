"""@trigger, @trigger_on_finish and @exit_hook name something, once, in a shape that says what."""

from collections.abc import Iterator

from flowc.diagnostics import Label, Report, codes
from flowc.diagnostics.near_miss import did_you_mean, listed
from flowc.ir.graph import Argument, Decorator, FlowGraph
from flowc.ir.passes.decorated import each_decorator
from flowc.ir.value_words import kind_of
from flowc.ir.values import Unknown, Value

_CHOICES = {
    "trigger": ("event", "events", "event"),
    "trigger_on_finish": ("flow", "flows", "flow"),
    "exit_hook": ("on_success", "on_error", "function"),
}


def check_triggers(graph: FlowGraph, report: Report) -> None:
    """Report triggers and hooks that name nothing, name one thing twice, or are of no known shape."""
    for decorator in each_decorator(graph, *_CHOICES):
        one, many, what = _CHOICES[decorator.name]
        if not decorator.value(one) and not decorator.value(many):
            report(codes.NOTHING_NAMED, decorator.span, decorator=decorator.name, what=what, help=f"give it {one} or {many}")
        if decorator.name != "exit_hook":
            _check_both(decorator, one, many, report)
            _check_names(graph, decorator, report)


def _check_both(decorator: Decorator, one: str, many: str, report: Report) -> None:
    first, second = decorator.argument(one), decorator.argument(many)
    if first is not None and second is not None and first.value and second.value:
        report(
            codes.CONFLICTING_ARGUMENTS,
            second.span,
            decorator=decorator.name,
            first=one,
            second=many,
            labels=[Label(first.span, "the other one")],
            help=f"put everything into {many}",
        )


def _check_names(graph: FlowGraph, decorator: Decorator, report: Report) -> None:
    names: set[str] = set()
    for argument, entry in _entries(decorator):
        problem = _problem(entry)
        if problem:
            report(
                codes.INVALID_TRIGGER,
                argument.span,
                decorator=decorator.name,
                argument=argument.name,
                what=problem,
                help='write "the_name", or {"name": "the_name", …}',
            )
            continue
        name = entry["name"] if isinstance(entry, dict) else entry
        if isinstance(name, str) and name in names:
            report(codes.REPEATED_TRIGGER, argument.span, decorator=decorator.name, name=name, help="keep one of them")
        if isinstance(name, str):
            names.add(name)
        if decorator.name == "trigger" and isinstance(entry, dict):
            _check_parameters(graph, argument, entry.get("parameters"), report)


def _entries(decorator: Decorator) -> Iterator[tuple[Argument, Value]]:
    for argument in decorator.arguments:
        if argument.name in ("event", "flow") and argument.value is not None:
            yield argument, argument.value
        if argument.name in ("events", "flows") and isinstance(argument.value, list | tuple):
            yield from ((argument, entry) for entry in argument.value)


def _problem(entry: Value) -> str | None:
    if isinstance(entry, str | Unknown):
        return None if entry else "is an empty name"
    if not isinstance(entry, dict):
        return f"holds {kind_of(entry)}, not a name or a dictionary"
    if "name" not in entry:
        return 'holds a dictionary without "name"'
    if not isinstance(entry["name"], str | Unknown):
        return f"holds a name that is {kind_of(entry['name'])}"
    return None


def _check_parameters(graph: FlowGraph, argument: Argument, mapping: Value, report: Report) -> None:
    known = [parameter.name for parameter in graph.parameters]
    for name in _filled(mapping):
        if name not in known:
            help_text = did_you_mean(name, known) or (f"parameters are {listed(known)}" if known else "the flow has no parameters")
            report(codes.UNKNOWN_TRIGGER_PARAMETER, argument.span, name=name, help=help_text)


def _filled(mapping: Value) -> Iterator[str]:
    """Yield the parameters that an event fills: keys, or entries of a list, alone or first of a pair."""
    entries: list[Value] = list(mapping) if isinstance(mapping, dict | list | tuple) else []
    for entry in entries:
        if isinstance(entry, tuple) and entry:
            entry = entry[0]
        if isinstance(entry, str):
            yield entry
