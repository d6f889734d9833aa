"""The DAG file as data: what `lower` makes and `emit` writes. Task ids are final, places among variables are not chosen yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flowc.ir.graph import StepName

Verb = Literal["step", "loop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTask:
    """One step of the flow, or a loop whose turns one task runs: then `step` is the loop's first step.

    each: the task id of the planner whose addresses the step runs at; None at the top of the flow. control: a planner or gate reads
    what the step hands over. environment: beside what all steps share, in order. outlet: the asset that it updates. retries: how
    many Airflow makes, `retry_seconds` apart, growing up to `most_retry_seconds` where that is said. Seconds may be fractions.
    pod, python: the constant of its pod and its interpreter, where they are not those that most steps have.
    scheduling: further arguments of the operator: pool, queue and so on.
    """

    task_id: str
    verb: Verb
    step: StepName
    doc: str | None
    each: str | None
    control: bool
    environment: tuple[tuple[str, str], ...]
    outlet: str | None
    retries: int
    retry_seconds: float
    most_retry_seconds: float | None = None
    timeout_seconds: float | None
    pod: str | None = None
    python: str | None = None
    scheduling: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Makes the addresses of the items of a foreach from what its step `of` handed over."""

    task_id: str
    of: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmGate:
    """In front of one arm of a switch: skipped unless step `switch` chose `target`; task `opener` ran the switch."""

    task_id: str
    switch: StepName
    target: StepName
    opener: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGate:
    """In front of step `of`, where arms come together: skipped if none of `openers` (task ids) ran."""

    task_id: str
    of: StepName
    openers: tuple[str, ...]


Gate = ArmGate | MergeGate


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One segment of the body of a foreach: a mapped task group over the addresses of planner `over`."""

    group_id: str
    over: str
    steps: tuple[StepTask, ...]
    gates: tuple[Gate, ...]
    edges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormParameter:
    """A parameter of the flow in the trigger form. `has_default` is false where a run must give a value.

    title: what the form calls it, None for its name. choices: the values that it may have, empty for any.
    """

    name: str
    types: tuple[str, ...]
    has_default: bool
    default: object
    help: str | None
    title: str | None
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a flow runs by itself: at the times of `cron`, and whenever all assets of one of the tuples in `assets` were updated."""

    cron: str | None
    timezone: str
    assets: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitHook:
    """Calls the flow's exit hooks when the run is over. `behind`: the tasks that may be the last to end, whatever fails."""

    task_id: str
    end: StepName
    behind: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PodForm:
    """What makes every step a pod: pod templates by the constants that hold them, `usual` the constant of most steps.

    prefix: what the names of pods begin with. keywords: further arguments of every operator.
    """

    templates: tuple[tuple[str, Mapping[str, Any]], ...]
    usual: str
    prefix: str
    startup_seconds: int
    keywords: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dag:
    """One DAG file. `units` stand in the order they are written; `edges` lead between ids of tasks and groups at the top.

    A planner follows its step, and a group its planner, without an edge of ours. defaults: arguments that every task has.
    event_parameters: the template of the parameters where events bring some along, in lines; empty where none does.
    max_active_runs, max_active_tasks: caps, None for those of the site. run_timeout_minutes: after them a run has failed.
    """

    dag_id: str
    doc: str | None
    schedule: Schedule | None
    exit_hook: ExitHook | None
    parameters: tuple[FormParameter, ...]
    units: tuple[StepTask | Planner | Group, ...]
    gates: tuple[Gate, ...]
    edges: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, str], ...]
    python: str
    max_map_length: int
    defaults: tuple[tuple[str, object], ...] = ()
    event_parameters: tuple[str, ...] = ()
    max_active_runs: int | None = None
    max_active_tasks: int | None = None
    run_timeout_minutes: int | None = None
    pods: PodForm | None = None
