"""From the model of a DAG file to its text: a template for what never changes, calls and chains for what does."""

import inspect
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import assert_never

import jinja2

from flowc.backends.airflow.chains import chains, lines
from flowc.backends.airflow.model import ArmGate, Dag, FormParameter, Gate, Group, MergeGate, Planner, Schedule, StepTask
from flowc.backends.airflow.names import variables
from flowc.backends.airflow.python_text import INDENT, WIDTH, Code, call_text, columns, escaped, pieces, quoted, value_text, wrapped
from flowc.backends.airflow.templating import literal
from flowc.runtime_shim import contract

Edges = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the file came from: flowc's version, the flow's source file and its digest, and the options that shaped it."""

    version: str
    source: str
    digest: str
    options: str


@dataclass(frozen=True, slots=True)
class _Unit:
    """One statement at the top of the DAG, or a group with its body."""

    name: str
    text: str
    body: tuple[str, ...] = ()


def emit(dag: Dag, provenance: Provenance) -> str:
    """Return the text of the DAG file: the same for the same arguments, on any machine."""
    names = variables(_ids(dag))
    groups = [unit for unit in dag.units if isinstance(unit, Group)]
    gates = [*dag.gates, *(gate for group in groups for gate in group.gates)]
    arms = any(isinstance(gate, ArmGate) for gate in gates)
    merges = any(isinstance(gate, MergeGate) for gate in gates)
    steps = [unit for unit in dag.units if isinstance(unit, StepTask)] + [step for group in groups for step in group.steps]
    uses_task = bool(groups or arms or merges)
    sdk = [
        *("DAG", "Asset"),
        *(["Param"] if dag.parameters else []),
        *(["task"] if uses_task else []),
        *(["task_group"] if groups else []),
    ]
    return _template().render(
        docstring=docstring(dag.dag_id, dag.doc, provenance),
        uses_timedelta=uses_task or dag.run_timeout_minutes is not None or any(step.retries or step.timeout_seconds for step in steps),
        sdk_names=", ".join(sdk),
        uses_task=uses_task,
        groups=bool(groups),
        arms=arms,
        merges=merges,
        pods=dag.pods,
        templates=[(name, value_text(dict(value), len(name) + 3)) for name, value in (dag.pods.templates if dag.pods else ())],
        python=dag.python if dag.pods else literal(shlex.quote(dag.python)),
        max_map_length=dag.max_map_length,
        event_parameters=[quoted(piece) for line in dag.event_parameters for piece in pieces(line, WIDTH - len(INDENT))],
        environment=dag.environment,
        dag_id=dag.dag_id,
        defaults=value_text({"retries": 0, "owner": "flowc", **dict(dag.defaults)}, len("    default_args="), len(INDENT)),
        caps=_caps(dag),
        cron=dag.schedule is not None and dag.schedule.cron is not None,
        triggered=dag.schedule is not None and bool(dag.schedule.assets),
        schedule=schedule_text(dag.schedule),
        exit_hook=_exit_hook_lines(dag, names),
        parameters=[(parameter.name, _parameter_text(parameter)) for parameter in dag.parameters],
        units=_units(dag, names),
        edges=_edge_lines(dag.edges, dag.gates, names, indent=4),
    )


def _caps(dag: Dag) -> list[tuple[str, object]]:
    caps = [("max_active_runs", dag.max_active_runs), ("max_active_tasks", dag.max_active_tasks)]
    timeout = [] if dag.run_timeout_minutes is None else [("dagrun_timeout", Code(f"timedelta(minutes={dag.run_timeout_minutes})"))]
    return [*((name, value) for name, value in caps if value is not None), *timeout]


def _ids(dag: Dag) -> Iterable[str]:
    for unit in dag.units:
        match unit:
            case StepTask() | Planner():
                yield unit.task_id
            case Group():
                yield unit.group_id
                yield from (step.task_id for step in unit.steps)
                yield from (gate.task_id for gate in unit.gates)
            case _:
                assert_never(unit)
    yield from (gate.task_id for gate in dag.gates)
    if dag.exit_hook is not None:
        yield dag.exit_hook.task_id


def _units(dag: Dag, names: Mapping[str, str]) -> list[_Unit]:
    mentioned = {end for edge in dag.edges for end in edge}
    mentioned.update(unit.over for unit in dag.units if isinstance(unit, Group))
    gates = {gate.task_id: gate for gate in dag.gates}
    units = []
    for unit in dag.units:
        match unit:
            case StepTask():
                units.append(_Unit(unit.task_id, _assigned(unit.task_id, _step_call(unit), mentioned, names, 4)))
            case Planner():
                units.append(_Unit(unit.task_id, _assigned(unit.task_id, _planner_call(unit), mentioned, names, 4)))
            case Group():
                name = names[unit.group_id]
                call = f"{name}.expand(at={names[unit.over]})"
                units.append(_Unit(name, f"{name} = {call}" if unit.group_id in mentioned else call, tuple(_body(unit, names))))
            case _:
                assert_never(unit)
    units.extend(_Unit(line, line) for line in _gate_lines(tuple(gates.values()), dag.edges, names, indent=4))
    return units


def _body(group: Group, names: Mapping[str, str]) -> list[str]:
    mentioned = {end for edge in group.edges for end in edge}
    return [
        *(_assigned(step.task_id, _step_call(step), mentioned, names, 8) for step in group.steps),
        *_gate_lines(group.gates, group.edges, names, indent=8),
        *_edge_lines(group.edges, group.gates, names, indent=8),
    ]


Call = tuple[str, list[object], dict[str, object]]


def _assigned(task_id: str, call: Call, mentioned: set[str], names: Mapping[str, str], indent: int) -> str:
    target = f"{names[task_id]} = " if task_id in mentioned else ""
    return target + call_text(*call, column=indent + columns(target), indent=indent)


def _step_call(task: StepTask) -> Call:
    keywords: dict[str, object] = {}
    if task.verb != "step":
        keywords["verb"] = task.verb
        keywords |= _unusual_id(task.task_id, f"{task.step}__{task.verb}")
    if task.each is not None:
        keywords["each"] = task.each
    if task.control:
        keywords["control"] = True
    if task.environment:
        keywords["env"] = dict(task.environment)
    if task.pod is not None:
        keywords["pod"] = Code(task.pod)
    if task.python is not None:
        keywords["python"] = task.python
    if task.retries:
        keywords["retries"] = task.retries
        keywords["retry_delay"] = _timedelta(task.retry_seconds)
        if task.most_retry_seconds is not None:
            # A bool: 2.10 to 3.1 raise TypeError on a factor.
            keywords["retry_exponential_backoff"] = True
            keywords["max_retry_delay"] = _timedelta(task.most_retry_seconds)
    if task.timeout_seconds is not None:
        keywords["execution_timeout"] = _timedelta(task.timeout_seconds)
    keywords.update(task.scheduling)
    if task.outlet is not None:
        keywords["outlets"] = [_asset(task.outlet)]
    if task.doc and task.doc.strip():
        keywords["doc_md"] = inspect.cleandoc(task.doc)
    return "step", [task.step], keywords


def _planner_call(planner: Planner) -> Call:
    return "foreach", [planner.of], _unusual_id(planner.task_id, f"{planner.of}__splits")


def _gate_call(gate: Gate) -> Call:
    match gate:
        case ArmGate():
            usual = [gate.switch, gate.target] if gate.opener == gate.switch else [gate.switch, gate.target, gate.opener]
            return "arm", list(usual), _unusual_id(gate.task_id, f"{gate.switch}__{gate.target}")
        case MergeGate():
            return "merge_of", [gate.of, *gate.openers], _unusual_id(gate.task_id, f"{gate.of}__live")
        case _:
            assert_never(gate)


def _unusual_id(task_id: str, usual: str) -> dict[str, object]:
    return {} if task_id == usual else {"task_id": task_id}


def _asset(name: str) -> Code:
    return Code(call_text("Asset", [name], {}, -(10**9)))


def schedule_text(schedule: Schedule | None) -> Code:
    """Return the value of a DAG's `schedule`: a list where all assets are meant, `&` and `|` where one of several sets is."""
    if schedule is None:
        return Code("None")
    cron = Code(call_text("CronTriggerTimetable", [schedule.cron], {"timezone": schedule.timezone}, -(10**9)))
    if not schedule.assets:
        return cron
    if schedule.cron is None:
        return _assets_text(schedule.assets, len("    schedule="), len(INDENT))
    assets = _assets_text(schedule.assets, len("        assets="), 2 * len(INDENT))
    call = call_text("AssetOrTimeSchedule", [], {"timetable": cron, "assets": assets}, len("    schedule="), len(INDENT), end=1)
    return Code(call)


def _assets_text(sets: tuple[tuple[str, ...], ...], column: int, indent: int) -> Code:
    if len(sets) == 1:
        return Code(value_text([_asset(name) for name in sets[0]], column, indent))
    flat = [" & ".join(map(_asset, names)) for names in sets]
    flat = [f"({names})" if " & " in names else names for names in flat]
    if column + columns(" | ".join(flat)) + 1 <= WIDTH:
        return Code(" | ".join(flat))
    inner = "\n" + " " * (indent + len(INDENT))
    parts = []
    for names, text in zip(sets, flat, strict=True):
        deeper = inner + INDENT
        whole = "(" + deeper + (deeper + "& ").join(map(_asset, names)) + inner + ")"
        parts.append(text if columns(text) + indent + len(INDENT) + 2 <= WIDTH else whole)
    return Code("(" + inner + (inner + "| ").join(parts) + "\n" + " " * indent + ")")


def _exit_hook_lines(dag: Dag, names: Mapping[str, str]) -> list[str]:
    hook = dag.exit_hook
    if hook is None:
        return []
    variable = names[hook.task_id]
    keywords = {"verb": "exit-hook", "task_id": hook.task_id, "env": {contract.STEP: hook.end}}
    call = call_text("step", ["recorded"], keywords, 4 + columns(variable) + 3, 4, end=14)
    behind = value_text(list(hook.behind), 4 + len("for name in "), 4)
    return [f"{variable} = {call}.as_teardown()", f"for name in {behind}:", f"    dag.get_task(name) >> {variable}"]


def _timedelta(seconds: float) -> Code:
    whole = int(seconds) if float(seconds).is_integer() else seconds
    if isinstance(whole, int) and whole and whole % 60 == 0:
        return Code(f"timedelta(minutes={whole // 60})")
    return Code(f"timedelta(seconds={value_text(whole)})")


def _inline(gates: Iterable[Gate], edges: Edges, names: Mapping[str, str], indent: int) -> dict[str, str]:
    """The calls of gates that are written where their edges are: those of arms, which have one edge in and at most one out."""
    after = dict(edges)
    found = {}
    for gate in gates:
        if isinstance(gate, ArmGate):
            text = call_text(*_gate_call(gate), column=-(10**9))
            follower = after.get(gate.task_id)
            width = columns(f"{names[gate.opener]} >> {text}") + (columns(names[follower]) + 4 if follower else 0)
            if indent + width <= WIDTH:
                found[gate.task_id] = text
    return found


def _gate_lines(gates: tuple[Gate, ...], edges: Edges, names: Mapping[str, str], *, indent: int) -> list[str]:
    """The statements that make the gates which several edges name."""
    inline = _inline(gates, edges, names, indent)
    mentioned = {end for edge in edges for end in edge}
    return [_assigned(gate.task_id, _gate_call(gate), mentioned, names, indent) for gate in gates if gate.task_id not in inline]


def _edge_lines(edges: Edges, gates: tuple[Gate, ...], names: Mapping[str, str], *, indent: int) -> list[str]:
    inline = _inline(gates, edges, names, indent)
    switches = frozenset(gate.opener for gate in gates if isinstance(gate, ArmGate))
    texts = {**names, **inline}
    return [line for chain in chains(edges, switches) for line in lines(chain, texts, frozenset(inline), WIDTH - indent)]


def _parameter_text(parameter: FormParameter) -> str:
    keywords: dict[str, object] = {}
    if parameter.types:
        keywords["type"] = parameter.types[0] if len(parameter.types) == 1 else list(parameter.types)
    if parameter.choices:
        keywords["enum"] = [*parameter.choices, *([None] if "null" in parameter.types else [])]
    if parameter.title is not None:
        keywords["title"] = parameter.title
    if parameter.help:
        keywords["description"] = parameter.help
    column = 2 * len(INDENT) + columns(value_text(parameter.name)) + 2
    return call_text("Param", [parameter.default] if parameter.has_default else [], keywords, column, 2 * len(INDENT), end=1)


def docstring(name: str, doc: str | None, provenance: Provenance) -> str:
    """Return the module docstring: the flow's own, then where the file came from, in the words that `deploy` looks for."""
    text = _without_fences(inspect.cleandoc(doc or "").expandtabs(4))
    own = [piece for line in text.split("\n") for piece in wrapped(line, 120)]
    head = f"{name}: {own.pop(0)}" if own[0] and len(name) < 30 else f"{name}."
    body = "\n".join(own).strip("\n")
    made = f"Written by flowc {provenance.version} from {escaped(_without_fences(provenance.source))} ({provenance.digest})."
    advice = "Edit the flow and compile again, not this file."
    options = f"Options: {escaped(_without_fences(provenance.options))}"
    return '"""' + "\n".join([head, *([body] if body else []), "", made, advice, options]) + '\n"""'


def _without_fences(text: str) -> str:
    """Return `text` without what would end a docstring."""
    return re.sub('""+', lambda found: "'" * len(found[0]), text)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = value_text
    return environment.get_template("dag.py.jinja")
