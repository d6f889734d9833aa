"""`flowc package ls`: what a code package holds, and why."""

import json
import sys
from typing import TYPE_CHECKING

import click

from flowc.cli.flow_argument import parse_flow_argument
from flowc.cli.output import say

if TYPE_CHECKING:
    from flowc.package import CodePackage


@click.group()
def command() -> None:
    """Say what a code package holds, and why."""


@command.command("ls")
@click.argument("flow", metavar="FLOW")
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def ls(flow: str, env: str | None, form: str) -> int:
    """List the files that ship with FLOW (train.py, or train.py:TrainFlow), with size and reason, and the digest. Nothing is uploaded."""
    from flowc.api import check
    from flowc.diagnostics.model import Report
    from flowc.diagnostics.render import render
    from flowc.package.flow_package import package_flow

    named = parse_flow_argument(flow)
    result = check(named.path, named.name, env=env)
    color = sys.stderr.isatty()
    if not result.ok:
        click.echo(render(result.diagnostics, result.sources, color=color), err=True, nl=False)
        return 1
    chosen = result.flow
    assert chosen.tree is not None, "a flow without errors has a region tree"
    report = Report()
    package = package_flow(
        chosen.tree,
        chosen.closure,
        result.project_root,
        include=result.settings.include,
        include_places=result.settings.include_places,
        report=report,
    )
    click.echo(render(report.diagnostics, result.sources, color=color), err=True, nl=False)
    if report.has_errors:
        return 1
    say(_as_json(chosen.graph.deployed_name, package) if form == "json" else _as_text(chosen.graph.deployed_name, package))
    return 0


def _as_json(name: str, package: "CodePackage") -> str:
    listing = {
        "schema": 1,
        "flow": name,
        "digest": package.digest,
        "size": len(package.data),
        "files": [{"path": file.path, "size": file.size, "why": file.why} for file in package.files],
        "left_out": [{"path": file.path, "why": file.why} for file in package.left_out],
    }
    return json.dumps(listing, indent=2, ensure_ascii=False) + "\n"


def _as_text(name: str, package: "CodePackage") -> str:
    from flowc.cli.table import table
    from flowc.package import readable_size

    count = len(package.files)
    lines = [f"{name}: {count} file{'s' if count > 1 else ''}, {readable_size(len(package.data))}, {package.digest}\n"]
    rows = [(readable_size(file.size), file.path, file.why) for file in package.files]
    lines.append(table(("size", "path", "why"), rows, right=(0,)))
    if package.left_out:
        lines.append("\nleft out:\n" + table(("path", "why"), [(file.path, file.why) for file in package.left_out]))
    return "".join(lines)
