"""`flowc explain`: the page of a code, or the list of all codes."""

import click

from flowc.cli.output import say, wants_color


@click.command()
@click.argument("code", metavar="[CODE]", required=False)
def command(code: str | None) -> int:
    """Print what CODE (FLC201, or its name, computed-target) means, why it matters and what to write instead; without CODE, all codes."""
    from flowc.diagnostics.codes import registry
    from flowc.diagnostics.pages import find_code, headline, page

    if code is None:
        width = max(len(each.slug) for each in registry().values())
        for each in registry().values():
            say(f"{each.id}  {each.severity.value:<7}  {each.slug:<{width}}  {headline(each)}\n")
    else:
        say(_dressed(page(find_code(code))))
    return 0


def _dressed(text: str) -> str:
    """The page as it is, headings in bold where somebody looks."""
    if not wants_color():
        return text
    return "".join(click.style(line, bold=True) if line.startswith("#") else line for line in text.splitlines(keepends=True))
