"""The flow as the members of one container share it: its code found and imported once, then forked for each.

Where importing it failed, or started threads, which a fork would lose, each member imports it by itself.
"""

import gc
import os
import sys
import threading
from collections.abc import Callable

from flowc.runtime_shim.addresses import start_address
from flowc.runtime_shim.attempt_code import Scratch, agree, find_code, import_code
from flowc.runtime_shim.contract import Attempt, Plan
from flowc.runtime_shim.environment import attempt_to_environment, other_variables
from flowc.runtime_shim.loading import LoadedFlow
from flowc.runtime_shim.policies import Retry, retry_of, timeout_of
from flowc.runtime_shim.randomness import Randomness
from flowc.runtime_shim.run_step import run_attempt
from flowc.runtime_shim.task_records import RunRecords


class MemberFlow:
    """`plan` and `digest` of the code that the run uses; `loop`: the members are the turns of the loop that the attempt names."""

    def __init__(self, attempt: Attempt, records: RunRecords, scratch: Scratch, *, loop: bool) -> None:
        code = find_code(attempt, None, records, scratch)
        if loop and attempt.step == code.plan["start"] and attempt.attempt > 0:
            # The flow's file may have been replaced since: a run goes on with the code that its first turn ran.
            first = records.commit_if_any(attempt.step, start_address(code.plan, attempt.step, attempt.at))
            code = code if first is None else agree(code, attempt, [first], records, scratch)
        self._code = code
        self._imported = False
        self._flow: LoadedFlow | None = None
        self._fresh = False
        self._randomness = Randomness()
        self.loop = loop
        self.plan: Plan = code.plan
        self.digest = code.digest

    def retry(self, step: str) -> Retry:
        """Return how often and how far apart a step is tried again."""
        flow = self._loaded()
        if flow is not None:
            return retry_of(flow, step)
        planned = self.plan["steps"][step]
        return Retry(planned.get("retries") or 0, planned.get("retry_seconds") or 0.0)

    def catches(self, step: str) -> bool:
        """Whether a step has `@catch`."""
        return "catch" in self.plan["steps"][step]

    def timeout(self, attempt: Attempt) -> float | None:
        """Return the seconds that the user code of an attempt may take, None for no bound."""
        flow = self._loaded()
        if flow is not None:
            return timeout_of(flow, attempt)
        return attempt.timeout if attempt.timeout is not None else self.plan["steps"][attempt.step].get("timeout")

    def work(self, attempt: Attempt) -> Callable[[], int]:
        """Return what a child process does for an attempt; it returns the exit code."""

        def run() -> int:
            flow = self._loaded()
            if self._fresh:
                environment = {**other_variables(os.environ), **attempt_to_environment(attempt)}
                os.execve(sys.executable, [sys.executable, "-P", "-m", "flowc.runtime_shim", "step", attempt.step], environment)
            self._randomness.renew()
            return run_attempt(attempt, flow)

        return run

    def _loaded(self) -> LoadedFlow | None:
        """Return the imported flow; None where its import failed, which each member then meets and records itself."""
        if not self._imported:
            self._imported = True
            with self._randomness.watched():
                try:
                    self._flow = import_code(self._code)
                except (SystemExit, Exception):
                    self._flow = None
            self._fresh = threading.active_count() > 1
            gc.collect()
            gc.freeze()
        return self._flow
