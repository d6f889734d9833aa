"""What a command prints: never fails on what the terminal's encoding lacks, and coloured only where somebody looks."""

import os
import sys

import click


def say(text: str) -> None:
    """Write `text` to standard output as it is; characters that its encoding lacks become escapes."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False, color=wants_color())


def wants_color() -> bool:
    """Whether standard output is a terminal and NO_COLOR (https://no-color.org) is unset or empty."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
