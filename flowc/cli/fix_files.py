"""`flowc check --fix`: writes the safe fixes into the flow files that were named, again and again until none is left."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from flowc.cli.flow_argument import FlowArgument
from flowc.errors import FlowcError

ROUNDS = 10
"""A fix may uncover another; so many in a row would be a circle."""


def fix_files(flows: Sequence[FlowArgument], env: str | None) -> None:
    """Fix each file, and say on standard error how many findings that mended."""
    for path in dict.fromkeys(flow.path for flow in flows):
        count = _fix(path, env)
        if count:
            click.echo(f"flowc: fixed {count} {'finding' if count == 1 else 'findings'} in {path}", err=True)


def _fix(path: Path, env: str | None) -> int:
    from flowc.api import check
    from flowc.diagnostics.fixes import fixed

    total = 0
    for _ in range(ROUNDS):
        result = check(path, env=env)
        source = next((source for source in result.sources.values() if _same(path, source.name)), None)
        if source is None:
            break
        data, count = fixed(source, result.diagnostics)
        if not count:
            break
        _replace(path, source.data, data)
        total += count
    return total


def _same(path: Path, name: str) -> bool:
    return os.path.abspath(path) == os.path.abspath(name)


def _replace(path: Path, before: bytes, after: bytes) -> None:
    """Put `after` in the place of `before` at once, links and permissions kept; raises FlowcError where that cannot be."""
    real = os.path.realpath(path)
    temporary = None
    try:
        if Path(real).read_bytes() != before:
            raise FlowcError(f"{path} changed while it was fixed", help="run the command again")
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(real), prefix=".flowc-", delete=False) as file:
            temporary = file.name
            file.write(after)
        shutil.copymode(real, temporary)
        os.replace(temporary, real)
    except OSError as error:
        raise FlowcError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
