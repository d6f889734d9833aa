"""When a flow starts by itself: requests of EventBridge for `@schedule`, `@trigger` and `@trigger_on_finish`, all of which start the alias.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html, read in November 2026.
"""

from collections.abc import Iterator
from typing import Any, Final

from flowc.backends.stepfunctions.cron import eventbridge_cron
from flowc.backends.stepfunctions.json_text import compact
from flowc.backends.stepfunctions.names import machine_name, resource_name
from flowc.backends.stepfunctions.options import StepFunctionsOptions
from flowc.backends.stepfunctions.places import machine_arn, role_arn
from flowc.ir.cron import CronError
from flowc.ir.decorator_signatures import values_of
from flowc.ir.graph import Decorator, FlowGraph
from flowc.ir.values import Value

ALIAS: Final = "live"


def schedules(graph: FlowGraph, flow: str, options: StepFunctionsOptions) -> list[dict[str, Any]]:
    """Return the requests that make the flow's schedules (Scheduler, CreateSchedule). Assumes what `check_events` has passed."""
    decorator = graph.decorator("schedule")
    expression = None if decorator is None else cron_of(decorator)
    if decorator is None or expression is None:
        return []
    zone = decorator.value("timezone")
    return [
        {
            "Name": resource_name(flow, "schedule"),
            "GroupName": "default",
            "ScheduleExpression": f"cron({eventbridge_cron(expression)})",
            "ScheduleExpressionTimezone": zone if isinstance(zone, str) and zone else "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "ENABLED",
            "Target": {
                "Arn": _alias(flow, options),
                "RoleArn": _role(flow, options),
                "Input": '{"scheduled_time":"<aws.scheduler.scheduled-time>"}',
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10},
            },
        }
    ]


def rules(graph: FlowGraph, flow: str, options: StepFunctionsOptions) -> list[dict[str, Any]]:
    """Return the requests that make the flow's rules (EventBridge, PutRule) with the target of each (PutTargets) under `Targets`."""
    found = []
    for decorator in graph.decorators:
        for name in named(decorator) if decorator.origin == "flowc" else ():
            if decorator.name == "trigger":
                pattern: dict[str, Any] = {"source": [options.event_source], "detail-type": [name]}
                template: dict[str, Any] = {
                    "trigger": {"name": name, "type": "event", "id": "<id>", "timestamp": "<time>"},
                    "detail": "<detail>",
                }
                paths = {"id": "$.id", "time": "$.time", "detail": "$.detail"}
                found.append(_rule(flow, options, f"on-{name}", options.event_bus, pattern, template, paths))
            elif decorator.name == "trigger_on_finish":
                other = deployed_name(name, decorator, graph)
                pattern = {
                    "source": ["aws.states"],
                    "detail-type": ["Step Functions Execution Status Change"],
                    "detail": {"status": ["SUCCEEDED"], "stateMachineArn": [machine_arn(options, machine_name(other))]},
                }
                template = {"trigger": {"name": other, "type": "run", "id": f"{other}/<run>", "timestamp": "<time>"}}
                found.append(
                    _rule(
                        flow,
                        options,
                        f"after-{machine_name(other)}",
                        "default",
                        pattern,
                        template,
                        {"run": "$.detail.name", "time": "$.time"},
                    )
                )
    return found


def _rule(
    flow: str,
    options: StepFunctionsOptions,
    what: str,
    bus: str,
    pattern: dict[str, Any],
    template: dict[str, Any],
    paths: dict[str, str],
) -> dict[str, Any]:
    return {
        "Name": resource_name(flow, what),
        "EventBusName": bus,
        "EventPattern": compact(pattern),
        "State": "ENABLED",
        "Targets": [
            {
                "Id": "flow",
                "Arn": _alias(flow, options),
                "RoleArn": _role(flow, options),
                "InputTransformer": {"InputPathsMap": paths, "InputTemplate": _filled_in(template, paths)},
            }
        ],
    }


def _filled_in(template: dict[str, Any], paths: dict[str, str]) -> str:
    """The template as text. A variable that is a whole value stands without quotes: EventBridge writes it as JSON."""
    text = compact(template)
    for name in paths:
        text = text.replace(f'"<{name}>"', f"<{name}>")
    return text


def _alias(flow: str, options: StepFunctionsOptions) -> str:
    return f"{machine_arn(options, machine_name(flow))}:{ALIAS}"


def _role(flow: str, options: StepFunctionsOptions) -> str:
    return role_arn(options, options.events_role or resource_name(flow, "events"))


def cron_of(schedule: Decorator) -> str | None:
    """Return the expression that `@schedule` means, as written or a macro; None where it names no time that is known."""
    values = values_of(schedule)
    given = values["cron"]
    if given is not None and given != "":
        return given if isinstance(given, str) else None
    named = next((macro for macro in ("weekly", "hourly", "daily") if values[macro] is True), None)
    return None if named is None else f"@{named}"


def entries_of(decorator: Decorator) -> Iterator[Value]:
    """Yield what `@trigger` or `@trigger_on_finish` names: names or dictionaries, as written."""
    values = values_of(decorator)
    one, many = ("event", "events") if decorator.name == "trigger" else ("flow", "flows")
    if values[one]:
        yield values[one]
    found = values[many]
    if isinstance(found, list | tuple):
        yield from found


def named(decorator: Decorator) -> tuple[str, ...]:
    """Return the names of the events or flows that a decorator waits for; none for another decorator."""
    if decorator.name not in ("trigger", "trigger_on_finish"):
        return ()
    names = (entry.get("name") if isinstance(entry, dict) else entry for entry in entries_of(decorator))
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def deployed_name(name: str, decorator: Decorator, graph: FlowGraph) -> str:
    """Return the deployed name of the flow that `@trigger_on_finish` names: of the same project, branch and environment where it does
    not say.
    """
    parts, own = name.split("."), graph.deployed_name.split(".")[:-1]
    environment = [] if graph.environment is None else [graph.environment]
    if len(parts) > 1:
        return ".".join([*environment, *parts])
    project, branch = own[len(environment) : len(environment) + 1], own[len(environment) + 1 :]
    entry = next((entry for entry in entries_of(decorator) if isinstance(entry, dict) and entry.get("name") == name), {})
    project = [str(entry["project"])] if entry.get("project") else project
    branch = [str(entry["project_branch"])] if entry.get("project_branch") else branch
    return ".".join([*environment, *project, *branch, name])


def is_cron(text: str) -> bool:
    """Whether EventBridge can be told the expression."""
    try:
        eventbridge_cron(text)
    except CronError:
        return False
    return True
