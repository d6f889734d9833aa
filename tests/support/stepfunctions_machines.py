"""Small state machines written by hand, whose jobs are one-line programs: what the engine must do before any compiled one is believed."""

from collections.abc import Mapping
from typing import Any

BUCKET = "flows"
CONTAINER = {
    "image": "none",
    "command": ["python", "-c", "import os; exec(os.environ['PROGRAM'])"],
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}],
}
"""A job definition's container, which runs the program in its environment."""


def job(program: str, **more: Any) -> dict[str, Any]:
    """A Task state that runs `program`; its environment has RUN, AT and ATTEMPT."""
    environment = [
        {"Name": "PROGRAM", "Value": program},
        {"Name": "FLOWC_RUN", "Value.$": "$.run"},
        {"Name": "AT", "Value.$": "$.at"},
        {"Name": "ATTEMPT", "Value.$": "States.Format('{}', $$.State.RetryCount)"},
    ]
    parameters = {"JobName": "probe", "JobQueue": "work", "JobDefinition": "probe:1", "ContainerOverrides": {"Environment": environment}}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::batch:submitJob.sync",
        "ResultPath": None,
        "Parameters": {**parameters, **more.pop("parameters", {})},
        **({} if "Next" in more else {"End": True}),
        **more,
    }


def retried(times: int) -> dict[str, Any]:
    """The member `Retry` of a state that is tried `times` more often."""
    return {"Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": times, "IntervalSeconds": 1, "BackoffRate": 1.0}]}


def foreach(label: str, items: str, states: Mapping[str, Any], start: str, **more: Any) -> dict[str, Any]:
    """A Map state over the list at the S3 key `items`, as flowc emits them."""
    return {
        "Type": "Map",
        "Label": label,
        "MaxConcurrency": 100,
        "ToleratedFailureCount": 0,
        "ResultPath": None,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": BUCKET, "Key": items},
        },
        "ItemSelector": {"run.$": "$.run", "at.$": "States.Format('{}.{}', $.at, $$.Map.Item.Value)"},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": start, "States": states},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": BUCKET, "Prefix": f"mapruns/{label}"}},
        **({} if "Next" in more else {"End": True}),
        **more,
    }


def machine(start: str, **states: Any) -> dict[str, Any]:
    """A machine whose token is `{"run", "at"}`."""
    return {"StartAt": start, "States": {name.replace("_", "-"): state for name, state in states.items()}}


def one_bad_item(at: str) -> dict[str, Any]:
    """A foreach over three items of which the one at this address fails."""
    return machine("fan", fan=foreach("fan", "probes/three", {"body": job(f"raise SystemExit(os.environ['AT'] == {at!r})")}, "body"))
