"""What a refusal shows: two paths, each made of real edges, and places that the source has."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from support.any_graphs import any_graphs
from support.notation import parse_graph

from flowc.diagnostics import Diagnostic, Report
from flowc.ir.graph import FlowGraph
from flowc.ir.structure_regions import structure_regions

REFUSED = [
    line.split(" => ")
    for line in (Path(__file__).parent / "regions.txt").read_text().partition("# refused\n")[2].partition("\n#")[0].splitlines()
    if line
]


@pytest.mark.parametrize(("text", "slug"), REFUSED, ids=[text for text, _ in REFUSED])
def test_a_refusal_shows_its_paths(text: str, slug: str) -> None:
    (found,) = refusals(parse_graph(text))
    assert found.code.slug == slug
    assert found.help
    paths = [note for note in found.notes if " -> " in note or note.startswith("one path: ")]
    alone = slug in ("join-without-split", "never-joined") and len(found.notes) == 1
    assert len(paths) == len(found.notes) == (1 if alone else 2)
    assert len(set(found.notes)) == len(found.notes)


@settings(max_examples=120, deadline=None)
@given(any_graphs())
def test_paths_are_made_of_edges(graph: FlowGraph) -> None:
    edges = {(step.name, target) for step in graph.steps for target in step.targets}
    for found in refusals(graph):
        for note in found.notes:
            title, _, path = note.partition(": ")
            steps = path.split(" -> ")
            assert steps[0] in graph.by_name
            if title != "expected":
                assert edges.issuperset(pairwise(steps)), f"{found.code.slug}: {note}"


def test_every_refusal_is_reported_at_once() -> None:
    found = refusals(parse_graph("s>p|x p>a,b a>j b>j|k j!>y k!>y x>u u>x y>v|w v>w w>v|end lost>end"))
    assert [diagnostic.code.slug for diagnostic in found] == ["two-joins", "endless", "two-entries"]


def test_long_paths_show_their_ends() -> None:
    text = "p>a0,b " + " ".join(f"a{i}>a{i + 1}" for i in range(50)) + " a50>j b>end j!>end"
    (found,) = refusals(parse_graph(text))
    assert found.notes == (
        "one path: p -> a0 -> a1 -> a2 -> a3 -> a4 -> … 41 more … -> a46 -> a47 -> a48 -> a49 -> a50 -> j",
        "other path: p -> b -> end",
    )


def refusals(graph: FlowGraph) -> tuple[Diagnostic, ...]:
    report = Report()
    structure_regions(graph, report)
    return report.diagnostics
