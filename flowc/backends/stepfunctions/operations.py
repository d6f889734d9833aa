"""Trigger, status and terminate on Step Functions: a deployed flow is a state machine, a run is an execution of its alias."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from flowc.backends.operations import FlowState, RunState, StepState
from flowc.backends.stepfunctions.account import Account
from flowc.backends.stepfunctions.events import ALIAS
from flowc.backends.stepfunctions.names import machine_name, resource_name
from flowc.backends.stepfunctions.options import StepFunctionsOptions, read_options, read_site
from flowc.errors import EngineError, UsageError
from flowc.settings import Settings

RUNNING: Final = ("RUNNING", "PENDING_REDRIVE")
MAX_INPUT_BYTES: Final = 262_144
"""Bytes of an execution's input: Step Functions quotas."""
_ITEM_STATES: Final = ("pending", "running", "succeeded", "failed", "timedOut", "aborted")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}\Z")
"""Of what an execution name may hold, what a store key, a file name and a job name may hold too."""


def connect(settings: Settings) -> "StepFunctionsOperations":
    """Return the operations on the account of the settings; raises UsageError where there is none."""
    options, site = read_options(settings), read_site(settings)
    return StepFunctionsOperations(Account(options, site), options, start_alias=site.start_alias)


class StepFunctionsOperations:
    """See `flowc.backends.operations.Operations`."""

    def __init__(self, account: Account, options: StepFunctionsOptions, *, start_alias: bool = True) -> None:
        self.account = account
        self.partition = options.partition
        self.start_alias = start_alias

    def trigger(self, flow: str, run: str | None, parameters: Mapping[str, Any]) -> RunState:
        """Start an execution; AWS names it where `run` does not."""
        machine = self._machine(flow)
        if run is not None and not _NAME.match(run):
            raise UsageError(
                f"run id {run!r} is no name of an execution", help="use letters, digits, dashes, dots and underscores, at most 80"
            )
        text = json.dumps({"Parameters": dict(parameters)} if parameters else {}, ensure_ascii=False)
        if len(text.encode("utf-8")) > MAX_INPUT_BYTES:
            raise UsageError(
                f"the parameters are {len(text.encode('utf-8')):,} bytes as JSON, and Step Functions takes {MAX_INPUT_BYTES:,}",
                help="put the data into the bucket and give its address",
            )
        if run is not None and self._described(flow, run) is not None:
            raise EngineError(f"{flow} has a run {run!r} already", help="choose another --run-id")
        request = {"stateMachineArn": f"{machine}:{ALIAS}" if self.start_alias else machine, "input": text}
        started = self.account.call("stepfunctions", "start_execution", **request, **({} if run is None else {"name": run}))
        arn = str(started["executionArn"])
        return RunState(
            run=arn.rpartition(":")[2], state="RUNNING", ended=False, started_at=started.get("startDate"), address=self._address(arn)
        )

    def flow_state(self, flow: str, limit: int) -> FlowState:
        """Return the flow, paused where its schedule is disabled, and its latest runs."""
        machine = self._machine(flow)
        found = self.account.call("stepfunctions", "list_executions", stateMachineArn=machine, maxResults=min(limit, 1000))["executions"]
        schedule = self.account.find("scheduler", "get_schedule", Name=resource_name(flow, "schedule"), GroupName="default")
        paused = schedule is not None and schedule.get("State") == "DISABLED"
        return FlowState(flow=flow, paused=paused, runs=tuple(self._state(row) for row in found[:limit]))

    def run_state(self, flow: str, run: str) -> RunState:
        """Return one run: its steps from the execution's history, the items of a foreach from its Map Runs."""
        row = self._execution(flow, run)
        return self._state(row, steps=tuple(self._steps(str(row["executionArn"]))))

    def terminate(self, flow: str, run: str) -> RunState:
        """Stop an execution: Step Functions ends its jobs; the exit hook does not run."""
        before = self._state(self._execution(flow, run))
        if before.ended:
            raise EngineError(f"run {run} of {flow} has ended already: {before.state}")
        arn = self._execution_arn(flow, run)
        self.account.call("stepfunctions", "stop_execution", executionArn=arn, error="flowc.Terminated", cause="flowc terminate")
        return self._state(self._execution(flow, run))

    def _arn(self, flow: str) -> str:
        return f"arn:{self.partition}:states:{self.account.region}:{self.account.number}:stateMachine:{machine_name(flow)}"

    def _machine(self, flow: str) -> str:
        arn = self._arn(flow)
        if self.account.find("stepfunctions", "describe_state_machine", stateMachineArn=arn) is None:
            where = f"account {self.account.number} has no state machine {machine_name(flow)} in {self.account.region}"
            raise EngineError(where, help="deploy the flow first, or set profile and region under [stepfunctions]")
        return arn

    def _execution_arn(self, flow: str, run: str) -> str:
        return f"{self._arn(flow).replace(':stateMachine:', ':execution:')}:{run}"

    def _described(self, flow: str, run: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.account.find(
            "stepfunctions", "describe_execution", executionArn=self._execution_arn(flow, run)
        )
        return found

    def _execution(self, flow: str, run: str) -> Mapping[str, Any]:
        found = self._described(flow, run)
        if found is None:
            self._machine(flow)
            raise EngineError(f"{flow} has no run {run!r} in Step Functions", help="`flowc status` without --run-id lists them")
        return found

    def _state(self, row: Mapping[str, Any], steps: tuple[StepState, ...] = ()) -> RunState:
        return RunState(
            run=str(row["name"]),
            state=str(row["status"]),
            ended=row["status"] not in RUNNING,
            started_at=_moment(row.get("startDate")),
            ended_at=_moment(row.get("stopDate")),
            address=self._address(str(row["executionArn"])),
            steps=steps,
        )

    def _address(self, execution: str) -> str:
        region = self.account.region
        return f"https://{region}.console.aws.amazon.com/states/home?region={region}#/v2/executions/details/{execution}"

    def _steps(self, execution: str) -> Iterator[StepState]:
        counts: dict[str, Counter[str]] = {}
        entered: Counter[str] = Counter()
        for event in self.account.pages("stepfunctions", "get_execution_history", "events", executionArn=execution):
            match event["type"]:
                case "TaskStateEntered":
                    entered[event["stateEnteredEventDetails"]["name"]] += 1
                case "TaskStateExited":
                    name = event["stateExitedEventDetails"]["name"]
                    entered[name] -= 1
                    counts.setdefault(name, Counter())["SUCCEEDED"] += 1
        running = self.account.call("stepfunctions", "describe_execution", executionArn=execution)["status"] in RUNNING
        for name, left in entered.items():
            if left:
                counts.setdefault(name, Counter())["RUNNING" if running else "FAILED"] += left
        for name, found in counts.items():
            if "-" not in name:
                yield StepState(step=name, counts=dict(found.most_common()))
        yield from self._items(execution)

    def _items(self, execution: str) -> Iterator[StepState]:
        """The items of each foreach, those of all its Map Runs together."""
        counts: dict[str, Counter[str]] = {}
        for row in self.account.pages("stepfunctions", "list_map_runs", "mapRuns", executionArn=execution):
            found = self.account.call("stepfunctions", "describe_map_run", mapRunArn=row["mapRunArn"])["itemCounts"]
            label = str(row["mapRunArn"]).rpartition("/")[2].partition(":")[0]
            counts.setdefault(label, Counter()).update({key.upper(): found.get(key, 0) for key in _ITEM_STATES})
        for label, total in counts.items():
            yield StepState(step=f"{label} (items)", counts={state: count for state, count in total.most_common() if count})


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
