"""The capability tables of all targets, as `flowc targets` prints them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from flowc.cli.target_words import cell, said

if TYPE_CHECKING:
    from flowc.backends.capabilities import Support
    from flowc.backends.constructs import Construct
    from flowc.backends.evidence import Seen


def tables_text() -> str:
    """Return them for a terminal."""
    lines = []
    for place, (title, table, seen, rows) in enumerate(_tables()):
        lines += ["" if place else None, f"{title}, where it differs" if " " in title else title]
        width = max(len(construct.value) for construct in table)
        for construct in rows:
            row = table[construct]
            shown = _seen(row, seen.get(construct)) if seen else ""
            lines.append(f"  {construct.value:<{width}}  {row.stance.value:<8} {said(row)}{f' [{shown}]' if shown else ''}")
    return "".join(f"{line}\n" for line in lines if line is not None)


def tables_json() -> str:
    """Return them as a JSON document."""
    targets = {
        title: {
            construct.value: {
                "stance": table[construct].stance.value,
                "text": said(table[construct]),
                "runs": list(seen[construct].runs) if construct in seen else [],
                "lints": list(seen[construct].lints) if construct in seen else [],
            }
            for construct in rows
        }
        for title, table, seen, rows in _tables()
    }
    return json.dumps({"schema": 1, "targets": targets}, indent=2, ensure_ascii=False) + "\n"


def tables_markdown() -> str:
    """Return them as a Markdown page, without its headline."""
    lines = []
    for title, table, seen, rows in _tables():
        lines += [f"## {title}", ""]
        if " " in title:
            lines += ["Where it differs:", ""]
        lines += ["| construct | | how | seen |", "|---|---|---|---|"]
        for construct in rows:
            row = table[construct]
            cells = (construct.value, row.stance.value, cell(said(row)), _seen(row, seen.get(construct)) if seen else "")
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _tables() -> "Iterator[tuple[str, Mapping[Construct, Support], Mapping[Construct, Seen], Sequence[Construct]]]":
    """Name of target and form, table, what was seen, and which rows to show: of a further form those that differ."""
    from flowc.backends.evidence import seen_on
    from flowc.backends.registry import TARGETS, load_backend

    for name in TARGETS:
        backend = load_backend(name)
        for options, form in backend.forms.items():
            table = form.capabilities
            rows = [construct for construct in table if not options or table[construct] != backend.capabilities[construct]]
            yield f"{name} {options}".strip(), table, {} if options else seen_on(name), rows


def _seen(support: "Support", seen: "Seen | None") -> str:
    from flowc.backends.evidence import Seen

    return (seen or Seen()).text if support.compiles else ""
