"""States of the Amazon States Language, in JSONPath, as plain JSON: the only shapes that this target emits.

https://states-language.net/spec.html and targets' facts in NOTES.md. Between states the data is the token `{"run", "at"}`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

State = dict[str, Any]

JOB_FAILURES: Final = ("States.TaskFailed", "States.Timeout")
_THROTTLED: Final[State] = {
    "ErrorEquals": ["Batch.AWSBatchException", "Batch.TooManyRequestsException"],
    "IntervalSeconds": 2,
    "BackoffRate": 2.0,
    "MaxAttempts": 10,
    "MaxDelaySeconds": 60,
    "JitterStrategy": "FULL",
}
"""SubmitJob takes 50 requests a second for an account: a wide foreach meets that limit, and waits."""
_UNREADABLE: Final[State] = {
    "ErrorEquals": ["States.TaskFailed"],
    "IntervalSeconds": 1,
    "BackoffRate": 2.0,
    "MaxAttempts": 5,
    "JitterStrategy": "FULL",
}
"""S3 may be busy for a moment; what is read was written before the job ended."""
_AT: Final = "$.at"
_RUN: Final = "$.run"
_FORMAT_SPECIAL: Final = re.compile(r"(['{}\\])")


def formatted(template: str, *paths: str) -> str:
    """Return the intrinsic function that fills the `{}` of a template with the values at `paths`; `literal` escapes other text."""
    return f"States.Format('{template}', {', '.join(paths)})"


def literal(text: str) -> str:
    """Return `text` as it stands in the template of `formatted`."""
    return _FORMAT_SPECIAL.sub(r"\\\1", text)


def goes(target: str | None) -> State:
    """Return how a state goes on: to `target`, or out of the machine, branch or item."""
    return {"End": True} if target is None else {"Next": target}


def job(parameters: Mapping[str, Any], *, retry: Sequence[State] = (), caught: str | None = None, target: str | None) -> State:
    """Return the state that runs a Batch job to its end; `caught` is the state that takes over when all attempts failed."""
    state: State = {
        "Type": "Task",
        "Resource": "arn:aws:states:::batch:submitJob.sync",
        "Parameters": parameters,
        "ResultPath": None,
        "Retry": [_THROTTLED, *retry],
    }
    if caught is not None:
        state["Catch"] = [{"ErrorEquals": list(JOB_FAILURES), "ResultPath": None, "Next": caught}]
    return state | goes(target)


def retrier(times: int, seconds: float, most_seconds: int | None = None) -> State:
    """Return the retrier of a step's own failures: `times` more attempts, `seconds` apart, growing where `most_seconds` is given."""
    found: State = {"ErrorEquals": list(JOB_FAILURES), "MaxAttempts": times, "IntervalSeconds": max(1, round(seconds)), "BackoffRate": 1.0}
    if most_seconds is not None and most_seconds > found["IntervalSeconds"]:
        found |= {"BackoffRate": 2.0, "MaxDelaySeconds": most_seconds}
    return found


def begin(target: str) -> State:
    """Return the first state, which makes the token."""
    return {"Type": "Pass", "Parameters": {"run.$": "$$.Execution.Name", "at": "r"}, "Next": target}


def keep_input(bucket: str, key: str, target: str) -> State:
    """Return the state that stores the execution's input, once: a second execution of the same name is refused here."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
        "Parameters": {"Bucket": bucket, "Key.$": formatted(key, _RUN), "Body.$": "$$.Execution.Input", "IfNoneMatch": "*"},
        "ResultPath": None,
        "Next": target,
    }


def enter_loop(target: str) -> State:
    """Return the state in front of a loop, which adds its turn 0 to the address."""
    return {"Type": "Pass", "Parameters": {"run.$": _RUN, "at.$": formatted("{}~0", _AT)}, "Next": target}


def read_next(bucket: str, key: str) -> State:
    """Return the state that reads what a step handed over: `$.d.next`, the arm, and `$.d.token`, the token to go on with."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Parameters": {"Bucket": bucket, "Key.$": formatted(key, _RUN, _AT)},
        "ResultSelector": {"d.$": "States.StringToJson($.Body)"},
        "Retry": [_UNREADABLE],
    }


def choose(arms: Mapping[str, str], otherwise: str) -> State:
    """Return the state that follows the arm that was handed over; `arms` are states by the step they stand for."""
    return {
        "Type": "Choice",
        "OutputPath": "$.d.token",
        "Choices": [{"Variable": "$.d.next", "StringEquals": step, "Next": state} for step, state in arms.items()],
        "Default": otherwise,
    }


def fail(error: str, cause: str) -> State:
    """Return a state that ends the execution as failed."""
    return {"Type": "Fail", "Error": error, "Cause": cause}


def split(branches: Sequence[State], target: str | None) -> State:
    """Return the state that runs all branches at the same time, each with the token as it is."""
    return {"Type": "Parallel", "Branches": list(branches), "ResultPath": None} | goes(target)


def each_item(*, label: str, bucket: str, key: str, results: str, concurrency: int, body: State, target: str | None) -> State:
    """Return the state that runs `body` for every entry of the manifest that the step before it wrote.

    key: of the manifest. results: prefix of what Step Functions itself writes about the children.
    """
    return {
        "Type": "Map",
        "Label": label,
        "MaxConcurrency": concurrency,
        "ToleratedFailureCount": 0,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": bucket, "Key.$": formatted(key, _RUN, _AT)},
        },
        "ItemSelector": {"run.$": _RUN, "at.$": formatted("{}.{}", _AT, "$$.Map.Item.Value")},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}} | body,
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": bucket, "Prefix": results}},
        "ResultPath": None,
    } | goes(target)
