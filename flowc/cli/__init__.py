"""The command line: one command per file, options in, text and exit code out.

Commands are listed here with their one-line help, so that `flowc --help` and `flowc --version` answer without importing click or any
command: `overview` writes what click would write (a test compares them).
"""

import os
import sys
from io import TextIOWrapper
from typing import NoReturn

from flowc.runtime_shim.version import VERSION

SUMMARY = "Compile Python flows to the schedulers that companies already run."
COMMANDS = {
    "check": "Report every finding of the flows.",
    "explain": "Say what a finding means and what to write instead.",
    "graph": "Show the flow graph and the region tree.",
    "run": "Run a flow here, through the same shim as in production.",
    "compile": "Write the files of a target.",
    "diff": "Compare a flow with its compiled file, by meaning.",
    "deploy": "Upload the code package and hand the flow to its scheduler.",
    "trigger": "Start a run of a deployed flow on its scheduler.",
    "status": "Show a deployed flow and its runs as the scheduler sees them.",
    "terminate": "End a run on the scheduler.",
    "runs": "List the runs of a flow.",
    "show": "Show a run, a step or a task.",
    "logs": "Print the log of a task.",
    "package": "Say what a code package holds, and why.",
    "doctor": "Say whether a store can be trusted, and what to do.",
    "gc": "List what in a store nobody needs any more; --delete removes it.",
    "targets": "Show what each target can do.",
}


def overview() -> str:
    """Return the text of `flowc --help`."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {line}" for name, line in COMMANDS.items())
    return (
        f"Usage: flowc [OPTIONS] COMMAND [ARGS]...\n\n  {SUMMARY}\n\n"
        "Options:\n  --version   Show the version and exit.\n  -h, --help  Show this message and exit.\n\n"
        f"Commands:\n{commands}"
    )


def main() -> NoReturn:
    """Run the command line and exit: 0 fine, 1 findings or failure, 2 wrong usage, 3 the engine refused, 70 a bug of ours."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character is no reason to stop a run
    match sys.argv[1:]:
        case ["-h" | "--help"]:
            _answer(overview())
        case ["--version"]:
            _answer(f"flowc {VERSION}")
        case _:
            from flowc.cli.group import run

            run()
    sys.exit(0)


def _answer(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        nobody_reads()


def nobody_reads() -> NoReturn:
    """Exit quietly where whoever read our output has left: nothing more can be written, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
