"""`flowc logs`: what a task printed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from flowc.cli.output import say
from flowc.cli.store_argument import named_in_store, store_errors

if TYPE_CHECKING:
    from flowc.client import Task

_FORM = "FLOW/RUN/STEP[/AT]"


@click.command()
@click.argument("what", metavar=_FORM)
@click.option("--root", metavar="R", help="The store: a URL or a folder; by default that of the project's settings.")
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project.")
@click.option("--attempt", metavar="N", type=click.IntRange(0), help="The attempt with this number, from 0; by default the latest.")
def command(what: str, root: str | None, env: str | None, attempt: int | None) -> int:
    """Print the log of a task, or of every task of a step, standard output and error as they came.

    FLOW is a deployed name, or the flow's file (train.py, or train.py:TrainFlow). Where a step has several tasks, each line begins with
    the task's address.
    """
    from flowc.client import NotFound, Step, Task
    from flowc.errors import UsageError

    with store_errors():
        chosen, parts = named_in_store(what, root, env)
        if len(parts) not in (3, 4):
            raise UsageError(f"{what!r} is not of the form {_FORM}")
        pathspec = "/".join(parts)
        try:
            tasks = [Task(pathspec, root=chosen)] if len(parts) == 4 else list(Step(pathspec, root=chosen).tasks)
        except NotFound as error:
            raise NotFound(str(error), help=_elsewhere(parts, chosen) or error.help) from error
        if attempt is None and not any(task.attempts for task in tasks) and (elsewhere := _elsewhere(parts, chosen)):
            raise NotFound(f"no attempt of {pathspec} has ended", help=elsewhere)
        if len(tasks) == 1:
            say(_whole_lines(_log(tasks[0], attempt)))
            return 0
        for task in tasks:
            known = attempt is None or any(found.number == attempt for found in task.attempts)
            log = _log(task, attempt) if known else ""
            say("".join(f"[{task.at}] {line}\n" for line in _whole_lines(log).split("\n")[:-1]))
    return 0


def _elsewhere(parts: Sequence[str], root: str) -> str | None:
    """What shows the logs of a run that the store knows, at its scheduler."""
    from flowc.cli.engine_logs import where_logs_are
    from flowc.client import NotFound, Run

    try:
        return where_logs_are(Run("/".join(parts[:2]), root=root).engine, *parts[:2])
    except NotFound:
        return None


def _log(task: "Task", number: int | None) -> str:
    from flowc.client import NotFound

    if number is None:
        return task.log
    attempts = task.attempts
    found = [attempt for attempt in attempts if attempt.number == number]
    if not found:
        known = ", ".join(str(attempt.number) for attempt in attempts) or "none"
        raise NotFound(f"task {task.pathspec} has no record of an attempt {number}", help=f"attempts with a record: {known}")
    return found[-1].log


def _whole_lines(log: str) -> str:
    return log if not log or log.endswith("\n") else log + "\n"
