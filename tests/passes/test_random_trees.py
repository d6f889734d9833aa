"""Random tree -> graph -> the same tree."""

import json

from hypothesis import given, settings
from support.random_trees import Drawn, drawn_trees, structured

from flowc.ir.plan import build_plan, plan_bytes
from flowc.ir.printer import print_tree


@settings(max_examples=150, deadline=None)
@given(drawn_trees())
def test_a_drawn_tree_is_found_again(drawn: Drawn) -> None:
    assert print_tree(structured(drawn.graph)) == print_tree(drawn.tree)


@settings(max_examples=25, deadline=None)
@given(drawn_trees())
def test_the_plan_is_canonical(drawn: Drawn) -> None:
    data = plan_bytes(build_plan(structured(drawn.graph)))
    assert json.dumps(json.loads(data), sort_keys=True, separators=(",", ":")).encode() == data
