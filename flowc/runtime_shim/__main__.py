"""`python -m flowc.runtime_shim [step|loop|exit-hook] [NAME]`: one task of a flow; everything it needs to know is environment.

NAME is for people who read process lists. The verb `exit-hook` takes the run's outcome from NAME: `succeeded` or `failed`.
"""

import os
import sys

from flowc.runtime_shim.contract import EXIT_NO_RETRY
from flowc.runtime_shim.environment import EnvironmentRefused, attempt_from_environment


def main(arguments: list[str]) -> int:
    """Run what the arguments and the environment say and return the exit code."""
    verb, name = (arguments + ["step"])[0] if arguments else "step", arguments[1] if len(arguments) > 1 else ""
    try:
        attempt = attempt_from_environment(os.environ)
    except EnvironmentRefused as error:
        print(f"flowc: {error}", file=sys.stderr)
        return EXIT_NO_RETRY
    match verb:
        case "step":
            from flowc.runtime_shim.run_step import run_attempt

            return run_attempt(attempt)
        case "exit-hook":
            from flowc.runtime_shim.exit_hooks import run_exit_hooks

            return run_exit_hooks(attempt, name or "succeeded")
        case "loop":
            print("flowc: this version of flowc does not run a loop in one task: compile the flow with the same version", file=sys.stderr)
            return EXIT_NO_RETRY
        case _:
            print(f"flowc: {verb!r} is none of step, loop, exit-hook", file=sys.stderr)
            return EXIT_NO_RETRY


if __name__ == "__main__":
    code = main(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # No thread or child of the step may hold the task open, or write behind the control line.
    os._exit(code)
