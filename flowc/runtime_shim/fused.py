"""Several tasks in one container: the members of a chunk, all turns of a loop. docs/runtime.md, "Chunks and fused loops".

Each task commits at its own address, in a child process of its own; this process runs no step and keeps no output. A later attempt
of the whole goes on where the killed one stopped.
"""

import json
import os
from collections.abc import Sequence

from flowc.runtime_shim.addresses import Refused
from flowc.runtime_shim.attempt_code import Scratch
from flowc.runtime_shim.chunks import is_chunk, members
from flowc.runtime_shim.contract import EXIT_DONE, EXIT_NO_RETRY, Attempt
from flowc.runtime_shim.control import hand_over
from flowc.runtime_shim.failures import classify
from flowc.runtime_shim.loop_walk import LoopWalk, Stop, steps_of_loop
from flowc.runtime_shim.member_flow import MemberFlow
from flowc.runtime_shim.member_process import MemberProcesses
from flowc.runtime_shim.member_task import MemberFailed, MemberTasks, ToldToEnd, say
from flowc.runtime_shim.passing import is_passed_over
from flowc.runtime_shim.stores import open_store
from flowc.runtime_shim.task_records import RunRecords
from flowc.runtime_shim.tracebacks import format_exception
from flowc.runtime_shim.tries import allowance_of
from flowc.runtime_shim.typed import Any


def run_fused(attempt: Attempt, *, loop: bool, gang: bool = False) -> int:
    """Run the members that `attempt.at` names and return the exit code for all of them.

    loop: each member is the loop whose first step the attempt names, at an address outside it; gang: it is the gang of that step, at
    the address of the step that opened it, with all its processes at the same time; else that step alone.
    A member that fails keeps none of the others from running, and then the whole has failed. Changes what belongs to the process:
    signal handlers, working directory, `sys.path`.
    """
    try:
        with Scratch() as code, Scratch() as files, MemberProcesses() as processes:
            return _Fused(attempt, loop, gang, processes, code, files.folder()).run()
    except ToldToEnd as told:
        return 128 + told.number
    except BaseException as error:
        failure = classify(error)
        if failure.said is not None:
            say(failure.said)
        if failure.shown is not None:
            os.write(2, format_exception(failure.shown).encode("utf-8", "backslashreplace"))
        return failure.exit_code


class _Fused:
    def __init__(self, attempt: Attempt, loop: bool, gang: bool, processes: MemberProcesses, code: Scratch, files: str) -> None:
        self._attempt = attempt
        self._loop = loop
        self._gang = gang
        self._records = RunRecords(open_store(attempt.root, forks=True), attempt.flow, attempt.run)
        self._flow = MemberFlow(attempt, self._records, code, loop=loop)
        self._plan = self._flow.plan
        steps = steps_of_loop(self._plan, attempt.step) if loop else [attempt.step]
        allowance = allowance_of(attempt, self._plan, steps)
        self._tasks = MemberTasks(attempt, self._records, self._flow, allowance, processes, files)

    def run(self) -> int:
        controls: list[dict[str, Any]] = []
        codes: list[int] = []
        for at in members(self._attempt.at):
            if is_chunk(self._attempt.at) and self._is_passed_over(at):
                say(f"{self._attempt.step} at {at} is passed over: a switch before it went another way")
                continue
            try:
                control = self._turns(at) if self._loop else self._tasks.run(Stop(self._attempt.step, at, self._size(at)))
            except MemberFailed as failed:
                say(str(failed))
                codes.append(failed.code)
                continue
            if control:
                controls.append(control)
        if codes:
            return next((code for code in codes if code != EXIT_NO_RETRY), EXIT_NO_RETRY)
        self._hand_over(controls)
        return EXIT_DONE

    def _is_passed_over(self, at: str) -> bool:
        return is_passed_over(self._plan, self._attempt.step, at, self._records.commit, self._records.loop_exit)

    def _size(self, at: str) -> int | None:
        """Return how many processes the gang of the step has, None where it is none."""
        scope = self._plan["steps"][self._attempt.step]["scope"]
        if not self._gang or scope is None:
            return None
        record = self._records.commit(scope[0], at)
        if record is None:
            raise Refused(f"{self._attempt.step!r} at {at!r} came too early: {scope[0]!r}, which opens its gang, has no commit record")
        return int(record["control"]["count"])

    def _turns(self, outside: str) -> dict[str, Any]:
        """Run a loop until it is left and return where to: the control object of the whole."""
        walk = LoopWalk(self._plan, self._attempt.step, outside)
        while walk.here is not None:
            walk.go_on(self._tasks.run(walk.here))
        assert walk.left is not None, "a walk without a next task has left its loop"
        return {"at": walk.left.at, "next": walk.left.step}

    def _hand_over(self, controls: Sequence[dict[str, Any]]) -> None:
        line = hand_over(self._attempt, json.dumps(controls, separators=(", ", ": ")) if controls else None)
        if line is None or self._attempt.engine == "local":
            return
        # Threads of the imported flow may still print: from here on nobody hears them.
        real, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.write(real, f"{line}\n".encode())
