"""kill -9 of a task before, in the middle of and after each of its requests: nothing is lost, nothing is torn, the next attempt ends it."""

import os
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from support.s3_flows import BODY, BROKEN, ORDER, SOME
from support.s3_sites import S3Site
from support.s3_tasks import CLIENTS, Client, S3Tasks, requests_of

pytestmark = [pytest.mark.s3, pytest.mark.slow]


Moment = Literal["before", "during", "after"]
MOMENTS: tuple[Moment, ...] = get_args(Moment)


@pytest.mark.parametrize("client", CLIENTS)
def test_kill_everywhere(site: S3Site, tmp_path: Path, client: Client) -> None:
    tasks = S3Tasks(site, tmp_path, BODY, client)
    for step, at in ORDER:
        before = tasks.snapshot()
        requests = requests_of(site, lambda step=step, at=at: tasks.run(step, at))  # type: ignore[misc]
        expected, after = tasks.outcome(step, at), tasks.snapshot()
        if (step, at) in BROKEN and (os.environ.get("FLOWC_ALL_FAULTS") or ((step, at), client) in SOME):
            turn = next(number for number, (kind, key) in enumerate(requests) if kind == "PUT" and key.endswith(f"/{step}/{at}/commit"))
            for number, (kind, _) in enumerate(requests):
                for when in MOMENTS if kind == "PUT" else MOMENTS[:1]:
                    tasks.restart(before)
                    tasks.run_killed(step, at, number, when)
                    check(tasks, step, at, expected, committed=number > turn or (number == turn and when == "after"))
        tasks.restart(after)


def check(tasks: S3Tasks, step: str, at: str, expected: dict[str, Any] | None, *, committed: bool) -> None:
    """What a killed attempt left is old or new; the next attempt makes it new."""
    killed = tasks.snapshot()
    record = tasks.record(step, at)
    assert (record is not None) == committed
    if record is None:
        assert not [name for name in ("next", "items") if name in tasks.beside(step, at)], "a hand-off before its commit"
        assert not [key for key in killed if step == "work" and key.endswith("/exit")], "an exit record before its commit"
    else:
        found = tasks.outcome(step, at)
        assert found is not None
        assert expected is not None
        assert {**found, "beside": None} == {**expected, "beside": None}
        assert expected["beside"].items() >= found["beside"].items()
    ended = tasks.run(step, at, 1)
    assert ended.code == 0, ended.out
    assert tasks.outcome(step, at) == expected
    if record is not None:
        assert tasks.record(step, at) == record, "a committed task was committed again"
