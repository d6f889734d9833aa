"""`flowc run`: one run of a flow here. Options before FLOW are flowc's, those behind it are the flow's parameters."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowc.cli.flow_argument import parse_flow_argument

if TYPE_CHECKING:
    from flowc.api import CheckedFlow, CheckResult

OPTIONS: tuple[click.Option, ...] = (
    click.Option(["--root"], metavar="R", help="Store of the run: a URL or a folder; by default that of the project's settings."),
    click.Option(["--run-id"], metavar="ID", help="Name of the run; by default the time and a few random digits."),
    click.Option(["--run-id-file"], metavar="F", type=click.Path(path_type=Path), help="Write the run id here before the first task."),
    click.Option(["--tag", "tags"], metavar="T", multiple=True, help="Tag of the run; may be repeated."),
    click.Option(["--max-workers"], metavar="N", type=click.IntRange(1), help="Processes at once; by default two a core, 4 to 16."),
    click.Option(["--isolate/--no-isolate"], default=None, help="A fresh interpreter per task; by default where forking is not safe."),
    click.Option(["--env"], metavar="NAME", help="Settings table env.NAME of the project."),
)


class _RunCommand(click.Command):
    """Shows in its usage line what stands behind FLOW."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the pieces behind the command's name."""
        return ["[OPTIONS]", "FLOW", "[--PARAMETER VALUE ...]"]


def _callback(flow: str, arguments: Sequence[str], script: bool, **options: Any) -> int:
    named = parse_flow_argument(flow)
    shown_as = f"python {named.path} run" if script else f"flowc run {flow}"
    return run_file(named.path, named.name, arguments, options, shown_as=shown_as, mixed=script)


command = _RunCommand(
    "run",
    callback=_callback,
    params=[
        *OPTIONS,
        click.Option(["--script"], is_flag=True, hidden=True, help="FLOW runs itself: options of both kinds stand behind it."),
        click.Argument(["flow"], metavar="FLOW"),
        click.Argument(["arguments"], metavar="", nargs=-1, type=click.UNPROCESSED),
    ],
    help="Run FLOW (train.py, or train.py:TrainFlow) here, through the same shim as in production.\n\n"
    "Options behind FLOW are the flow's parameters: `flowc run FLOW --help` lists them.",
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
)


def run_file(
    path: Path,
    name: str | None,
    arguments: Sequence[str],
    options: Mapping[str, Any],
    *,
    shown_as: str,
    mixed: bool = False,
) -> int:
    """Check, package and run a flow; return the exit code.

    arguments: the flow's parameters as options; with `mixed` those of `flowc run` may stand among them.
    options: values of `OPTIONS` by name. shown_as: how the command is spelt in its help.
    """
    from flowc.api import check
    from flowc.cli.flow_parameters import parse_flow_arguments

    result = check(path, name, env=options.get("env"))
    if not _say_findings(result):
        return 1
    flow = result.flow
    own: Sequence[click.Option] = list(OPTIONS) if mixed else ()
    parameters, extra = parse_flow_arguments(flow.graph, shown_as, arguments, own)
    if extra.get("env"):
        result = check(path, name, env=extra["env"])
        flow = result.flow
    return _run(result, flow, parameters, {**options, **{name: value for name, value in extra.items() if value not in (None, ())}})


def _say_findings(result: "CheckResult") -> bool:
    """Print errors, else warnings; return whether the flow can run."""
    from flowc.diagnostics.render import render

    if result.diagnostics:
        click.echo(render(result.diagnostics, result.sources, format="full", color=sys.stderr.isatty()), err=True, nl=False)
    if not result.ok:
        click.echo("flowc: the flow has errors, so nothing was run", err=True)
    return result.ok


def _run(result: "CheckResult", flow: "CheckedFlow", parameters: Mapping[str, Any], options: Mapping[str, Any]) -> int:
    from flowc.client.root import as_root, default_root, local_root
    from flowc.diagnostics import Report
    from flowc.diagnostics.render import render
    from flowc.local import run_flow
    from flowc.local.progress import progress_for
    from flowc.package.flow_package import package_flow
    from flowc.project_folder import make_own_folder

    assert flow.tree is not None, "a flow without errors has a region tree"
    report = Report()
    package = package_flow(
        flow.tree,
        flow.closure,
        result.project_root,
        include=result.settings.include,
        include_places=result.settings.include_places,
        report=report,
    )
    if report.diagnostics:
        click.echo(render(report.diagnostics, result.sources, format="full", color=sys.stderr.isatty()), err=True, nl=False)
    if report.has_errors:
        return 1
    given_root = options.get("root")
    root = as_root(given_root) if given_root else default_root(result.project_root, env=options.get("env"))
    if root == local_root(result.project_root):
        with suppress(OSError):  # which the store will say
            make_own_folder(result.project_root)
    shown_root = given_root or (None if root == default_root() else root)
    progress = progress_for(sys.stdout, steps=tuple(step.name for step in flow.graph.steps), given_root=shown_root)
    outcome = None
    try:
        outcome = run_flow(
            flow.tree,
            code_dir=result.project_root,
            package=package.data,
            digest=package.digest,
            root=root,
            run_id=options.get("run_id"),
            run_id_file=options.get("run_id_file"),
            parameters=parameters,
            tags=options.get("tags") or (),
            max_workers=options.get("max_workers"),
            isolate=options.get("isolate"),
            on_event=progress,
        )
    finally:
        progress.close(outcome)
    return outcome.exit_code
