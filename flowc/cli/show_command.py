"""`flowc show`: a run, one of its steps, or one task."""

import json
from typing import Any

import click

from flowc.cli.output import say, wants_color
from flowc.cli.store_argument import named_in_store, store_errors

_FORM = "FLOW/RUN[/STEP[/AT]]"


@click.command()
@click.argument("what", metavar=_FORM)
@click.option("--root", metavar="R", help="The store: a URL or a folder; by default that of the project's settings.")
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(what: str, root: str | None, env: str | None, form: str) -> int:
    """Show a run, a step or a task. FLOW is a deployed name, or the flow's file (train.py, or train.py:TrainFlow).

    FLOW alone shows its latest run. No artifact is loaded.
    """
    from flowc.cli import showing
    from flowc.client import Flow, Run, Step, Task
    from flowc.errors import UsageError

    with store_errors():
        chosen, parts = named_in_store(what, root, env)
        pathspec = "/".join(parts)
        shown: dict[str, Any] | str
        color = wants_color()
        match len(parts):
            case 1 | 2:
                run = Run(pathspec, root=chosen) if len(parts) == 2 else Flow(pathspec, root=chosen).latest_run
                assert run is not None, "a flow that was found has a run"
                shown = showing.run_json(run) if form == "json" else showing.run_text(run, color=color)
            case 3:
                step = Step(pathspec, root=chosen)
                shown = showing.step_json(step) if form == "json" else showing.step_text(step, color=color)
            case 4:
                task = Task(pathspec, root=chosen)
                shown = showing.task_json(task) if form == "json" else showing.task_text(task, color=color)
            case _:
                raise UsageError(f"{what!r} is not of the form {_FORM}")
        say(shown if isinstance(shown, str) else json.dumps({"schema": 1, **shown}, indent=2, ensure_ascii=False) + "\n")
    return 0
