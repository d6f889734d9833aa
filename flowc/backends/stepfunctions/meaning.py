"""What the files of a flow on Step Functions mean, for `flowc diff`: each file is read on its own, as plain JSON."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flowc.backends.meaning import RETRY_DELAY, FlowFacts, StepFacts
from flowc.backends.stepfunctions.jobs import USUAL_SIZE
from flowc.backends.stepfunctions.provenance import owner_of
from flowc.errors import UsageError
from flowc.runtime_shim import contract

_OURS: Final = "FLOWC_"
_GRANTING: Final = ("jobRoleArn", "executionRoleArn", "privileged", "volumes", "secrets")
"""Entries of a container through which it reaches more than its image and its store."""
_NOTHING: Final[Mapping[str, Any]] = {}


def read_facts(text: str, name: str) -> FlowFacts:
    """Return what one of the files means; `name` is how errors call it. Raises UsageError for a file that flowc did not write."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{name} is no JSON: {error}", help="compile it anew") from error
    match found:
        case {"States": dict(), "Comment": str(comment)} if owner_of(comment) is not None:
            return _machine(found)
        case list() if all(isinstance(entry, dict) and "containerProperties" in entry for entry in found):
            return _definitions(found)
        case {"stateMachine": dict()}:
            return _deployment(found)
        case {"machine": {"policy": dict()}, "job": {"policy": dict()}}:
            return _policies(found)
        case _:
            raise UsageError(f"{name} was not written by flowc, so that it cannot be compared", help="compile into another folder")


def _facts(
    *,
    code: str | None = None,
    schedule: str | None = None,
    root: str | None = None,
    settings: Mapping[str, str] = _NOTHING,
    steps: Mapping[str, StepFacts] = _NOTHING,
    edges: frozenset[tuple[str, str]] = frozenset(),
) -> FlowFacts:
    return FlowFacts(code=code, schedule=schedule, root=root, parameters={}, settings=settings, steps=steps, edges=edges)


def _machine(machine: Mapping[str, Any]) -> FlowFacts:
    steps: dict[str, StepFacts] = {}
    settings: dict[str, str] = {}
    codes: list[str] = []
    states = dict(_states(machine))
    for name, state in states.items():
        if state["Type"] == "Map":
            settings[f"{name}.MaxConcurrency"] = str(state.get("MaxConcurrency"))
        told = _told(state)
        step = told.get(contract.STEP)
        if step is None or contract.CAUGHT in told or step in steps:
            continue
        if contract.CODE in told:
            codes.append(told[contract.CODE])
        steps[step] = _step(state, told)
    return _facts(code=codes[0] if codes else None, settings=settings, steps=steps, edges=frozenset(_edges(machine)))


def _states(machine: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    pending = [machine]
    while pending:
        here = pending.pop(0)
        yield from here["States"].items()
        for state in here["States"].values():
            pending.extend(_inside(state))


def _inside(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())]


def _told(state: Mapping[str, Any]) -> dict[str, str]:
    """The literal variables of a state's job; none for a state that runs none."""
    overrides = state.get("Parameters", {}).get("ContainerOverrides", {})
    return {entry["Name"]: str(entry.get("Value", entry.get("Value.$"))) for entry in overrides.get("Environment", ())}


def _step(state: Mapping[str, Any], told: Mapping[str, str]) -> StepFacts:
    parameters = state["Parameters"]
    retrier: Mapping[str, Any] = next((found for found in state.get("Retry", ()) if "States.TaskFailed" in found["ErrorEquals"]), {})
    seconds = parameters.get("Timeout", {}).get("AttemptDurationSeconds")
    given = parameters["ContainerOverrides"].get("ResourceRequirements", ())
    sizes = dict(USUAL_SIZE) | {size["Type"]: size["Value"] for size in given}
    other = {"queue": parameters["JobQueue"], RETRY_DELAY: f"{retrier.get('IntervalSeconds', 0)} s"}
    other |= {f"tag {key}": value for key, value in parameters.get("Tags", {}).items()}
    if "Catch" in state:
        other["catch"] = "yes"
    return StepFacts(
        retries=int(retrier.get("MaxAttempts", 0)),
        timeout=None if seconds is None else float(seconds),
        env={name: value for name, value in told.items() if not name.startswith(_OURS)},
        pod={f"resources.{kind.lower()}": value for kind, value in sizes.items()},
        other=other,
    )


def _edges(machine: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every way from one state to another, into branches and items and out of them; `compare` passes over all that is no step."""
    pending: list[tuple[Mapping[str, Any], str | None]] = [(machine, None)]
    while pending:
        here, behind = pending.pop()
        for name, state in here["States"].items():
            inside = _inside(state)
            after = state.get("Next") or (behind if state.get("End") else None)
            for part in inside:
                yield name, part["StartAt"]
                pending.append((part, after))
            ways = [choice["Next"] for choice in state.get("Choices", ())]
            if not inside and after is not None:
                ways.append(after)
            if state["Type"] == "Succeed" and behind is not None:
                ways.append(behind)
            yield from ((name, way) for way in ways)


def _definitions(definitions: list[dict[str, Any]]) -> FlowFacts:
    """Job definitions have a digest for a name, so they are told apart by their place."""
    steps, root = {}, None
    for place, definition in enumerate(definitions, start=1):
        container = definition["containerProperties"]
        env = {entry["name"]: entry["value"] for entry in container.get("environment", ())}
        root = env.get(contract.ROOT, root)
        leaves = dict(_leaves({key: value for key, value in container.items() if key not in ("image", "environment")}))
        granting = {path for path in leaves if path.partition(".")[0].partition("[")[0] in _GRANTING}
        steps[f"job definition {place}" if len(definitions) > 1 else "job definition"] = StepFacts(
            image=container.get("image"),
            env={key: value for key, value in env.items() if not key.startswith(_OURS)},
            pod={path: value for path, value in leaves.items() if path not in granting},
            grants=frozenset(f"{path}: {leaves[path]}" for path in granting),
        )
    return _facts(root=root, steps=steps)


def _deployment(deployment: Mapping[str, Any]) -> FlowFacts:
    schedules = [f"{each['ScheduleExpression']} {each['ScheduleExpressionTimezone']}" for each in deployment.get("schedules", ())]
    rules = {f"rule {rule['Name']}": f"{rule['EventPattern']} on {rule['EventBusName']}" for rule in deployment.get("rules", ())}
    settings = dict(_leaves(deployment["stateMachine"])) | rules | {"alias": str(deployment.get("alias"))}
    return _facts(schedule="; ".join(schedules) or None, settings=settings)


def _policies(roles: Mapping[str, Any]) -> FlowFacts:
    steps = {}
    for kind, role in roles.items():
        said = [f"{action} on {place}" for part in role["policy"]["Statement"] for action in part["Action"] for place in part["Resource"]]
        trusted = [str(part["Principal"]) for part in role.get("trust", {}).get("Statement", ())]
        grants = frozenset((*said, *(f"taken by {who}" for who in trusted)))
        steps[f"role {kind}"] = StepFacts(grants=grants, other={"name": str(role.get("name"))})
    return _facts(steps=steps)


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, text) of every scalar inside of `value`; members of lists by their name where they have one."""
    pending: list[tuple[str, object]] = [(path, value)]
    while pending:
        here, inner = pending.pop(0)
        if isinstance(inner, dict):
            pending.extend((f"{here}.{key}" if here else str(key), item) for key, item in inner.items())
        elif isinstance(inner, list):
            for number, item in enumerate(inner):
                named = item.get("name") or item.get("key") or item.get("type") if isinstance(item, dict) else None
                pending.append((f"{here}[{named or number}]", item))
        else:
            yield here, str(inner)
