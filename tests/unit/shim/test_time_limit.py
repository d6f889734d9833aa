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

STUCK = """
from collections import deque
from itertools import repeat
from flowc.runtime_shim import execution

execution.GRACE_SECONDS = execution.LAST_SECONDS = 0.1


def endless():
    deque(repeat(0), maxlen=0)


with execution.time_limit("stuck", 0.1):
    endless()
"""
DONE = """
import time
from flowc.runtime_shim import execution

execution.GRACE_SECONDS = execution.LAST_SECONDS = 0.1
with execution.time_limit("quick", 0.2):
    pass
time.sleep(0.6)
print("goes on")
"""


def test_a_step_that_catches_its_timeout_is_ended() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.returncode == -signal.SIGTERM
    assert done.stdout == "step 'deaf' timed out after 0.1 seconds\n"


def test_a_step_stuck_in_c_code_is_ended() -> None:
    """The loop never gives the interpreter a chance to call a handler; the log says where it stood."""
    done = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Timeout" in done.stderr
    assert "in endless" in done.stderr


def test_no_timer_outlives_the_step() -> None:
    done = subprocess.run([sys.executable, "-c", DONE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "goes on\n")
