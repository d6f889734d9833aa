"""`flowc doctor`: whether a store can be trusted."""

import json

import click

from flowc.cli.output import say

_MARKS = {"ok": "ok     ", "note": "note   ", "error": "error  "}


@click.command()
@click.argument("root", metavar="[ROOT]", required=False)
@click.option("--env", metavar="NAME", help="Settings table env.NAME of the project.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(root: str | None, env: str | None, form: str) -> int:
    """Try the store at ROOT, a URL or a folder, and say what is wrong with it and what to do.

    ROOT is by default the store of the project's settings. Writes a few small keys under _flowc-doctor/ and removes them.
    """
    from flowc.client.root import as_root, default_root
    from flowc.upkeep.doctor import examine

    url = as_root(root) if root is not None else default_root(env=env)
    findings = []
    if form == "text":
        say(f"{url}\n")
    for finding in examine(url):
        findings.append(finding)
        if form == "text":
            say(f"{_MARKS[finding.level]}{finding.text}\n" + (f"       do: {finding.advice}\n" if finding.advice else ""))
    good = all(finding.level != "error" for finding in findings)
    if form == "json":
        listed = [{"level": found.level, "text": found.text, "advice": found.advice or None} for found in findings]
        say(json.dumps({"schema": 1, "root": url, "good": good, "findings": listed}, indent=2, ensure_ascii=False) + "\n")
    return 0 if good else 1
