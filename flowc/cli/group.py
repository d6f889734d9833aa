"""The click group behind `flowc`: finds commands by name, turns what they raise into a message and an exit code."""

import os
import sys
import traceback
from importlib import import_module
from typing import Any, NoReturn

import click

from flowc.cli import COMMANDS, SUMMARY, nobody_reads
from flowc.errors import FlowcError
from flowc.runtime_shim.version import VERSION

OUR_BUG = 70
STOPPED = 130


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

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line under the name `flowc`, however it was started."""
        formatter.write_usage("flowc", " ".join(self.collect_usage_pieces(ctx)))


@click.group(cls=LazyGroup, help=SUMMARY, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, "--version", prog_name="flowc", message="%(prog)s %(version)s")
def cli() -> None:
    """See `SUMMARY`."""


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run the command that `arguments` (those of the process by default) name, and exit."""
    try:
        code: Any = cli.main(arguments, prog_name="flowc", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("flowc: stopped", err=True)
        sys.exit(STOPPED)
    except FlowcError as error:
        click.echo(f"flowc: error: {error}", err=True)
        if error.help:
            click.echo(f"  help: {error.help}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        nobody_reads()
    except Exception as error:
        click.echo(f"flowc: {type(error).__name__}: {error}\nthis is a bug in flowc, not in your flow", err=True)
        if os.environ.get("FLOWC_DEBUG"):
            traceback.print_exc()
        else:
            click.echo("  help: FLOWC_DEBUG=1 shows where; please report it with the flow that shows it", err=True)
        sys.exit(OUR_BUG)
