"""`flowc package ls`: what a code package holds, and why."""

import json
import sys

import click

from flowc.cli.flow_argument import parse_flow_argument


@click.group()
def command() -> None:
    """Say what a code package holds, and why."""


@command.command("ls")
@click.argument("flow", metavar="FLOW")
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def ls(flow: str, env: str | None, form: str) -> None:
    """List the files that ship with FLOW, their sizes and why, and the digest; nothing is uploaded."""
    from flowc.api import check
    from flowc.diagnostics.model import Report, Severity
    from flowc.diagnostics.render import render
    from flowc.package.flow_package import package_flow
    from flowc.settings import load_settings

    named = parse_flow_argument(flow)
    result = check(named.path, named.name)
    errors = [found for found in result.diagnostics if found.severity is Severity.ERROR]
    if errors:
        click.echo(render(errors, result.sources, color=sys.stderr.isatty()), err=True, nl=False)
        sys.exit(1)
    chosen = result.flow
    assert chosen.tree is not None, "a flow without errors has a region tree"
    report = Report()
    include = load_settings(result.project_root, env).include
    package = package_flow(chosen.tree, chosen.closure, result.project_root, include=include, report=report)
    click.echo(render(report.diagnostics, result.sources, color=sys.stderr.isatty()), err=True, nl=False)
    if report.has_errors:
        sys.exit(1)
    name = chosen.graph.deployed_name
    if form == "json":
        listing = {
            "schema": 1,
            "flow": name,
            "digest": package.digest,
            "size": len(package.data),
            "files": [{"path": file.path, "size": file.size, "why": file.why} for file in package.files],
            "left_out": [{"path": file.path, "why": file.why} for file in package.left_out],
        }
        click.echo(json.dumps(listing, indent=2, ensure_ascii=False))
        return
    from flowc.package import readable_size

    rows = [(readable_size(file.size), file.path, file.why) for file in package.files]
    size_width = max(len(size) for size, _, _ in rows)
    path_width = max(len(path) for _, path, _ in rows)
    click.echo(f"{name}: {len(rows)} files, {readable_size(len(package.data))}, {package.digest}")
    for size, path, why in rows:
        click.echo(f"  {size:>{size_width}}  {path:<{path_width}}  {why}")
    if package.left_out:
        click.echo("left out:")
        for file in package.left_out:
            click.echo(f"  {file.path}  {file.why}")
