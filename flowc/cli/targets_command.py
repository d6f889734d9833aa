"""`flowc targets`: what each target can do, from its capability table."""

import click

from flowc.cli.output import say


@click.command()
@click.option("--target", "only", metavar="T", multiple=True, help="Only this target; may be repeated.")
def command(only: tuple[str, ...]) -> int:
    """Print, for each construct of the language and each target, how it is done or what is missing."""
    from flowc.backends.constructs import Construct
    from flowc.backends.registry import TARGETS, load_backend

    width = max(len(construct.value) for construct in Construct)
    for place, name in enumerate(only or tuple(TARGETS)):
        table = load_backend(name).capabilities
        say(("\n" if place else "") + f"{name}\n")
        for construct in Construct:
            row = table[construct]
            said = row.text if row.issue is None else f"{row.text} (issue {row.issue})"
            if row.warns:
                said += f"; warns: {row.warns}"
            say(f"  {construct.value:<{width}}  {row.stance.value:<8} {said}\n")
    return 0
