"""`flowc check`: every finding of the flows, for the language or for given targets."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from flowc.cli.flow_argument import FlowArgument, parse_flow_argument
from flowc.cli.flow_folders import passed_over, with_files_of_folders
from flowc.cli.outcome import Outcome, cache_option, outcome_of
from flowc.cli.output import say, wants_color
from flowc.disk import Disk

FORMATS = ("full", "concise", "json", "sarif", "github")


@click.command()
@click.argument("flows", metavar="FLOW...", nargs=-1, required=True)
@click.option("--target", "targets", metavar="T", multiple=True, help="Also report what compiling for this target would; may be repeated.")
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project, for targets.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="full", show_default=True)
@click.option("--fix", is_flag=True, help="First write the safe fixes into the files; the rest of each file stays as it is.")
@cache_option
def command(flows: Sequence[str], targets: Sequence[str], env: str | None, form: str, fix: bool, use_cache: bool) -> int:
    """Report every finding of each FLOW (train.py, train.py:TrainFlow, or a folder of flow files); exit 1 if any is an error."""
    named = [parse_flow_argument(flow) for flow in flows]
    if fix:
        from flowc.cli.fix_files import fix_files

        fix_files(list(with_files_of_folders(named, Disk())), env)
    options = {"targets": targets, "env": env, "format": form, "color": wants_color()}
    outcome = outcome_of("check", named, options, lambda disk: _check(named, options, disk), use_cache=use_cache)
    say(outcome.said)
    return outcome.code


def _check(flows: Sequence[FlowArgument], options: Mapping[str, Any], disk: Disk) -> Outcome:
    from flowc.api import CheckResult, CompileResult, check, compile_flows
    from flowc.diagnostics import Severity
    from flowc.diagnostics.render import FORMATS as KNOWN
    from flowc.diagnostics.render import render
    from flowc.diagnostics.summary import summarise

    form = next(name for name in KNOWN if name == options["format"])
    targets, env = options["targets"], options["env"]
    results: list[CheckResult | CompileResult] = []
    named = with_files_of_folders(flows, disk)
    checked = {flow: check(flow.path, flow.name, env=env, disk=disk) for flow in named if not targets or named[flow]}
    passed = passed_over({flow: result for flow, result in checked.items() if named[flow]})
    for flow in named:
        if flow not in passed:
            compiled = compile_flows([(flow.path, flow.name)], targets, env=env, disk=disk) if targets else None
            results.append(compiled or checked[flow])
    found = list(dict.fromkeys(diagnostic for result in results for diagnostic in result.diagnostics))
    sources = {name: source for result in results for name, source in result.sources.items()}
    said = render(found, sources, format=form, color=options["color"])
    if form in ("full", "concise"):
        said += summarise(found, [str(flow.path) for flow in flows]) + "\n"
    return Outcome(code=int(any(diagnostic.severity is Severity.ERROR for diagnostic in found)), said=said)
