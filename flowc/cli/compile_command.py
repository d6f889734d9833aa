"""`flowc compile`: writes the files of a target, or says how those on disk differ."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.flow_argument import parse_flow_argument
from flowc.cli.output import say
from flowc.cli.target_options import overrides, show_findings, target_options
from flowc.errors import FlowcError

if TYPE_CHECKING:
    from flowc.backends.base import Manifest


@click.command()
@click.argument("flows", metavar="FLOW...", nargs=-1, required=True)
@click.option("--target", "targets", metavar="T", multiple=True, required=True, help="What to compile for; may be repeated.")
@click.option("-o", "--output", metavar="DIR", required=True, type=click.Path(path_type=Path), help="Files go to DIR/<target>/<flow>/.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the files in DIR are not what would be written.")
@target_options
def command(
    flows: Sequence[str],
    targets: Sequence[str],
    output: Path,
    check: bool,
    env: str | None,
    root: str | None,
    python: str | None,
    max_map_length: int | None,
) -> int:
    """Write the files of each FLOW (train.py, or train.py:TrainFlow) for each target and print their names."""
    from flowc.api import compile_flows

    named = [parse_flow_argument(flow) for flow in flows]
    result = compile_flows(
        [(flow.path, flow.name) for flow in named],
        targets,
        env=env,
        overrides=overrides(root=root, python=python, max_map_length=max_map_length),
    )
    show_findings(result)
    if not result.ok:
        return 1
    if check:
        return _check(result.manifests, output)
    for manifest in result.manifests:
        _write(output / manifest.path, manifest.data)
    return 0


def _write(path: Path, data: bytes) -> None:
    """Write `data` unless it stands there already: a time stamp that moves makes other tools work."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
    except OSError as error:
        raise FlowcError(f"{path} cannot be written: {error.strerror or error}") from error
    say(f"{path}\n")


def _check(manifests: "Sequence[Manifest]", output: Path) -> int:
    stale = 0
    for manifest in manifests:
        path = output / manifest.path
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            say(f"missing: {path}\n")
            stale += 1
            continue
        except OSError as error:
            raise FlowcError(f"{path} cannot be read: {error.strerror or error}") from error
        if found != manifest.data:
            say(f"stale: {path}\n" + diff_text(found.decode("utf-8", "backslashreplace"), manifest.text, str(path)))
            stale += 1
    if stale:
        say(f"{stale} of {len(manifests)} files differ: run the same command without --check\n")
    return int(stale > 0)


def diff_text(before: str, after: str, name: str) -> str:
    """Return a unified diff; empty where nothing differs."""
    return "".join(
        line if line.endswith("\n") else f"{line}\n"
        for line in difflib.unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), f"{name} (there)", f"{name} (compiled)"
        )
    )
