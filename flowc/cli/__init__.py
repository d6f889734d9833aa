"""The command line: one command per file, options in, text and exit code out.

Commands are listed here with their one-line help, so that `flowc --help` imports none of them.
"""

import sys
from importlib import import_module
from typing import NoReturn

import click

from flowc.errors import FlowcError
from flowc.runtime_shim.contract import VERSION

COMMANDS = {
    "check": "Report every finding of the flows, for the language or for given targets.",
    "graph": "Show the flow graph and the region tree, to read or to look at.",
    "run": "Run a flow here, through the same shim as in production.",
    "compile": "Write the files of a target.",
    "deploy": "Upload the code package and hand the flow to its scheduler.",
    "runs": "List the runs of a flow.",
    "show": "Show a run, a step or a task.",
    "logs": "Print the log of a task.",
    "package": "Say what a code package holds, and why.",
    "targets": "Show what each target can do.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: `flowc.cli.NAME_command`, attribute `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, imported, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"flowc.cli.{cmd_name}_command").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands from `COMMANDS` alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, "--version", prog_name="flowc", message="%(prog)s %(version)s")
def cli() -> None:
    """Compile Python flows to the schedulers that companies already run."""


def main() -> NoReturn:
    """Run the command line and exit: 0 fine, 1 findings or failure, 2 wrong usage, 3 the engine refused, 70 a bug of ours."""
    try:
        cli.main(standalone_mode=False)
        sys.exit(0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("flowc: stopped", err=True)
        sys.exit(130)
    except FlowcError as error:
        click.echo(f"flowc: error: {error}", err=True)
        if error.help:
            click.echo(f"  help: {error.help}", err=True)
        sys.exit(error.exit_code)
