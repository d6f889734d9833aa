"""Random tree -> graph -> the same tree; and by way of flow source too."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from support.random_trees import Drawn, drawn_trees, structured
from support.sources import tree_to_source
from support.traces import expected_trace

from flowc.api import check
from flowc.ir.plan import build_plan, plan_bytes
from flowc.ir.printer import print_tree
from flowc.runtime_shim.contract import is_address


@settings(max_examples=120, deadline=None)
@given(drawn_trees())
def test_a_drawn_tree_is_found_again(drawn: Drawn) -> None:
    assert print_tree(structured(drawn.graph)) == print_tree(drawn.tree)


@settings(max_examples=25, deadline=None)
@given(drawn_trees())
def test_the_plan_is_canonical(drawn: Drawn) -> None:
    data = plan_bytes(build_plan(structured(drawn.graph)))
    assert json.dumps(json.loads(data), sort_keys=True, separators=(",", ":")).encode() == data


@settings(max_examples=25, deadline=None)
@given(drawn_trees())
def test_source_of_a_drawn_tree_reads_as_the_same_tree(drawn: Drawn) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "flow.py"
        path.write_text(tree_to_source(structured(drawn.graph)))
        result = check(path)
    assert not result.diagnostics
    assert result.flow.tree is not None
    assert print_tree(result.flow.tree) == print_tree(drawn.tree)


@settings(max_examples=50, deadline=None)
@given(drawn_trees(), st.integers(0, 5))
def test_a_walk_ends_and_visits_start_and_end(drawn: Drawn, seed: int) -> None:
    tree = structured(drawn.graph)
    trace = expected_trace(tree, seed)
    assert {"s0", "s1"} <= {step for step, _ in trace}
    assert all(is_address(at) for _, at in trace)
