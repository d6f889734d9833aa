"""`flowc status`: a deployed flow and its latest runs, or one run with the states of its tasks, as the scheduler sees them."""

import json
from typing import TYPE_CHECKING, Any

import click

from flowc.cli.operate_options import deployed_flow, output_format, run_facts, target_settings
from flowc.cli.output import say, wants_color

if TYPE_CHECKING:
    from flowc.backends.operations import FlowState, RunState


def _callback(flow: str, run_id: str | None, limit: int, form: str, **where: Any) -> int:
    name, operations = deployed_flow(flow, **where)
    if run_id is None:
        state = operations.flow_state(name, limit)
        latest = operations.run_state(name, state.runs[0].run) if state.runs else None
        facts = {"paused": state.paused, "runs": [run_facts(run) for run in state.runs]}
        text = _flow_text(state) + (f"\n{_run_text(latest)}" if latest is not None else "")
    else:
        latest = operations.run_state(name, run_id)
        facts, text = {"runs": [run_facts(latest)]}, _run_text(latest)
    if form == "json":
        steps = [{"name": step.step, "states": dict(step.counts)} for step in latest.steps] if latest is not None else []
        say(json.dumps({"schema": 1, "flow": name, **facts, "steps": steps}, indent=2, ensure_ascii=False) + "\n")
    else:
        say(text)
    return 0


def _flow_text(state: "FlowState") -> str:
    from flowc.cli.table import table
    from flowc.cli.times import clock

    head = f"{state.flow} is {'paused' if state.paused else 'not paused'}\n"
    if not state.runs:
        return f"{head}no runs\n"
    rows = [(run.run, run.state, clock(run.started_at), _took(run)) for run in state.runs]
    return head + "\n" + table(("run", "state", "started", "took"), rows, color=wants_color())


def _run_text(run: "RunState") -> str:
    from flowc.cli.table import table
    from flowc.cli.times import clock

    head = f"run {run.run}: {run.state}" + (f", started {clock(run.started_at)}" if run.started_at else "")
    head += (f", took {_took(run)}" if run.ended_at else "") + "\n" + (f"{run.address}\n" if run.address else "")
    if not run.steps:
        return head
    rows = [(step.step, ", ".join(f"{count} {state}" for state, count in step.counts.items())) for step in run.steps]
    return head + "\n" + table(("step", "tasks"), rows, color=wants_color())


def _took(run: "RunState") -> str:
    from flowc.cli.times import duration

    return duration((run.ended_at - run.started_at).total_seconds()) if run.started_at and run.ended_at else ""


command = click.Command(
    "status",
    callback=_callback,
    params=[
        click.Argument(["flow"], metavar="FLOW"),
        *target_settings(),
        click.Option(["--run-id"], metavar="ID", help="Show this run alone; by default the latest ones are listed and the last is shown."),
        click.Option(
            ["--limit"], metavar="N", type=click.IntRange(1, 100), default=10, show_default=True, help="List at most so many runs."
        ),
        output_format(),
    ],
    help="Show FLOW as its scheduler sees it. FLOW is its file (train.py, or train.py:TrainFlow), or a deployed name.",
)
