"""`flowc gc`: what in a store nobody needs any more."""

import json
import re
from typing import TYPE_CHECKING, Any

import click

from flowc.cli.output import say
from flowc.cli.store_argument import store_errors

if TYPE_CHECKING:
    from flowc.upkeep.garbage import FlowGarbage, Useless

_UNITS = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_DURATION = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[hdw])\Z")


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """`12h`, `30d` or `6w`, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        if isinstance(value, float):
            return value
        found = _DURATION.match(str(value))
        if found is None:
            self.fail(f"{value!r} is no duration such as 12h, 30d or 6w", param, ctx)
        return float(found["number"]) * _UNITS[found["unit"]]


@click.command()
@click.argument("root", metavar="[ROOT]", required=False)
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project.")
@click.option("--flow", "flows", metavar="FLOW", multiple=True, help="Only this flow, by its deployed name; may be repeated.")
@click.option(
    "--older-than", metavar="AGE", type=Duration(), help="Runs whose last record is older may go: 12h, 30d, 6w. Without it no run goes."
)
@click.option("--keep-last", metavar="N", type=click.IntRange(0), default=0, help="So many runs of each flow stay, the latest to begin.")
@click.option("--keep-tag", "tags", metavar="T", multiple=True, help="Runs with this tag stay; may be repeated.")
@click.option(
    "--lost-after",
    metavar="AGE",
    type=Duration(),
    default="30d",
    show_default=True,
    help="A run without a verdict may be going on so long.",
)
@click.option(
    "--grace",
    metavar="AGE",
    type=Duration(),
    default="7d",
    show_default=True,
    help="Nothing that no run reaches goes younger; 7d at least.",
)
@click.option("--delete", is_flag=True, help="Remove it. Without this, nothing is written.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(root: str | None, env: str | None, flows: tuple[str, ...], form: str, delete: bool, **rules: Any) -> int:
    """List what can go of the store at ROOT, a URL or a folder; by default the store of the project's settings.

    That is: runs that no rule keeps, and data, code and temporaries that no kept run reaches. A run that may be going on stays.
    """
    from flowc.client.reader import Reader
    from flowc.client.root import as_root, default_root
    from flowc.errors import UsageError
    from flowc.upkeep.garbage import garbage_of, probes_left, remove
    from flowc.upkeep.kept_runs import Rules

    given = Rules(
        older_than=rules["older_than"], keep_last=rules["keep_last"], keep_tags=frozenset(rules["tags"]), lost_after=rules["lost_after"]
    )
    url = as_root(root) if root is not None else default_root(env=env)
    with store_errors():
        reader = Reader(url)
        known = reader.flows()
        unknown = sorted(set(flows) - set(known))
        if unknown:
            raise UsageError(f"there is no flow {', '.join(unknown)} in {url}", help=f"it holds {', '.join(known) or 'no flow'}")
        try:
            found = [garbage_of(reader, flow, given, grace=rules["grace"]) for flow in (flows or known)]
        except ValueError as error:
            raise UsageError(str(error)) from error
        useless = [one for garbage in found for one in garbage.useless] + ([] if flows else probes_left(reader))
        removed = list(remove(reader, useless, grace=rules["grace"])) if delete else []
    if form == "json":
        say(json.dumps(_as_json(url, found, removed if delete else useless, delete), indent=2, ensure_ascii=False) + "\n")
    else:
        say(_as_text(url, found, removed if delete else useless, delete))
    return 0


def _as_text(url: str, found: "list[FlowGarbage]", useless: "list[Useless]", deleted: bool) -> str:
    from flowc.cli.times import duration

    lines = [url]
    for garbage in found:
        kept = [run for run in garbage.runs if run.why]
        objects = f"{garbage.kept_objects} objects of {garbage.kept_bytes} bytes"
        lines.append(f"{garbage.flow}: {len(kept)} of {len(garbage.runs)} runs stay, with {objects}")
    lines += [f"  {one.kind:<9}  {one.name}  {one.size} bytes, {duration(one.age)} old" for one in useless]
    total = sum(one.size for one in useless)
    what = f"{len(useless)} things, {total} bytes"
    if deleted:
        lines.append(f"removed: {what}")
    else:
        lines.append(f"can go: {what}; nothing was removed" + (": `--delete` does that" if useless else ""))
    return "\n".join(lines) + "\n"


def _as_json(url: str, found: "list[FlowGarbage]", useless: "list[Useless]", deleted: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "root": url,
        "deleted": deleted,
        "flows": [
            {
                "flow": garbage.flow,
                "runs": [{"run": run.name, "kept_because": run.why or None} for run in garbage.runs],
                "kept_objects": garbage.kept_objects,
                "kept_bytes": garbage.kept_bytes,
            }
            for garbage in found
        ],
        "useless": [{"kind": one.kind, "name": one.name, "bytes": one.size, "age_seconds": round(one.age)} for one in useless],
    }
