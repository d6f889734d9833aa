"""The timer of `@timeout` and a step that does not listen to it."""

import signal
import subprocess
import sys

SCRIPT = """
import time
from flowc.runtime_shim import execution
from flowc.runtime_shim.exceptions import TimeoutException

execution.GRACE_SECONDS = 0.1
with execution.time_limit("deaf", 0.1):
    while True:
        try:
            time.sleep(60)
        except TimeoutException as told:
            print(told, flush=True)
"""


def test_a_step_that_catches_its_timeout_is_ended() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.returncode == -signal.SIGTERM
    assert done.stdout == "step 'deaf' timed out after 0.1 seconds\n"
