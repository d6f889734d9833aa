"""`python -m flowc.runtime_shim [step|loop|gang|exit-hook] [NAME]`: one task of a flow, or several in a row; the environment says which.

NAME is for people who read process lists. The verb `exit-hook` takes the run's outcome from NAME: `succeeded` or `failed`, or
`recorded` where the engine does not say: then the task that FLOWC_STEP and FLOWC_AT name, the flow's last, has committed or not.
"""

import os
import sys

from flowc.runtime_shim.contract import EXIT_NO_RETRY, is_address
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
        case "step" if is_address(attempt.at):
            from flowc.runtime_shim.run_step import run_attempt

            return run_attempt(attempt)
        case "exit-hook":
            from flowc.runtime_shim.exit_hooks import run_exit_hooks, run_recorded

            return run_recorded(attempt) if name == "recorded" else run_exit_hooks(attempt, name or "succeeded")
        case "step" | "loop" | "gang":
            from flowc.runtime_shim.fused import run_fused

            return run_fused(attempt, loop=verb == "loop", gang=verb == "gang")
        case _:
            print(f"flowc: {verb!r} is none of step, loop, gang, exit-hook", file=sys.stderr)
            return EXIT_NO_RETRY


if __name__ == "__main__":
    code = main(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # No thread or child of the step may hold the task open, or write behind the control line.
    os._exit(code)
