"""What starts a flow by itself: schedules of EventBridge Scheduler, rules of EventBridge. Ours are those that start the flow's alias."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from flowc.backends.stepfunctions.account import Account
from flowc.backends.stepfunctions.changes import AwsChange
from flowc.backends.stepfunctions.json_text import pretty
from flowc.backends.stepfunctions.names import resource_name
from flowc.errors import EngineError

GROUP: Final = "default"
_SCHEDULE_KEYS: Final = ("Name", "GroupName", "ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "State", "Target")
_RULE_KEYS: Final = ("Name", "EventBusName", "EventPattern", "State", "Targets")


def schedule_changes(account: Account, wanted: Sequence[dict[str, Any]], alias: str, flow: str, *, prune: bool) -> Iterator[AwsChange]:
    """Yield what makes the flow's schedules; one that the flow no longer has is named, and goes with `prune`."""
    expected = {schedule["Name"]: schedule for schedule in wanted}
    for name in dict.fromkeys([*expected, resource_name(flow, "schedule")]):
        found = account.find("scheduler", "get_schedule", Name=name, GroupName=GROUP)
        if found is not None:
            _check_owner(f"schedule {name}", found["Target"]["Arn"], alias)
        before = None if found is None else _shown(found, _SCHEDULE_KEYS)
        if name in expected:
            schedule = expected[name]
            operation = "create_schedule" if found is None else "update_schedule"
            yield AwsChange(
                f"schedule {name}", before, _shown(schedule, _SCHEDULE_KEYS), do=_call(account, "scheduler", operation, schedule)
            )
        elif before is not None:
            removal = _call(account, "scheduler", "delete_schedule", {"Name": name, "GroupName": GROUP})
            yield AwsChange(f"schedule {name}", before, None if prune else before, _gone(prune=prune), do=removal)


def rule_changes(account: Account, wanted: Sequence[dict[str, Any]], alias: str, flow: str, *, prune: bool) -> Iterator[AwsChange]:
    """Yield what makes the flow's rules; one that the flow no longer has is named, and goes with `prune`."""
    expected = {(rule["EventBusName"], rule["Name"]): rule for rule in wanted}
    for (bus, name), rule in expected.items():
        found = _rule(account, bus, name)
        if found is not None:
            for target in found["Targets"]:
                _check_owner(f"rule {name}", target["Arn"], alias)
        before = None if found is None else _shown(found, _RULE_KEYS)
        yield AwsChange(f"rule {name}", before, _shown(rule, _RULE_KEYS), do=_write_rule(account, rule))
    for bus in sorted({bus for bus, _ in expected} | {"default"}):
        names = account.call("events", "list_rule_names_by_target", TargetArn=alias, EventBusName=bus)["RuleNames"]
        for name in names:
            if (bus, name) not in expected:
                found = _rule(account, bus, name)
                before = _shown(found or {}, _RULE_KEYS)
                yield AwsChange(f"rule {name}", before, None if prune else before, _gone(prune=prune), do=_remove_rule(account, bus, name))


def _rule(account: Account, bus: str, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = account.find("events", "describe_rule", Name=name, EventBusName=bus)
    if found is None:
        return None
    return found | {"Targets": account.call("events", "list_targets_by_rule", Rule=name, EventBusName=bus)["Targets"]}


def _check_owner(what: str, target: str, alias: str) -> None:
    if target != alias:
        raise EngineError(f"{what} starts {target}, not this flow", help="remove it, or rename the flow")


def _gone(*, prune: bool) -> str:
    return "the flow no longer has it" if prune else "the flow no longer has it: --prune removes it; until then it starts the flow"


def _shown(found: dict[str, Any], keys: Sequence[str]) -> str:
    kept = {key: found[key] for key in keys if key in found}
    if isinstance(kept.get("EventPattern"), str):
        kept["EventPattern"] = json.loads(kept["EventPattern"])
    return pretty(json.loads(json.dumps(kept, sort_keys=True)))


def _call(account: Account, service: str, operation: str, request: dict[str, Any]) -> Any:
    return lambda: account.call(service, operation, **request)


def _write_rule(account: Account, rule: dict[str, Any]) -> Any:
    def write() -> None:
        bus, name = rule["EventBusName"], rule["Name"]
        account.call("events", "put_rule", **{key: value for key, value in rule.items() if key != "Targets"})
        refused = account.call("events", "put_targets", Rule=name, EventBusName=bus, Targets=rule["Targets"])["FailedEntries"]
        if refused:
            raise EngineError(
                f"rule {name} does not take its target: {refused[0].get('ErrorMessage')}", help="look at the account, then try again"
            )

    return write


def _remove_rule(account: Account, bus: str, name: str) -> Any:
    def remove() -> None:
        targets = account.call("events", "list_targets_by_rule", Rule=name, EventBusName=bus)["Targets"]
        if targets:
            account.call("events", "remove_targets", Rule=name, EventBusName=bus, Ids=[target["Id"] for target in targets])
        account.call("events", "delete_rule", Name=name, EventBusName=bus)

    return remove
