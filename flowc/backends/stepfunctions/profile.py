"""The part of the Amazon States Language that engines agree on: what we emit stays inside, and so does what a person changes in it.

Outside of it Amazon's engine, moto's and the validators differ: NOTES.md says how. A definition is read as plain JSON.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flowc.backends.stepfunctions.names import LABEL_LIMIT, STATE_LIMIT

_KINDS: Final = ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task")
_CONTEXT_IN_CHILDREN: Final = "$$.Execution"
_RESERVED: Final = ("$", "States.")


@dataclass(frozen=True, slots=True)
class Outside:
    """One place where a definition leaves the profile: the state, and a phrase that says how."""

    state: str
    why: str


def outside_profile(definition: Mapping[str, Any]) -> tuple[Outside, ...]:
    """Return every place where a state machine leaves the profile; none for what this target emits."""
    return tuple(_findings(definition))


@dataclass(frozen=True, slots=True)
class _Machine:
    """A machine or a part of one: `child` is true inside of a Distributed Map, `express` where its children are."""

    states: Mapping[str, Mapping[str, Any]]
    start: object
    child: bool


def _findings(definition: Mapping[str, Any]) -> Iterator[Outside]:
    if definition.get("QueryLanguage", "JSONPath") != "JSONPath":
        yield Outside("", "the query language is not JSONPath")
    seen: set[str] = set()
    pending = [_Machine(definition.get("States", {}), definition.get("StartAt"), child=False)]
    while pending:
        machine = pending.pop()
        yield from _flow_of(machine)
        for name, state in machine.states.items():
            if name in seen:
                yield Outside(name, "another state has the same name")
            seen.add(name)
            for why in _flaws(name, state, child=machine.child):
                yield Outside(name, why)
            for branch in state.get("Branches", ()):
                pending.append(_Machine(branch.get("States", {}), branch.get("StartAt"), machine.child))
            if "ItemProcessor" in state:
                processor = state["ItemProcessor"]
                distributed = processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED"
                pending.append(_Machine(processor.get("States", {}), processor.get("StartAt"), machine.child or distributed))


def _flow_of(machine: _Machine) -> Iterator[Outside]:
    """Every state is reached, and every state that is named is there."""
    reached, pending = set(), [machine.start]
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        if not isinstance(name, str) or name not in machine.states:
            yield Outside(str(name), "it is named, and is no state of that machine")
            continue
        reached.add(name)
        pending.extend(_following(machine.states[name]))
    yield from (Outside(name, "nothing leads to it") for name in machine.states if name not in reached)


def _following(state: Mapping[str, Any]) -> Iterator[object]:
    for holder in (state, *state.get("Choices", ()), *state.get("Catch", ())):
        if "Next" in holder:
            yield holder["Next"]
    if "Default" in state:
        yield state["Default"]


def _flaws(name: str, state: Mapping[str, Any], *, child: bool) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in _KINDS:
        yield f"its type is {kind!r}"
    if not name.isascii() or not 0 < len(name) <= STATE_LIMIT:
        yield f"its name is not of 1 to {STATE_LIMIT} ASCII characters"
    if "QueryLanguage" in state:
        yield "it has a query language of its own"
    if "Iterator" in state:
        yield "it has Iterator, which ItemProcessor has replaced"
    if len(state.get("Label", "")) > LABEL_LIMIT:
        yield f"its Label has more than {LABEL_LIMIT} characters"
    for check in _CHECKS:
        yield from check(state)
    for key, value in _entries(state):
        if key == "Assign":
            yield "it assigns a variable"
        if isinstance(value, str):
            yield from _text_flaws(key, value, child=child)


def _text_flaws(key: str, value: str, *, child: bool) -> Iterator[str]:
    if value.startswith(_RESERVED) and not (key.endswith(".$") or key in _PATHS or key in ("ErrorEquals", "Error", "Cause")):
        yield f"{key} is {value!r}, which reads like a path and is none: its key does not end with .$"
    if child and _CONTEXT_IN_CHILDREN in value:
        yield f"{key} asks for {_CONTEXT_IN_CHILDREN} in the child of a Map, where it is the child's"


_PATHS: Final = ("InputPath", "OutputPath", "ResultPath", "ItemsPath", "Variable")


def _results(state: Mapping[str, Any]) -> Iterator[str]:
    selector = state.get("ResultSelector")
    if selector is not None and any("$$" in value for _, value in _entries(selector) if isinstance(value, str)):
        yield "its ResultSelector asks for the context"
    if "ItemBatcher" in state:
        yield "it has an ItemBatcher"
    writer = state.get("ResultWriter", {})
    if any(key.endswith(".$") for key, _ in _entries(writer)):
        yield "its ResultWriter has a computed prefix"


def _reader(state: Mapping[str, Any]) -> Iterator[str]:
    mode = state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode", "INLINE")
    if "ItemReader" in state and mode != "DISTRIBUTED":
        yield "its ItemReader stands beside an Inline Map"


def _errors(state: Mapping[str, Any]) -> Iterator[str]:
    for field in ("Retry", "Catch"):
        handlers = state.get(field, [])
        for place, handler in enumerate(handlers):
            errors = handler.get("ErrorEquals", [])
            if "States.ALL" in errors and (len(errors) > 1 or place < len(handlers) - 1):
                yield f"States.ALL in its {field} is not alone and last"


_CHECKS: Final[tuple[Callable[[Mapping[str, Any]], Iterator[str]], ...]] = (_results, _reader, _errors)


def _entries(state: object) -> Iterator[tuple[str, object]]:
    """Every (key, value) of a state, lists under the key that holds them; not those of states inside of it."""
    pending: list[tuple[str, object]] = [("", state)]
    while pending:
        key, here = pending.pop()
        if isinstance(here, Mapping):
            pending.extend((name, value) for name, value in here.items() if name not in ("States", "Branches"))
        elif isinstance(here, list):
            pending.extend((key, item) for item in here)
        if key:
            yield key, here
