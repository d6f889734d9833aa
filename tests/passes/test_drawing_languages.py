"""Mermaid and Graphviz drawings: every step and edge once, brackets that close, loops dashed."""

import re

from hypothesis import given, settings
from support.notation import parse_graph
from support.random_trees import region_trees, structured

from flowc.ir.drawing.dot import dot_of
from flowc.ir.drawing.mermaid import mermaid_of
from flowc.ir.regions import RegionTree

LOOP_AND_SPLIT = "p>a,b a>j b>h h>h|x x>j j!>end"


@settings(max_examples=40, deadline=None)
@given(region_trees())
def test_every_step_and_edge_once(tree: RegionTree) -> None:
    steps = sorted(tree.graph.by_name)
    edges = sorted((step.name, target) for step in tree.graph.steps for target in step.targets)

    mermaid = mermaid_of(tree)
    assert sorted(re.findall(r"^ *step_(\w+)[(\[{]", mermaid, re.M)) == steps
    assert sorted(re.findall(r"^  step_(\w+) (?:-->|-\.->)(?:\|.*\|)? step_(\w+)$", mermaid, re.M)) == edges
    assert len(re.findall(r"^ *subgraph ", mermaid, re.M)) == len(re.findall(r"^ *end$", mermaid, re.M))

    dot = dot_of(tree)
    assert sorted(re.findall(r'^ *"(\w+)"(?: \[shape=\w+\])?;$', dot, re.M)) == steps
    assert sorted(re.findall(r'^  "(\w+)" -> "(\w+)"', dot, re.M)) == edges
    assert dot.count("{") == dot.count("}")


def test_mermaid() -> None:
    assert mermaid_of(structured(parse_graph(LOOP_AND_SPLIT))) == (
        "flowchart TB\n"
        '  step_p(["p"])\n'
        '  subgraph box1["split"]\n'
        '    step_a["a"]\n'
        '    step_b["b"]\n'
        '    subgraph box2["loop"]\n'
        '      step_h{{"h"}}\n'
        "    end\n"
        '    step_x["x"]\n'
        "  end\n"
        '  step_j["j"]\n'
        '  step_end(["end"])\n'
        "  step_p --> step_a\n"
        "  step_p --> step_b\n"
        "  step_a --> step_j\n"
        "  step_b --> step_h\n"
        '  step_h -.->|"h"| step_h\n'
        '  step_h -->|"x"| step_x\n'
        "  step_x --> step_j\n"
        "  step_j --> step_end\n"
        "  style box2 stroke-dasharray: 6 4\n"
    )


def test_dot_dashes_loops_and_ways_back() -> None:
    dot = dot_of(structured(parse_graph(LOOP_AND_SPLIT)))
    assert 'label="loop"; style="rounded,dashed";' in dot
    assert '"h" -> "h" [label="h", style=dashed, constraint=false];' in dot
