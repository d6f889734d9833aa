"""A flow for Argo as data: what `lower` makes and `emit` writes. Names are final."""

from dataclasses import dataclass, field
from typing import Literal

from flowc.backends.pods.model import Pod
from flowc.ir.graph import StepName

COUNT = "count"
NEXT = "next"
AT = "at"
OUTPUTS = (COUNT, NEXT, AT)
"""What the shim hands over, in the order in which it is written."""


@dataclass(frozen=True, slots=True)
class When:
    """Runs only where task `task` handed over `target` as its `next`."""

    task: str
    target: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of a DAG. `at` is its address, as text that Argo completes.

    depends: the expression, empty for none. count: the task or input whose `count` says how many items it has. gives_count: hands that
    count on as an input instead.
    """

    name: str
    template: str
    at: str
    depends: str = ""
    when: When | None = None
    count: str | None = None
    gives_count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DagTemplate:
    """A region as a DAG. outputs: name and expression. parallelism: how many of its tasks run at a time.

    top: the one that takes no address. counted: takes `count` beside the address.
    """

    name: str
    tasks: tuple[Task, ...]
    outputs: tuple[tuple[str, str], ...] = ()
    top: bool = False
    counted: bool = False
    parallelism: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """`limit` further attempts, `seconds` apart, growing up to `most_seconds` where that is said."""

    limit: int
    seconds: float
    most_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTemplate:
    """One step, or a loop whose turns one container runs: then `step` is the loop's first step.

    outputs: of `OUTPUTS`. environment: beside what all steps share, final text of Kubernetes. deadline_seconds: of one attempt.
    gang: started as a Job of `count` members.
    """

    name: str
    verb: Literal["step", "loop", "exit-hook"]
    step: StepName
    argument: str
    outputs: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    retry: Retry | None
    deadline_seconds: int | None
    pod: Pod
    takes_at: bool = True
    gang: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunParameter:
    """A parameter of the workflow; `value` is None where a run must give one, `choices` are empty where it may be any."""

    name: str
    value: str | None
    description: str | None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopTurns:
    """How far a loop can go: `copies` turns side by side at each of `levels` levels of nesting."""

    first: StepName
    copies: int
    levels: int

    @property
    def turns(self) -> int:
        """The most turns that the loop can take."""
        return self.copies * self.levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """The regions of a flow as DAG templates, the first is the entry; what its steps must hand over; how far its loops go.

    levels: the deepest nesting of templates, every loop at its last turn; deepest: the step there. fused: loops that one container runs.
    """

    dags: tuple[DagTemplate, ...]
    outputs: "dict[StepName, frozenset[str]]"
    step_names: "dict[StepName, str]"
    loops: tuple[LoopTurns, ...]
    levels: int
    deepest: StepName
    fused: "dict[StepName, frozenset[str]]" = field(default_factory=dict)
    gangs: frozenset[StepName] = frozenset()
