import pytest

from flowc.local.endings import duration, traceback_in, why

PLAIN = """\
before
Traceback (most recent call last):
  File "flow.py", line 3, in start
    raise ValueError("old")
ValueError: old
noise
Traceback (most recent call last):
  File "flow.py", line 9, in start
    raise KeyError("x")
KeyError: 'x'
"""
CHAINED = """\
noise
Traceback (most recent call last):
  File "flow.py", line 3, in start
    1 / 0
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "flow.py", line 5, in start
    raise ValueError("new") from error
ValueError: new
"""
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "flow.py", line 3, in start
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +------------------------------------
"""


@pytest.mark.parametrize(
    ("text", "first", "lines"),
    [(PLAIN, '  File "flow.py", line 9, in start', 4), (CHAINED, '  File "flow.py", line 3, in start', 11), ("nothing\n", None, 0)],
    ids=["the last of two", "with its cause", "none"],
)
def test_traceback_in_output(text: str, first: str | None, lines: int) -> None:
    found = traceback_in(text.splitlines())
    assert len(found) == lines
    assert first is None or found[1] == first


def test_exception_groups_are_tracebacks() -> None:
    assert traceback_in(["x", *GROUP.splitlines()]) == tuple(GROUP.splitlines())


@pytest.mark.parametrize(("status", "words"), [(3, "exit code 3"), (-9, "killed by SIGKILL"), (-250, "killed by signal 250")])
def test_why(status: int, words: str) -> None:
    assert why(status) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.314, "0.31 s"), (4.21, "4.2 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")])
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words
