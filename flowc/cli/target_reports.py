"""What each target makes of one flow, as `flowc targets FLOW` prints it."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flowc.cli.target_words import cell, said

if TYPE_CHECKING:
    from flowc.api import TargetReport
    from flowc.backends.base import Bound
    from flowc.backends.capabilities import Support
    from flowc.backends.portability import Row


def _places(row: "Row") -> str:
    shown = [f"{usage.what}, {usage.span}" for usage in row.usages[:3]]
    more = len(row.usages) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _verdict(report: "TargetReport") -> str:
    return "compiles" if report.ok else "does not compile"


def _limit(bound: "Bound") -> str:
    return f"safe up to {bound.limit:,} {bound.unit}" if bound.limit is not None else f"{bound.unit} without a limit"


def _instead(support: "Support", others: "Iterable[str]") -> str:
    ways = [support.instead] if support.instead else []
    if others:
        ways.append(f"compile for {' or '.join(others)}")
    return "; or ".join(ways)


def reports_text(reports: "Sequence[TargetReport]") -> str:
    """Return them for a terminal, the findings of each target behind it."""
    from flowc.diagnostics.render import render

    lines = []
    for report in reports:
        lines.append(f"{report.target}: {_verdict(report)}")
        for row in report.rows:
            if row.support.compiles and row.support.stance != "lowered":
                continue
            stance = "lowered" if row.support.compiles else "refused"
            lines.append(f"  {stance:<8} {row.construct.value}: {said(row.support)}")
            if not row.support.compiles:
                lines.append(f"           {_places(row)}")
                lines.append(f"           instead: {_instead(row.support, report.others(row.construct))}")
        names = [row.construct.value for row in report.rows if row.support.stance == "native"]
        if names:
            lines.append(f"  native   {', '.join(names)}")
        lines += [f"  limit    {bound.what}: {_limit(bound)}; {bound.text}" for bound in report.bounds]
        lines += [f"  {line}" for line in render(report.diagnostics, report.sources, format="concise").splitlines()]
    return "".join(f"{line}\n" for line in lines)


def reports_json(reports: "Sequence[TargetReport]") -> str:
    """Return them as a JSON document."""
    targets = [
        {
            "target": report.target,
            "compiles": report.ok,
            "constructs": [
                {
                    "construct": row.construct.value,
                    "stance": row.support.stance.value,
                    "text": said(row.support),
                    "instead": _instead(row.support, report.others(row.construct)) or None if not row.support.compiles else None,
                    "runs": list(row.seen.runs),
                    "places": [{"what": usage.what, "file": usage.span.file, "line": usage.span.line} for usage in row.usages],
                }
                for row in report.rows
            ],
            "bounds": [
                {"what": bound.what, "line": bound.span.line, "limit": bound.limit, "unit": bound.unit, "text": bound.text}
                for bound in report.bounds
            ],
        }
        for report in reports
    ]
    return json.dumps({"schema": 1, "targets": targets}, indent=2, ensure_ascii=False) + "\n"


def reports_markdown(reports: "Sequence[TargetReport]") -> str:
    """Return them for a comment on a pull request."""
    lines = []
    for report in reports:
        lines += [f"### {report.target}: {_verdict(report)}", "", "| construct | | how | where |", "|---|---|---|---|"]
        for row in report.rows:
            stance = row.support.stance.value if row.support.compiles else "refused"
            ways = "" if row.support.compiles else f"; instead: {_instead(row.support, report.others(row.construct))}"
            lines.append(f"| {row.construct.value} | {stance} | {cell(said(row.support) + ways)} | {cell(_places(row))} |")
        lines += ["", *[f"- {bound.what}: {_limit(bound)}; {bound.text}" for bound in report.bounds], ""]
    return "\n".join(lines)
