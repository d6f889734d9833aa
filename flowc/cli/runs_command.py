"""`flowc runs`: the runs of a flow, the newest first."""

import itertools
import json
from typing import TYPE_CHECKING

import click

from flowc.cli.output import say, wants_color
from flowc.cli.store_argument import named_in_store, store_errors
from flowc.cli.times import clock

if TYPE_CHECKING:
    from flowc.client import Run


@click.command()
@click.argument("flow", metavar="FLOW")
@click.option("--root", metavar="R", help="The store: a URL or a folder; by default that of the project's settings.")
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project.")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="At most so many runs.")
@click.option("--tag", "tags", metavar="T", multiple=True, help="Only runs with this tag; may be repeated.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(flow: str, root: str | None, env: str | None, limit: int | None, tags: tuple[str, ...], form: str) -> int:
    """List the runs of FLOW, the newest first. FLOW is a deployed name, or the flow's file (train.py, or train.py:TrainFlow)."""
    from flowc.cli.showing import run_facts
    from flowc.client import Flow

    with store_errors():
        chosen, parts = named_in_store(flow, root, env)
        found = Flow("/".join(parts), root=chosen)
        runs = list(itertools.islice(found.runs(*tags), limit))
        if form == "json":
            listing = {"schema": 1, "flow": found.name, "root": found.root, "runs": [run_facts(run) for run in runs]}
            say(json.dumps(listing, indent=2, ensure_ascii=False) + "\n")
            return 0
        say(_as_text(runs))
    return 0


def _as_text(runs: "list[Run]") -> str:
    from flowc.cli.showing import run_took
    from flowc.cli.table import table

    if not runs:
        return "no runs\n"
    rows = [(run.id, run.status, clock(run.created_at), run_took(run), ", ".join(sorted(run.tags))) for run in runs]
    return table(("run", "status", "started", "took", "tags"), rows, color=wants_color())
