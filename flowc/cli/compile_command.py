"""`flowc compile`: writes the files of a target, or says how those on disk differ."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from flowc.cli.compare_files import compare_files
from flowc.cli.flow_argument import FlowArgument, parse_flow_argument
from flowc.cli.outcome import Outcome, cache_option, outcome_of
from flowc.cli.output import say
from flowc.cli.target_options import overrides, target_options
from flowc.disk import Disk
from flowc.errors import FlowcError


@click.command()
@click.argument("flows", metavar="FLOW...", nargs=-1, required=True)
@click.option("--target", "targets", metavar="T", multiple=True, required=True, help="What to compile for; may be repeated.")
@click.option("-o", "--output", metavar="DIR", required=True, type=click.Path(path_type=Path), help="Files go to DIR/<target>/<flow>/.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the files in DIR are not what would be written.")
@cache_option
@target_options
def command(
    flows: Sequence[str],
    targets: Sequence[str],
    output: Path,
    check: bool,
    use_cache: bool,
    env: str | None,
    **settings: Any,
) -> int:
    """Write the files of each FLOW (train.py, or train.py:TrainFlow) for each target and print their names."""
    named = [parse_flow_argument(flow) for flow in flows]
    options = {"targets": targets, "env": env, "overrides": overrides(**settings), "color": sys.stderr.isatty()}
    outcome = outcome_of("compile", named, options, lambda disk: _compile(named, options, disk), use_cache=use_cache)
    click.echo(outcome.findings, err=True, nl=False)
    if outcome.code:
        return outcome.code
    if check:
        return compare_files(outcome.files, output, targets, named)
    for path, text in outcome.files.items():
        _write(output / path, text.encode("utf-8"))
    return 0


def _compile(flows: Sequence[FlowArgument], options: Mapping[str, Any], disk: Disk) -> Outcome:
    from flowc.api import compile_flows
    from flowc.diagnostics.render import render

    named = [(flow.path, flow.name) for flow in flows]
    result = compile_flows(named, options["targets"], env=options["env"], overrides=options["overrides"], disk=disk)
    findings = render(result.diagnostics, result.sources, color=options["color"])
    return Outcome(code=int(not result.ok), findings=findings, files={manifest.path: manifest.text for manifest in result.manifests})


def _write(path: Path, data: bytes) -> None:
    """Write `data` unless it stands there already: a time stamp that moves makes other tools work."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
    except OSError as error:
        raise FlowcError(f"{path} cannot be written: {error.strerror or error}") from error
    say(f"{path}\n")
