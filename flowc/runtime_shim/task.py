"""One task made ready to run: its parents found, its code loaded, and the flow bound to it."""

from collections.abc import Callable, Mapping, Sequence

from flowc.runtime_shim.addresses import Parents
from flowc.runtime_shim.artifacts import Artifacts
from flowc.runtime_shim.contract import Attempt, Entry, commit_key
from flowc.runtime_shim.current import Parallel, current
from flowc.runtime_shim.decorators import find, flow_decorators
from flowc.runtime_shim.events import trigger_from
from flowc.runtime_shim.fixed import first_entries, reader, shown_parameters, split_entries
from flowc.runtime_shim.flowspec import Bound, bind
from flowc.runtime_shim.frames import RecordedFrame, enclosing
from flowc.runtime_shim.gangs import control_address, main_address
from flowc.runtime_shim.inputs import Inputs
from flowc.runtime_shim.loading import LoadedFlow
from flowc.runtime_shim.parameters import parameter_values, parameters_of, username
from flowc.runtime_shim.stored_values import StoredValues
from flowc.runtime_shim.task_records import RunRecords
from flowc.runtime_shim.typed import Any, NamedTuple


class Task(NamedTuple):
    """A bound flow and what its commit record will need."""

    flow: Any
    bound: Bound
    inputs: Inputs | None
    fixed: Mapping[str, Entry]
    artifacts: Artifacts
    came_from: list[str] | dict[str, Any]
    parameters: Mapping[str, Any]


def make_task(loaded: LoadedFlow, attempt: Attempt, records: RunRecords, parents: Parents) -> Task:
    """Return the task of `attempt` with `current` set for it.

    Raises MetaflowException for parameters that are wrong, Refused where an item of a join has no record.
    """
    flow_class, planned = loaded.flow_class, loaded.plan["steps"][attempt.step]
    parameters = _parameters(flow_class, attempt, records) if parents.kind == "first" else {}
    fixed, entries = _entries(loaded, parameters, records, parents)
    fixed_value = reader(records.store, records.flow, fixed)
    artifacts = Artifacts(records.store, records.flow, {} if planned["inputs"] else entries)

    def frames_at(step: str, at: str) -> Callable[[], Sequence[RecordedFrame]]:
        found: list[RecordedFrame] = []

        def frames() -> Sequence[RecordedFrame]:
            if not found:
                found.extend(
                    RecordedFrame(records.store, records.flow, opener, opened_at, index, records.commit)
                    for opener, opened_at, index in enclosing(loaded.plan, step, at)
                )
            return found

        return frames

    bound = Bound(
        flow_class,
        attempt.step,
        StoredValues(artifacts),
        fixed_value,
        frames=frames_at(attempt.step, attempt.at),
        plan=planned,
        joins=planned["inputs"],
    )
    flow_class._flowc_running = bound
    _set_current(loaded, attempt, records)
    inputs = _inputs(loaded, records, parents, fixed_value, frames_at) if planned["inputs"] else None
    return Task(
        flow=bind(flow_class, bound),
        bound=bound,
        inputs=inputs,
        fixed=fixed,
        artifacts=artifacts,
        came_from=_came_from(attempt, records, parents),
        parameters=shown_parameters(flow_class, parameters) if parents.kind == "first" else {},
    )


def _parameters(flow_class: type, attempt: Attempt, records: RunRecords) -> dict[str, Any]:
    given = attempt.parameters or {}
    if any(isinstance(value, str) and value.startswith("flowc-file:") for value in given.values()):
        from flowc.runtime_shim.given_files import with_files

        given = with_files(records.store, records.flow, flow_class, given)
    return parameter_values(flow_class, given)


def _entries(
    loaded: LoadedFlow, parameters: Mapping[str, Any], records: RunRecords, parents: Parents
) -> tuple[dict[str, Entry], dict[str, Entry]]:
    if parents.kind == "first":
        return first_entries(records.store, records.flow, loaded.flow_class, parameters), {}
    if parents.kind == "items":
        # A join must not start before all its inputs have committed: looking at each says so.
        for _ in parents.records:
            pass
    return split_entries(loaded.flow_class, parents.records[0]["artifacts"])


def _inputs(
    loaded: LoadedFlow,
    records: RunRecords,
    parents: Parents,
    fixed_value: Callable[[str], Any],
    frames_at: Callable[[str, str], Callable[[], Sequence[RecordedFrame]]],
) -> Inputs:
    def member(number: int) -> Any:
        record = parents.records[number]
        own = split_entries(loaded.flow_class, record["artifacts"])[1]
        values = StoredValues(Artifacts(records.store, records.flow, own))
        step, at = record["step"], record["at"]
        return bind(loaded.flow_class, Bound(loaded.flow_class, step, values, fixed_value, frames=frames_at(step, at)))

    branches: Sequence[str] = ()
    if parents.kind == "branches" and parents.opener is not None:
        branches = loaded.plan["steps"][parents.opener[0]]["next"]
    return Inputs(len(parents.records), member, lambda number: str(parents.records[number]["step"]), branches)


def _came_from(attempt: Attempt, records: RunRecords, parents: Parents) -> list[str] | dict[str, Any]:
    if parents.kind == "items" and parents.opener is not None:
        last = parents.records[0]
        return {"each": last["step"], "at": parents.opener[1], "count": len(parents.records)}
    return [commit_key(records.flow, attempt.run, record["step"], record["at"]) for record in parents.records]


def _set_current(loaded: LoadedFlow, attempt: Attempt, records: RunRecords) -> None:
    name = username(attempt)
    values: dict[str, Any] = {
        "flow_name": loaded.plan["class_name"],
        "deployed_name": attempt.flow,
        "run_id": attempt.run,
        "step_name": attempt.step,
        "task_id": attempt.at,
        "retry_count": attempt.attempt,
        "origin_run_id": None,
        "username": name,
        "namespace": f"user:{name}" if name else None,
        "parameter_names": list(parameters_of(loaded.flow_class)),
    }
    if attempt.gang is not None:
        index, size = attempt.gang
        values["is_parallel"] = True
        values["parallel"] = Parallel(main_address(records.store, attempt), size, index, control_address(attempt.at))
    project = find(flow_decorators(loaded.flow_class), "project")
    if project is not None:
        branch = project.arguments["branch"] or "main"
        values.update(
            project_name=project.arguments["name"],
            branch_name=branch,
            is_user_branch=False,
            is_production=bool(project.arguments["production"]),
            project_flow_name=f"{project.arguments['name']}.{branch}.{loaded.plan['class_name']}",
        )
    lazy: dict[str, Callable[[], Any]] = {
        "tags": lambda: frozenset(attempt.tags or records.run_record().get("tags", ())),
        "trigger": lambda: trigger_from(attempt.trigger or records.run_record().get("trigger")),
        "run": lambda: _client("Run")(f"{attempt.flow}/{attempt.run}", root=attempt.root),
        "task": lambda: _client("Task")(str(current.pathspec), root=attempt.root),
    }
    current._set(values, lazy)


def _client(name: str) -> Any:
    import sys

    return getattr(sys.modules[__name__.partition(".")[0]], name)
