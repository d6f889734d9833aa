import io
from dataclasses import replace

import pytest

from flowc.local.events import Event, Notice, RunStarted, TaskEnded, TaskOutput, TaskStarted
from flowc.local.jobs import Failure
from flowc.local.progress import Lines, event_line, progress_for
from flowc.local.progress_table import Table
from flowc.local.run import RunOutcome
from flowc.local.verdict import HookOutcome

ENDED = TaskEnded(step="train", at="r.3", attempt=0, outcome="done", status=0, seconds=1.25)
TRACEBACK = """\
Traceback (most recent call last):
  File "flow.py", line 3, in train
ValueError: boom
"""
FAILURE = Failure(step="train", at="r.3", attempt=2, status=1, exception={"type": "ValueError", "message": "boom", "traceback": TRACEBACK})
OUTCOME = RunOutcome(flow="F", run="r1", root="file:///s", status="succeeded", failures=(), hooks=(), tasks=3, seconds=2, stopped_by=None)
FAILED = replace(OUTCOME, status="failed", failures=(FAILURE,))


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (RunStarted(flow="F", run="r1", root="file:///s", max_workers=4, isolate=False), "flowc: run F/r1 in file:///s"),
        (Notice(text="words"), "flowc: words"),
        (TaskStarted(step="train", at="r.3", attempt=0), None),
        (TaskOutput(step="train", at="r.3", attempt=0, line="hello"), "[train r.3] hello"),
        (TaskOutput(step="train", at="r.3", attempt=2, line="hello"), "[train r.3 retry 2] hello"),
        (TaskOutput(step="", at="", attempt=0, line="hello"), "[import] hello"),
        (ENDED, "[train r.3] flowc: done in 1.2 s"),
        (replace(ENDED, outcome="failed", status=-9), "[train r.3] flowc: failed (killed by SIGKILL) after 1.2 s"),
        (replace(ENDED, outcome="retry", status=1), "[train r.3] flowc: failed (exit code 1) after 1.2 s, next attempt"),
        (
            replace(ENDED, outcome="retry", status=1, retry_in=120),
            "[train r.3] flowc: failed (exit code 1) after 1.2 s, next attempt in 2 min 0 s",
        ),
        (replace(ENDED, outcome="stopped", status=143), "[train r.3] flowc: stopped after 1.2 s"),
    ],
)
def test_lines(event: Event, line: str | None) -> None:
    assert event_line(event) == line


def shown(outcome: RunOutcome, given_root: str | None = None) -> list[str]:
    stream = io.StringIO()
    Lines(stream, given_root=given_root).close(outcome)
    return stream.getvalue().splitlines()


def test_the_summary_of_a_failed_run_ends_with_the_users_traceback() -> None:
    assert shown(FAILED) == [
        "flowc: run F/r1 failed: 3 tasks done in 2.0 s",
        "flowc: step train at r.3 failed in its attempt 3: exit code 1",
        "flowc: its log: flowc logs F/r1/train/r.3",
        "",
        "Traceback (most recent call last):",
        '  File "flow.py", line 3, in train',
        "ValueError: boom",
    ]


@pytest.mark.parametrize(
    ("exception", "reason"),
    [
        ({"type": "flowc.runtime_shim.Refused", "message": "no such parent", "traceback": ""}, "exit code 1: no such parent"),
        ({"type": "flowc.ProcessLost", "message": "the process ended", "traceback": ""}, "exit code 1"),
        (None, "exit code 1"),
    ],
)
def test_a_failure_without_a_traceback_says_why_in_its_line(exception: dict[str, str] | None, reason: str) -> None:
    lines = shown(replace(FAILED, failures=(replace(FAILURE, exception=exception), FAILURE)))
    assert lines[1] == f"flowc: step train at r.3 failed in its attempt 3: {reason}"
    assert lines[-1] == "ValueError: boom", "of the first failure that has a traceback"


def test_commands_to_copy_name_the_store_that_was_chosen() -> None:
    assert "flowc: its log: flowc logs --root s3://b F/r1/train/r.3" in shown(FAILED, "s3://b")
    assert shown(OUTCOME, "s3://b")[-1] == "flowc: look at it: flowc show --root s3://b F/r1"


def test_a_hook_that_failed_is_named() -> None:
    outcome = replace(OUTCOME, hooks=(HookOutcome(name="exit_hook", error="ValueError: x"), HookOutcome(name="b", error=None)))
    assert shown(outcome)[0] == "flowc: exit_hook failed: ValueError: x"


def test_a_stream_that_is_no_terminal_gets_lines() -> None:
    assert isinstance(progress_for(io.StringIO(), steps=("a",), given_root=None), Lines)


def test_the_table_counts_by_step() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    table = Table(stream, steps=("start", "train"), given_root=None)
    table(RunStarted(flow="F", run="r1", root="file:///s", max_workers=4, isolate=False))
    for number in range(3):
        table(TaskStarted(step="train", at=f"r.{number}", attempt=0))
    table(TaskOutput(step="train", at="r.0", attempt=0, line="[red]not markup[/red]"))
    table(replace(ENDED, at="r.0"))
    table(replace(ENDED, at="r.1", outcome="retry", status=1))
    table(replace(ENDED, at="r.2", outcome="failed", status=1))
    table.close(FAILED)
    text = stream.getvalue()
    assert "[red]not markup[/red]" in text
    last = text[text.rindex("F/r1  ") :]
    row = next(line for line in last.splitlines() if "train" in line)
    assert row.split()[-3:] == ["1", "1", "1"], "done, retried, failed; none runs"
    assert text.rstrip().endswith("ValueError: boom")
