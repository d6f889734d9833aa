"""One member of a chunk or fused loop, from its earlier attempts to its commit: `@retry`, `@catch` and `@timeout` act here.

Each attempt is a child process. What a container that died left behind counts against the member that it died in, and against
no other.
"""

import json
import os
import time
from collections.abc import Mapping, Sequence

from flowc.runtime_shim.committed import check_run, follow_up, repetition
from flowc.runtime_shim.contract import EXIT_DONE, EXIT_NO_RETRY, EXIT_USER_ERROR, Attempt, item_at
from flowc.runtime_shim.control import control_line
from flowc.runtime_shim.gangs import control_address
from flowc.runtime_shim.loop_walk import Stop
from flowc.runtime_shim.lost_attempts import record_lost, why
from flowc.runtime_shim.member_flow import MemberFlow
from flowc.runtime_shim.member_process import MemberProcesses
from flowc.runtime_shim.policies import Retry
from flowc.runtime_shim.records import new_nonce
from flowc.runtime_shim.run_step import NUMBERED_ENGINES
from flowc.runtime_shim.stores import StoreError
from flowc.runtime_shim.task_records import RunRecords
from flowc.runtime_shim.tries import Allowance, Tries, begin, tries_of
from flowc.runtime_shim.typed import Any

HARD_MARGIN = 60.0
"""Seconds that a member has to end by itself after its soft timer (`@timeout`) went off in it."""


class MemberFailed(Exception):  # noqa: N818  # reads as what happened
    """A member failed, and nothing is left to try; `code` is an exit code for the whole."""

    def __init__(self, said: str, code: int) -> None:
        super().__init__(said)
        self.code = code


class ToldToEnd(Exception):  # noqa: N818  # the same
    """This process was told to end by the signal `number`, and the member that ran has ended."""

    def __init__(self, number: int) -> None:
        super().__init__(f"told to end by signal {number}")
        self.number = number


class MemberTasks:
    """Runs members of one token. `folder` takes the files in which children hand over control values."""

    def __init__(
        self, attempt: Attempt, records: RunRecords, flow: MemberFlow, allowance: Allowance, processes: MemberProcesses, folder: str
    ) -> None:
        self._attempt = attempt
        self._records = records
        self._flow = flow
        self._allowance = allowance
        self._processes = processes
        self._control = os.path.join(folder, "control")
        self._may_exist = attempt.attempt > 0 or attempt.engine not in NUMBERED_ENGINES

    def run(self, stop: Stop) -> dict[str, Any]:
        """Run the task until it has committed and return the object of its control line, empty where it controls nothing.

        A committed one runs no user code. Raises MemberFailed, ToldToEnd, StoreError.
        """
        if self._may_exist and (found := self._committed(stop)) is not None:
            say(repetition(found))
            return _first(control_line(found))
        retry, catches = self._flow.retry(stop.step), self._flow.catches(stop.step)
        tries = self._tries(stop)
        while True:
            if tries.used > retry.times and not catches:
                raise MemberFailed(
                    f"{stop.step} at {stop.at} has no attempt left: it may have {retry.times + 1}, and {tries.used} began", EXIT_USER_ERROR
                )
            attempts = self._attempts(stop, tries, retry.times)
            statuses = self._start(attempts)
            if all(status == EXIT_DONE for status in statuses):
                return self._handed_over(attempts[0])
            failed = next(place for place, status in enumerate(statuses) if status != EXIT_DONE)
            if (found := self._lost(stop, attempts[failed], statuses[failed])) is not None:
                return _first(control_line(found))
            tries = self._again(stop, tries, retry, catches, statuses[failed])

    def _committed(self, stop: Stop) -> Mapping[str, Any] | None:
        """Return the commit of the task, with what follows from it made, None where it has none."""
        found = self._records.commit_if_any(stop.step, stop.at if stop.gang is None else control_address(item_at(stop.at, 0)))
        if found is not None:
            check_run(self._attempt, found)
            follow_up(self._records.store, found)
        return found

    def _tries(self, stop: Stop) -> Tries:
        if self._attempt.attempt == 0 or not self._allowance.again:
            return Tries(self._attempt.attempt, 0)
        found = [tries_of(self._records.store, place, self._allowance.since) for place in self._places(stop)]
        return Tries(max(one.number for one in found), max(one.used for one in found))

    def _places(self, stop: Stop) -> list[Attempt]:
        """Return the attempts of the task, one for each process: several in a gang."""
        given = self._attempt
        common = given._replace(step=stop.step, prefix=True, ids={**given.ids, "container": str(given.attempt)})
        if self._flow.loop:
            common = common._replace(catch=None, catches=False, timeout=None)
        if stop.gang is None:
            return [common._replace(at=stop.at, control=self._control)]
        nonce, size = new_nonce(), stop.gang
        return [
            common._replace(at=item_at(stop.at, index), gang=(index, size), gang_nonce=nonce, control=f"{self._control}.{index}")
            for index in range(size)
        ]

    def _attempts(self, stop: Stop, tries: Tries, retries: int) -> list[Attempt]:
        given = self._attempt
        return [
            place._replace(
                attempt=tries.number,
                user_retries=tries.number - tries.used + retries,
                caught=given.caught and tries.used > 0,
                code=self._flow.digest,
                parameters=given.parameters if stop.step == self._flow.plan["start"] else None,
            )
            for place in self._places(stop)
        ]

    def _start(self, attempts: Sequence[Attempt]) -> list[int]:
        """Run one attempt, all its processes at once, and return how each ended."""
        started = time.time()
        for attempt in attempts:
            assert attempt.control is not None, "a member hands over by a file"
            if os.path.exists(attempt.control):
                os.unlink(attempt.control)
            if self._allowance.again:
                begin(self._records.store, attempt, started)
        seconds = self._flow.timeout(attempts[0])
        works = [self._flow.work(attempt) for attempt in attempts]
        statuses = self._processes.run_together(works, None if seconds is None else seconds + HARD_MARGIN)
        for place, attempt in enumerate(attempts):
            if statuses[place] == EXIT_DONE and not os.path.exists(str(attempt.control)):
                say(f"{attempt.step} at {attempt.at}: the process ended, with exit code 0, before its step was done")
                statuses[place] = EXIT_USER_ERROR
            if statuses[place] != EXIT_DONE:
                self._record_lost(attempt, statuses[place], time.time() - started)
        if self._processes.told is not None:
            raise ToldToEnd(self._processes.told)
        return statuses

    def _record_lost(self, attempt: Attempt, status: int, seconds: float) -> None:
        try:
            record_lost(self._records.store, attempt, status=status, seconds=seconds, output=())
        except StoreError as trouble:
            say(f"the record of a failure could not be stored: {trouble}")

    def _handed_over(self, attempt: Attempt) -> dict[str, Any]:
        with open(str(attempt.control), encoding="utf-8") as file:
            return _first(file.read())

    def _lost(self, stop: Stop, attempt: Attempt, status: int) -> Mapping[str, Any] | None:
        """Return the commit of a process that was killed behind it."""
        return self._committed(stop) if status < 0 else None

    def _again(self, stop: Stop, tries: Tries, retry: Retry, catches: bool, status: int) -> Tries:
        """Wait for the next attempt and return the tries before it. Raises MemberFailed where there is none."""
        said = f"{stop.step} at {stop.at}: attempt {tries.number} failed ({why(status)})"
        if status == EXIT_NO_RETRY or tries.used >= retry.times + catches:
            raise MemberFailed(said, status if status > 0 else 128 - status)
        pause = retry.seconds if tries.used < retry.times else 0.0
        say(f"{said}; the next follows{f' in {pause:g} seconds' if pause else ''}")
        self._processes.pause(pause)
        return Tries(tries.number + 1, tries.used + 1)


def say(line: str) -> None:
    """Print a line about the shim itself."""
    import sys

    print(f"flowc: {line}", file=sys.stderr, flush=True)


def _first(line: str | None) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(line or "[]")
    return found[0] if found else {}
