"""What a flow can use, one name for each, and where a given flow uses it. A target takes its stance on every one of these."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from flowc.ir.graph import MISSING, Decorator, FlowGraph, Next, NextForeach, NextGang, NextSplit, NextSwitch, Parameter, Step, StepName
from flowc.ir.regions import RegionTree
from flowc.ir.values import Unknown
from flowc.source import Span


class Construct(StrEnum):
    """One thing that a flow can use. The value is how people read it."""

    SINGLE_STEP = "single-step flow"
    LINEAR = "linear transition"
    SPLIT = "static split"
    FOREACH = "foreach"
    NESTED_FOREACH = "nested foreach"
    JOIN = "join"
    JOIN_OPENS = "join that opens a split, foreach or switch"
    SWITCH = "switch"
    SWITCH_IN_FOREACH = "switch in a foreach body"
    SHARED_TAIL = "switch arms that share a tail"
    LOOP = "loop"
    GANG = "gang of parallel processes"

    PARAMETER = "parameter"
    JSON_PARAMETER = "JSON parameter"
    COMPUTED_DEFAULT = "parameter default computed when the flow is deployed"
    INCLUDE_FILE = "file parameter"
    CONFIG = "config"

    RETRY = "@retry"
    CATCH = "@catch"
    TIMEOUT = "@timeout"
    RESOURCES = "@resources"
    KUBERNETES = "@kubernetes"
    BATCH = "@batch"
    ENVIRONMENT = "@environment"
    SECRETS = "@secrets"
    CONDA = "@conda"
    PYPI = "@pypi"
    CARD = "@card"
    PARALLEL = "@parallel"
    USER_DECORATOR = "step decorator of the user's own"

    SCHEDULE = "@schedule"
    PROJECT = "@project"
    TRIGGER = "@trigger"
    TRIGGER_ON_FINISH = "@trigger_on_finish"
    CONDA_BASE = "@conda_base"
    PYPI_BASE = "@pypi_base"
    EXIT_HOOK = "@exit_hook"
    OTHER_DECORATOR = "another decorator of flowc or Metaflow"


_DECORATORS = {construct.value[1:]: construct for construct in Construct if construct.value.startswith("@")}


@dataclass(frozen=True, slots=True)
class Usage:
    """One place where a flow uses a construct; `what` names the thing there, as in `step "train"`."""

    construct: Construct
    what: str
    span: Span


def usages(tree: RegionTree) -> tuple[Usage, ...]:
    """Return every use of every construct of the flow: steps in source order, then parameters, configs, flow decorators."""
    graph = tree.graph
    found: list[Usage] = []
    before = predecessors(graph)
    for step in graph.steps:
        found.extend(_of_step(tree, step, before[step.name]))
    for parameter in graph.parameters:
        found.append(Usage(_of_parameter(parameter), f'parameter "{parameter.name}"', parameter.span))
    for config in graph.configs:
        found.append(Usage(Construct.CONFIG, f'config "{config.name}"', config.span))
    for decorator in graph.decorators:
        if decorator.origin == "flowc":
            found.append(Usage(_of_decorator(decorator), f'flow "{graph.name}"', decorator.span))
    return tuple(found)


def _of_step(tree: RegionTree, step: Step, before: tuple[StepName, ...]) -> Iterator[Usage]:
    what = f'step "{step.name}"'
    if step.inputs:
        yield Usage(Construct.JOIN, what, step.span)
    elif len(before) > 1 and step.name not in tree.loops and not _meets(tree, step.name):
        yield Usage(Construct.SHARED_TAIL, what, step.span)
    if step.name in tree.loops:
        yield Usage(Construct.LOOP, what, step.span)
    if step.inputs and isinstance(step.transition, NextSplit | NextForeach | NextGang | NextSwitch):
        yield Usage(Construct.JOIN_OPENS, what, step.transition.span)
    yield Usage(_of_transition(tree, step), what, step.transition.span if step.transition else step.span)
    for decorator in step.decorators:
        if decorator.origin == "user":
            yield Usage(Construct.USER_DECORATOR, what, decorator.span)
        elif decorator.name != "step":
            yield Usage(_of_decorator(decorator), what, decorator.span)


def _of_transition(tree: RegionTree, step: Step) -> Construct:
    in_foreach = foreach_around(tree, step.name) is not None
    match step.transition:
        case None:
            return Construct.SINGLE_STEP if len(tree.graph.steps) == 1 else Construct.LINEAR
        case Next():
            return Construct.LINEAR
        case NextSplit():
            return Construct.SPLIT
        case NextForeach():
            return Construct.NESTED_FOREACH if in_foreach else Construct.FOREACH
        case NextGang():
            return Construct.GANG
        case NextSwitch():
            return Construct.SWITCH_IN_FOREACH if in_foreach else Construct.SWITCH
        case _:
            assert_never(step.transition)


def _meets(tree: RegionTree, target: StepName) -> bool:
    """Whether all ways from the step that dominates `target` come together there."""
    dominator = tree.places[target].dom
    if dominator is None:
        return False
    place = tree.loops.get(dominator) or tree.places[dominator]
    return place.meet == target


def foreach_around(tree: RegionTree, step: StepName) -> StepName | None:
    """Return the innermost foreach step whose body holds `step`, or None."""
    scope = tree.places[step].scope
    while scope is not None:
        opener = scope[0]
        if isinstance(tree.graph.by_name[opener].transition, NextForeach):
            return opener
        scope = tree.places[opener].scope
    return None


def _of_parameter(parameter: Parameter) -> Construct:
    if parameter.type == "file":
        return Construct.INCLUDE_FILE
    if parameter.default is not MISSING and isinstance(parameter.default, Unknown):
        return Construct.COMPUTED_DEFAULT
    return Construct.JSON_PARAMETER if parameter.type == "json" else Construct.PARAMETER


def _of_decorator(decorator: Decorator) -> Construct:
    return _DECORATORS.get(decorator.name, Construct.OTHER_DECORATOR)


def predecessors(graph: FlowGraph) -> dict[StepName, tuple[StepName, ...]]:
    """Return, for every step, the steps with an edge to it, in source order; each once."""
    found: dict[StepName, list[StepName]] = {step.name: [] for step in graph.steps}
    for step in graph.steps:
        for target in step.targets:
            found[target].append(step.name)
    return {name: tuple(steps) for name, steps in found.items()}
