"""`flowc targets`: what each target does with each construct of the language, or with those of one flow."""

from typing import Any

import click

from flowc.cli.flow_argument import parse_flow_argument
from flowc.cli.output import say
from flowc.cli.target_options import overrides, target_options


@click.command()
@click.argument("flow", metavar="[FLOW]", required=False)
@click.option("--format", "form", type=click.Choice(("text", "json", "markdown")), default="text", show_default=True)
@target_options
def command(flow: str | None, form: str, env: str | None, **settings: Any) -> int:
    """Print how each target does each construct of the language, and on which engines that ran.

    With FLOW: what each target makes of it, native, lowered or refused (why, where, what to write instead), and how far it may grow.
    """
    if flow is None:
        from flowc.cli.target_tables import tables_json, tables_markdown, tables_text

        say({"text": tables_text, "json": tables_json, "markdown": tables_markdown}[form]())
        return 0
    from flowc.api import report_targets
    from flowc.cli.target_reports import reports_json, reports_markdown, reports_text

    named = parse_flow_argument(flow)
    reports = report_targets(named.path, named.name, env=env, overrides=overrides(**settings))
    say({"text": reports_text, "json": reports_json, "markdown": reports_markdown}[form](reports))
    return 0
