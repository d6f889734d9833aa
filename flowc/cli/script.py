"""`python train.py run`: what a flow file does when it is run itself and instantiates its flow, as Metaflow's do."""

import sys
from pathlib import Path
from typing import NoReturn

VERBS = {
    "run": "Run the flow here; takes the flow's parameters and the options of `flowc run`.",
    "check": "Report every finding of the flow.",
    "show": "Show the flow graph and the region tree.",
}


def run_script(flow_class: type, arguments: list[str]) -> NoReturn:
    """Do what the command line of a flow file says, and exit as `flowc` does."""
    file = _as_called(Path(str(sys.modules["__main__"].__file__)))
    named = f"{file}:{flow_class.__name__}"
    match arguments:
        case ["run", *rest]:
            _flowc(["run", "--script", named, *rest])
        case ["check", *rest]:
            _flowc(["check", *rest, named])
        case ["show", *rest]:
            _flowc(["graph", *rest, named])
        case [] | ["-h" | "--help", *_]:
            print(_usage(file))
            sys.exit(0)
        case [verb, *_]:
            print(f"{_usage(file)}\n\nflowc: error: {verb!r} is none of these commands", file=sys.stderr)
    sys.exit(2)


def _as_called(file: Path) -> Path:
    """Return the file as the person spelt it, where that still leads there: the flow may have changed the working directory."""
    called = Path(sys.argv[0])
    return called if called.exists() and called.samefile(file) else file


def _usage(file: Path) -> str:
    lines = [f"  {verb:<6} {line}" for verb, line in VERBS.items()]
    return "\n".join([f"Usage: python {file} COMMAND [OPTIONS]", "", "Commands:", *lines])


def _flowc(arguments: list[str]) -> NoReturn:
    from flowc.cli.group import run

    run(arguments)
