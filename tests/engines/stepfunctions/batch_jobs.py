"""What a Batch job is here: a real process that runs the container's command with the container's environment, and nothing else.

Written into moto's classes by `engine.py`. Each job leaves `jobs/<id>.log`, what it printed, and `jobs/<id>.json`, what it was.
"""

import json
import os
import signal
import subprocess
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

KILLED = 137
STEP = "FLOWC_STEP"


class Machines:
    """The compute environment: so many jobs run at once, each with `environment`; logs go to `folder`/jobs.

    The file `twice` in `folder` lists steps whose jobs are started twice at the same time, as happens when Batch loses sight of a host.
    """

    def __init__(self, folder: Path, environment: dict[str, str], slots: int) -> None:
        self.folder = folder
        self.environment = environment
        self.free = threading.Semaphore(slots)
        self.ended: set[str] = set()
        (folder / "jobs").mkdir()

    def run(self, job: Any) -> None:
        """Run a job of moto to its end; stands in for `Job.run`, which wants docker."""
        try:
            self._run(job)
        finally:
            self.ended.add(job.job_id)

    def _run(self, job: Any) -> None:
        properties, overrides = job.job_definition.container_properties or {}, job.container_overrides
        pairs = [*(properties.get("environment") or []), *(overrides.get("environment") or [])]
        given = {pair["name"]: pair["value"] for pair in pairs}
        command = job._add_parameters_to_command(overrides.get("command") or properties.get("command") or [])
        with self.free:
            if job.stop:
                job._mark_stopped(success=False)
                return
            job.job_started_at = datetime.now()
            job._start_attempt()
            job.status = "RUNNING"
            copies = 2 if given.get(STEP) in self._started_twice() else 1
            environment = {**self.environment, "AWS_BATCH_JOB_ID": job.job_id, "AWS_BATCH_JQ_NAME": job.job_queue.name, **given}
            with (self.folder / f"jobs/{job.job_id}.log").open("ab") as log:
                running = [
                    subprocess.Popen(
                        command,
                        env={**environment, "AWS_BATCH_JOB_ATTEMPT": str(copy + 1)},
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        cwd=self.folder,
                        start_new_session=True,
                    )
                    for copy in range(copies)
                ]
                codes = self._wait(job, running)
        job.exit_code = max(code if code >= 0 else 128 - code for code in codes)
        told = {"name": job.job_name, "command": command, "environment": given, "codes": codes, "reason": job.job_stopped_reason}
        (self.folder / f"jobs/{job.job_id}.json").write_text(json.dumps(told))
        job._mark_stopped(success=job.exit_code == 0 and not job.stop)

    def _started_twice(self) -> list[str]:
        path = self.folder / "twice"
        return path.read_text().split() if path.exists() else []

    def _wait(self, job: Any, running: list["subprocess.Popen[bytes]"]) -> list[int]:
        """Wait for the end, kill at the end of the attempt's time or when the job is terminated; return the exit codes."""
        seconds = job._get_attempt_duration()
        end = None if seconds is None else time.monotonic() + seconds
        while any(process.poll() is None for process in running):
            late = end is not None and time.monotonic() > end
            if late:
                job.job_stopped_reason = "Job attempt duration exceeded timeout"
            if late or job.stop:
                for process in running:
                    _kill(process)
                break
            time.sleep(0.02)
        codes = [process.wait() for process in running]
        for process in running:
            _kill(process)
        return [KILLED if code == -signal.SIGKILL else code for code in codes]


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill what a container would take with it: its whole session."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
