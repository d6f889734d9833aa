"""Job definitions are called after the hash of what they say: one that is there needs nothing, one that changes is another one."""

from collections.abc import Iterator, Sequence, Set
from typing import Any

from flowc.backends.stepfunctions.account import Account
from flowc.backends.stepfunctions.changes import AwsChange
from flowc.backends.stepfunctions.json_text import pretty
from flowc.backends.stepfunctions.names import machine_name


def job_changes(account: Account, definitions: Sequence[dict[str, Any]]) -> Iterator[AwsChange]:
    """Yield what registers the definitions that are not there."""
    for definition in definitions:
        name, text = definition["jobDefinitionName"], pretty(definition)
        there = account.call("batch", "describe_job_definitions", jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
        yield AwsChange(f"job definition {name}", text if there else None, text, do=_registration(account, definition))


def _registration(account: Account, definition: dict[str, Any]) -> Any:
    return lambda: account.call("batch", "register_job_definition", **definition)


def unused_jobs(account: Account, definitions: Sequence[dict[str, Any]], flow: str, used: Set[str]) -> Iterator[AwsChange]:
    """Yield what takes away the flow's definitions that neither the flow nor a kept version of its state machine names."""
    kept = {definition["jobDefinitionName"] for definition in definitions} | used
    prefix = f"flowc-{machine_name(flow)}-"
    for found in account.pages("batch", "describe_job_definitions", "jobDefinitions", status="ACTIVE"):
        name, arn = found["jobDefinitionName"], found["jobDefinitionArn"]
        if name.startswith(prefix) and "-" not in name.removeprefix(prefix) and name not in kept:
            yield AwsChange(f"job definition {name}", f"{arn}\n", None, do=_removal(account, arn))


def _removal(account: Account, arn: str) -> Any:
    return lambda: account.call("batch", "deregister_job_definition", jobDefinition=arn)
