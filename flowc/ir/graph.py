"""The flow graph: the flow as its source says it, flat and faithful, with a span on everything a finding may point at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NewType

from flowc.ir.effects import Effect
from flowc.ir.values import Value
from flowc.source import Span

StepName = NewType("StepName", str)
ArtifactName = NewType("ArtifactName", str)
CaseKey = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow of a transition: the step it leads to and where the source says so."""

    target: StepName
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """`self.next(self.a)`."""

    edge: Edge
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSplit:
    """`self.next(self.a, self.b)`: every branch runs."""

    edges: tuple[Edge, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextForeach:
    """`self.next(self.a, foreach="xs")`: the body runs once per item of artifact `over`."""

    edge: Edge
    over: ArtifactName
    over_span: Span = field(compare=False)
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextGang:
    """`self.next(self.a, num_parallel=4)`: so many processes of one step run at the same time and see each other."""

    edge: Edge
    size: Value
    size_span: Span = field(compare=False)
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Case:
    """One entry of a switch: the value that chooses it and the edge taken."""

    key: CaseKey
    edge: Edge
    key_span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSwitch:
    """`self.next({"a": self.a, "b": self.b}, condition="kind")`: the value of artifact `condition` chooses one case."""

    cases: tuple[Case, ...]
    condition: ArtifactName
    condition_span: Span = field(compare=False)
    span: Span = field(compare=False)


Transition = Next | NextSplit | NextForeach | NextGang | NextSwitch


def edges_of(transition: Transition | None) -> tuple[Edge, ...]:
    """Return every edge of a transition, in source order."""
    match transition:
        case None:
            return ()
        case Next(edge=edge) | NextForeach(edge=edge) | NextGang(edge=edge):
            return (edge,)
        case NextSplit(edges=edges):
            return edges
        case NextSwitch(cases=cases):
            return tuple(case.edge for case in cases)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a decorator as read; `name` is None for a positional one that no signature names."""

    name: str | None
    value: Value
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decorator:
    """A decorator of a step or flow. `name` is the authoring name (`retry`) whatever it was imported as.

    `origin` is "flowc" for an authoring name of flowc or metaflow, "user" for the user's own, which wraps the step at run time.
    """

    name: str
    origin: Literal["flowc", "user"]
    arguments: tuple[Argument, ...] = ()
    span: Span = field(compare=False)

    def value(self, name: str, default: Value = None) -> Value:
        """Return the argument called `name`, or `default` where it was not given."""
        return next((argument.value for argument in self.arguments if argument.name == name), default)

    def argument(self, name: str) -> Argument | None:
        """Return the argument called `name`, or None."""
        return next((argument for argument in self.arguments if argument.name == name), None)


@dataclass(frozen=True, slots=True)
class Use:
    """`self.NAME` read, written or deleted in a step's body (helper methods it calls on `self` included).

    `guarded`: an AttributeError there is caught, or it runs only when somebody calls the function that it stands in.
    """

    name: ArtifactName
    kind: Literal["read", "write", "delete"]
    span: Span = field(compare=False)
    guarded: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One `@step` method. `transition` is None for the end step, and for a step whose transition could not be read.

    `further` are the edges of its other calls of `self.next`, where it has several: the flow has an error then. `effects` say what it does
    to artifacts as `uses` do, but in how sure a way.
    """

    name: StepName
    inputs: bool
    transition: Transition | None
    further: tuple[Edge, ...] = ()
    decorators: tuple[Decorator, ...] = ()
    starts: bool = False
    ends: bool = False
    doc: str | None = None
    uses: tuple[Use, ...] = field(default=(), compare=False)
    opaque_uses: bool = field(default=False, compare=False)
    effects: tuple[Effect, ...] = field(default=(), compare=False, repr=False)
    span: Span = field(compare=False)
    body_span: Span = field(compare=False)

    def decorator(self, name: str) -> Decorator | None:
        """Return flowc's own decorator called `name`, or None."""
        return next((found for found in self.decorators if found.name == name and found.origin == "flowc"), None)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Every edge that leaves the step, in source order; a switch with two cases for one target has two."""
        return (*self.further, *edges_of(self.transition))

    @property
    def targets(self) -> tuple[StepName, ...]:
        """Distinct targets in source order."""
        return tuple(dict.fromkeys(edge.target for edge in self.edges))


ParameterType = Literal["str", "int", "float", "bool", "json", "file"]


class Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()
"""Stands for "no default was given", which is not the same as a default of None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`attribute = Parameter("name", …)` or `IncludeFile` (type "file").

    `default` is MISSING where none is given, and `Unknown` where it is computed at deploy time. `path` is the file that the
    default of an `IncludeFile` names, posix and relative to the project root; None where it names none that the project holds.
    `choices` are the values of a "str" that may be given; empty: any.
    """

    name: str
    attribute: str
    type: ParameterType
    default: Value | Missing = MISSING
    required: bool = False
    help: str | None = None
    separator: str | None = None
    is_text: bool = True
    encoding: str | None = None
    path: str | None = None
    choices: tuple[str, ...] = ()
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`attribute = Config("name", default="file.json")`. `value` is its parsed content, or `Unknown`.

    `path` is the file it came from, posix and relative to the project root, for the code package; None for `default_value`.
    """

    name: str
    attribute: str
    value: Value
    path: str | None = None
    parser: str | None = None
    required: bool = False
    help: str | None = None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """A class attribute that is no parameter, config or method."""

    name: str
    value: Value
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the flow class, its bases included, that is no step."""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A member that a later one of the same class body replaces, where one of them is a step, parameter or config."""

    kind: Literal["step", "parameter", "config", "constant", "method"]
    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class FlowGraph:
    """One flow class. Members stand in Metaflow's order: bases first, then source order.

    `environment` is the setting of that name, not the source's: it only stands in front of the deployed name. `fixed` are names that
    mean something in every task, other members among them; `untold` says that code which flowc does not read may set attributes.
    """

    name: str
    file: str
    project_path: str
    doc: str | None = None
    steps: tuple[Step, ...]
    parameters: tuple[Parameter, ...] = ()
    configs: tuple[Config, ...] = ()
    constants: tuple[Constant, ...] = ()
    methods: tuple[Method, ...] = ()
    decorators: tuple[Decorator, ...] = ()
    shadowed: tuple[Shadowed, ...] = field(default=(), compare=False)
    environment: str | None = None
    fixed: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    untold: bool = field(default=False, compare=False, repr=False)
    span: Span = field(compare=False)

    @cached_property
    def by_name(self) -> Mapping[StepName, Step]:
        """Steps by name."""
        return {step.name: step for step in self.steps}

    @cached_property
    def start(self) -> StepName | None:
        """The step marked `@step(start=True)`, else the one called `start`, else the only step; None if there is none."""
        marked = [step.name for step in self.steps if step.starts]
        if marked:
            return marked[0]
        if StepName("start") in self.by_name:
            return StepName("start")
        return self.steps[0].name if len(self.steps) == 1 else None

    @cached_property
    def end(self) -> StepName | None:
        """The step marked `@step(end=True)`, else the one called `end`, else the only step; None if there is none."""
        marked = [step.name for step in self.steps if step.ends]
        if marked:
            return marked[0]
        if StepName("end") in self.by_name:
            return StepName("end")
        return self.steps[0].name if len(self.steps) == 1 else None

    def decorator(self, name: str) -> Decorator | None:
        """Return flowc's own flow decorator called `name`, or None."""
        return next((found for found in self.decorators if found.name == name and found.origin == "flowc"), None)

    @property
    def deployed_name(self) -> str:
        """`Flow`, or `project.branch.Flow` under `@project`, whose branch is `main` where none is given: never who compiles.

        Behind `environment.` where the settings name one.
        """
        parts = [self.name]
        project = self.decorator("project")
        name = project.value("name") if project else None
        if project is not None and isinstance(name, str):
            branch = project.value("branch")
            parts = [name, branch if isinstance(branch, str) else "main", self.name]
        return ".".join(parts if self.environment is None else [self.environment, *parts])
