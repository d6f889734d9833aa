"""What a deployment needs beside the definition: the state machine's settings, its alias, and what starts the flow by itself."""

from typing import Any

from flowc.backends.base import Unit
from flowc.backends.stepfunctions.events import ALIAS, rules, schedules
from flowc.backends.stepfunctions.names import machine_name, resource_name
from flowc.backends.stepfunctions.options import StepFunctionsOptions
from flowc.backends.stepfunctions.places import arn, role_arn


def deployment(unit: Unit[StepFunctionsOptions]) -> dict[str, Any]:
    """Return the requests as boto3 takes them: `stateMachine` for CreateStateMachine, without the definition, `schedules` for the
    Scheduler's CreateSchedule, `rules` for EventBridge's PutRule, with `Targets` for PutTargets.
    """
    graph, flow, options = unit.tree.graph, unit.plan["flow"], unit.options
    machine: dict[str, Any] = {
        "name": machine_name(flow),
        "type": "STANDARD",
        "roleArn": role_arn(options, options.machine_role or resource_name(flow, "machine")),
    }
    if options.history_log_group is not None:
        group = arn(options, "logs", f"log-group:{options.history_log_group}:*")
        machine["loggingConfiguration"] = {
            "level": options.history_log_level,
            "includeExecutionData": False,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
        }
    tags = {**dict(sorted(options.tags.items())), "flowc:flow": flow, "flowc:root": options.root or ""}
    machine["tags"] = [{"key": key, "value": value} for key, value in tags.items()]
    found: dict[str, Any] = {"stateMachine": machine, "alias": ALIAS}
    for name, made in (("schedules", schedules(graph, flow, options)), ("rules", rules(graph, flow, options))):
        if made:
            found[name] = made
    return found
