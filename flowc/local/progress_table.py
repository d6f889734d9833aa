"""Progress of a run on a terminal: output scrolls by above a table of steps that stays in place. The only module that imports rich."""

import time
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table as RichTable
from rich.text import Text

from flowc.local.endings import duration
from flowc.local.events import Event, RunStarted, TaskEnded, TaskOutput, TaskStarted
from flowc.local.progress import event_line, label
from flowc.local.run import RunOutcome
from flowc.local.summary import summary

_MOST_ROWS = 30


@dataclass(slots=True)
class _Counts:
    done: int = 0
    running: int = 0
    retried: int = 0
    failed: int = 0


def can_show() -> bool:
    """Whether the terminal can move its cursor."""
    return not Console().is_dumb_terminal


class Table:
    """Shows per step how many tasks are done, running, retried and failed, and the time since the run began."""

    def __init__(self, stream: TextIO, *, steps: tuple[str, ...], given_root: str | None) -> None:
        self._console = Console(file=stream, highlight=False)
        self._counts = {step: _Counts() for step in steps}
        self._given_root = given_root
        self._title = ""
        self._started = time.monotonic()
        self._live = Live(console=self._console, refresh_per_second=8, get_renderable=self._table, transient=True, redirect_stderr=False)

    def __call__(self, event: Event) -> None:
        """Count one event, and print what scrolls by."""
        match event:
            case RunStarted(flow=flow, run=run):
                self._title = f"{flow}/{run}"
                self._started = time.monotonic()
                self._console.print(Text(event_line(event) or ""))
                self._live.start()
            case TaskStarted(step=step):
                self._counts[step].running += 1
            case TaskOutput(step=step, at=at, attempt=attempt, line=line):
                self._console.print(Text(label(step, at, attempt), style="cyan"), Text.from_ansi(line))
            case TaskEnded(step=step, outcome=outcome):
                self._end(step, outcome)
                if outcome != "done":
                    self._console.print(Text(event_line(event) or "", style="yellow" if outcome == "retry" else "red"))
            case _:
                self._console.print(Text(event_line(event) or ""))

    def close(self, outcome: RunOutcome | None) -> None:
        """Leave the table as it stands at the end, and the summary below it."""
        self._live.stop()
        if outcome is None:
            return
        self._console.print(self._table())
        for line in summary(outcome, given_root=self._given_root):
            self._console.print(Text(line))

    def _end(self, step: str, outcome: str) -> None:
        counts = self._counts[step]
        counts.running -= 1
        if outcome == "done":
            counts.done += 1
        elif outcome == "retry":
            counts.retried += 1
        else:
            counts.failed += 1

    def _table(self) -> RichTable:
        table = RichTable(
            title=f"{self._title}  {duration(time.monotonic() - self._started)}", title_justify="left", box=None, pad_edge=False
        )
        table.add_column("step")
        for name in ("done", "running", "retried", "failed"):
            table.add_column(name, justify="right")
        rows = [(step, counts) for step, counts in self._counts.items()]
        if len(rows) > _MOST_ROWS:
            busy = [(step, counts) for step, counts in rows if counts.running or counts.failed or counts.retried]
            rows = busy[:_MOST_ROWS]
        for step, counts in rows:
            style = "red" if counts.failed else "bold" if counts.running else "green" if counts.done else "dim"
            table.add_row(Text(step, style=style), *(str(n or "") for n in (counts.done, counts.running, counts.retried, counts.failed)))
        return table
