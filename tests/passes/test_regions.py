"""Every line of regions.txt: the tree as printed, or the one refusal."""

from pathlib import Path

import pytest
from support.notation import parse_graph

from flowc.diagnostics import Report
from flowc.ir.printer import print_tree
from flowc.ir.structure_regions import structure_regions

LINES = [
    line.split(" => ") for line in (Path(__file__).parent / "regions.txt").read_text().splitlines() if line and not line.startswith("#")
]


@pytest.mark.parametrize(("graph", "expected"), LINES, ids=[graph for graph, _ in LINES])
def test_regions(graph: str, expected: str) -> None:
    report = Report()
    tree = structure_regions(parse_graph(graph), report)
    if tree is not None:
        assert print_tree(tree) == expected
        assert not report.diagnostics
    else:
        assert [found.code.slug for found in report.diagnostics] == [expected]
