"""Every text that the flow and the settings hand to a target, with what it is called and where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from flowc.ir.graph import Decorator, FlowGraph
from flowc.settings import Settings
from flowc.source import Span

Place = Literal["variable", "parameter", "config", "constant", "argument", "setting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldText:
    """One text. `name` is what judges it (`DB_PASSWORD`), `what` what a finding calls it, `span` where it is handed over, if anywhere."""

    name: str
    value: str
    what: str
    place: Place
    span: Span | None


def texts_of(graph: FlowGraph) -> Iterator[HeldText]:
    """Yield the texts of decorators, parameter defaults, configs and constants of the flow."""
    for decorator in graph.decorators:
        yield from _of_decorator(decorator)
    for step in graph.steps:
        for decorator in step.decorators:
            yield from _of_decorator(decorator)
    for parameter in graph.parameters:
        if parameter.type != "file":
            for name, value in _texts(parameter.default, parameter.name):
                what = f'default of parameter "{parameter.name}"'
                yield HeldText(name=name, value=value, what=what, place="parameter", span=parameter.span)
    for config in graph.configs:
        for name, value in _texts(config.value, config.name):
            what = f'{name!r} of config "{config.name}"' if name != config.name else f'config "{config.name}"'
            yield HeldText(name=name, value=value, what=what, place="config", span=config.span)
    for constant in graph.constants:
        for name, value in _texts(constant.value, constant.name):
            yield HeldText(name=name, value=value, what=f'class attribute "{constant.name}"', place="constant", span=constant.span)


def texts_of_settings(settings: Settings, targets: Sequence[str]) -> Iterator[HeldText]:
    """Yield the texts of the settings that compiling for `targets` reads."""
    shared: dict[str, object] = {"root": settings.root, "image": settings.image, "python": settings.python}
    tables: Mapping[str, Any] = {"kubernetes": settings.kubernetes, **{name: settings.targets.get(name, {}) for name in targets}}
    for key, given in (*shared.items(), *((f"{table}.{key}", value) for table, rows in tables.items() for key, value in rows.items())):
        for name, value in _texts(given, key.rpartition(".")[2]):
            yield HeldText(name=name, value=value, what=f'setting "{key}"', place="setting", span=None)


_INSIDE: Final = {"environment": 'variable "{}" of @environment', "secrets": 'inline value "{}" of @secrets'}


def _of_decorator(decorator: Decorator) -> Iterator[HeldText]:
    for argument in decorator.arguments:
        for name, value in _texts(argument.value, argument.name or decorator.name):
            inside = _INSIDE.get(decorator.name) if name != argument.name else None
            what = inside.format(name) if inside else f'argument "{argument.name or 1}" of @{decorator.name}'
            yield HeldText(name=name, value=value, what=what, place="variable" if inside else "argument", span=argument.span)


def _texts(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Yield each text in `value` with the nearest key above it; a row with "name" and "value" has the name it says."""
    pending = [(name, value)]
    while pending:
        near, here = pending.pop()
        match here:
            case str():
                yield near, here
            case bytes():
                yield near, here.decode("latin-1")
            case {"name": str(said), "value": str(text)}:
                yield said, text
            case dict() | Mapping():
                pending.extend((key if isinstance(key, str) else near, part) for key, part in reversed(list(here.items())))
            case list() | tuple() | set():
                pending.extend((near, part) for part in reversed(list(here)))
