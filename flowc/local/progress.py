"""Progress of a run as plain lines, for pipes, files and logs: `[step at] …` before everything a task prints."""

from typing import Protocol, TextIO

from flowc.local.endings import duration, why
from flowc.local.events import Event, Notice, RunStarted, TaskEnded, TaskOutput, TaskStarted
from flowc.local.run import RunOutcome
from flowc.local.summary import summary


class Progress(Protocol):
    """Shows a run while it happens."""

    def __call__(self, event: Event) -> None:
        """Show one event."""

    def close(self, outcome: RunOutcome | None) -> None:
        """Show how the run ended; None where it ended by an exception."""


class Lines:
    """Writes a line per line of output and per end of a task."""

    def __init__(self, stream: TextIO, *, given_root: str | None) -> None:
        self._stream = stream
        self._given_root = given_root

    def __call__(self, event: Event) -> None:
        """Write the line of one event, if it has one."""
        line = event_line(event)
        if line is not None:
            self._write(line)

    def close(self, outcome: RunOutcome | None) -> None:
        """Write the summary."""
        for line in summary(outcome, given_root=self._given_root) if outcome is not None else ():
            self._write(line)

    def _write(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


def label(step: str, at: str, attempt: int) -> str:
    """Return what stands before a task's lines: `[train r.3]`, from the second attempt on `[train r.3 retry 1]`."""
    retry = f" retry {attempt}" if attempt else ""
    return f"[{step} {at}{retry}]" if step else "[import]"


def event_line(event: Event) -> str | None:
    """Return the line that says `event`, None where it needs none."""
    match event:
        case RunStarted(flow=flow, run=run, root=root):
            return f"flowc: run {flow}/{run} in {root}"
        case Notice(text=text):
            return f"flowc: {text}"
        case TaskStarted():
            return None
        case TaskOutput(step=step, at=at, attempt=attempt, line=line):
            return f"{label(step, at, attempt)} {line}".rstrip()
        case TaskEnded(step=step, at=at, attempt=attempt):
            return f"{label(step, at, attempt)} flowc: {_ending(event)}"


def _ending(event: TaskEnded) -> str:
    match event.outcome:
        case "done":
            return f"done in {duration(event.seconds)}"
        case "stopped":
            return f"stopped after {duration(event.seconds)}"
        case "failed":
            return f"failed ({why(event.status)}) after {duration(event.seconds)}"
        case "retry":
            pause = f" in {duration(event.retry_in)}" if event.retry_in else ""
            return f"failed ({why(event.status)}) after {duration(event.seconds)}, next attempt{pause}"


def progress_for(stream: TextIO, *, steps: tuple[str, ...], given_root: str | None) -> Progress:
    """Return a live table where `stream` is a terminal that can show one, else plain lines. `steps` are the flow's, in order."""
    if not stream.isatty():
        return Lines(stream, given_root=given_root)
    from flowc.local.progress_table import Table, can_show

    if not can_show():
        return Lines(stream, given_root=given_root)
    return Table(stream, steps=steps, given_root=given_root)
