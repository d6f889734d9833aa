"""`flowc terminate`: ends a run on the scheduler."""

import json
from typing import TYPE_CHECKING, Any

import click

from flowc.cli.operate_options import deployed_flow, output_format, run_facts, target_settings
from flowc.cli.output import say
from flowc.errors import EngineError, UsageError

if TYPE_CHECKING:
    from flowc.backends.operations import Operations

LATEST = 100


def _callback(flow: str, run_id: str | None, form: str, **where: Any) -> int:
    name, operations = deployed_flow(flow, **where)
    run = operations.terminate(name, run_id if run_id is not None else _only_run(operations, name))
    if form == "json":
        say(json.dumps({"schema": 1, "flow": name, **run_facts(run)}, indent=2, ensure_ascii=False) + "\n")
    else:
        say(f"run {run.run}: {run.state}\n")
    return 0


def _only_run(operations: "Operations", name: str) -> str:
    """The one run that has not ended."""
    open_runs = [run.run for run in operations.flow_state(name, LATEST).runs if not run.ended]
    if not open_runs:
        raise EngineError(f"no run of {name} is going on")
    if len(open_runs) > 1:
        raise UsageError(f"{len(open_runs)} runs of {name} are going on: {', '.join(open_runs)}", help="name one with --run-id")
    return open_runs[0]


command = click.Command(
    "terminate",
    callback=_callback,
    params=[
        click.Argument(["flow"], metavar="FLOW"),
        *target_settings(),
        click.Option(["--run-id"], metavar="ID", help="The run; by default the only one that is going on."),
        output_format(),
    ],
    help="End a run of FLOW: its tasks are stopped and it counts as failed. "
    "FLOW is its file (train.py, or train.py:TrainFlow), or a deployed name.",
)
