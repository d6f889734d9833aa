"""What a fused loop runs, and which members of a chunk are passed over, on any flow: against a walk of its region tree."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.random_flows import flow_texts
from support.recorded_walk import CASES, Records, tree_of, walked

from flowc.ir.plan import build_plan
from flowc.runtime_shim.addresses import Refused, address_shape
from flowc.runtime_shim.contract import Plan, item_at
from flowc.runtime_shim.loop_walk import LoopWalk, steps_of_loop
from flowc.runtime_shim.passing import is_passed_over


def check_loops(plan: Plan, records: Records) -> None:
    """Every loop, inner ones too, runs exactly its tasks, each once and behind its parents, and is left as its exit record says."""
    for loop in plan["loops"]:
        inside = set(steps_of_loop(plan, loop))
        for outside in {at.rpartition("~")[0] for step, at in records.commits if step == loop}:
            ran = []
            walk = LoopWalk(plan, loop, outside)
            while (here := walk.here) is not None:
                ran += [(here.step, item_at(here.at, index)) for index in range(here.gang)] if here.gang else [(here.step, here.at)]
                walk.go_on({"at": here.at, **records.commits[ran[-1]]["control"]})
            expected = {(step, at) for step, at in records.commits if step in inside and at.startswith(f"{outside}~")}
            assert len(ran) == len(set(ran))
            assert set(ran) == expected
            assert walk.left is not None
            step, at = ran[-1]
            control = records.commits[step, at]["control"]
            assert (walk.left.step, walk.left.at) == (control["next"], control["at"])


def check_passing(plan: Plan, records: Records) -> None:
    """At every item that some step of a foreach body may stand at, a step is passed over or it ran."""
    for step, place in plan["steps"].items():
        if place["loops"] and not (step in plan["loops"] and len(place["loops"]) == 1):
            continue
        shape = address_shape(plan, step).removesuffix("~") if place["loops"] else address_shape(plan, step)
        opener = foreach_around(plan, step)
        if "~" in shape or opener is None:
            continue
        for (found, at), record in records.commits.items():
            for index in range(record["control"]["count"]) if found == opener else ():
                item = item_at(at, index)
                ran = (step, f"{item}~0" if place["loops"] else item) in records.commits
                assert is_passed_over(plan, step, item, records.read, records.read_exit) != ran, (step, item)


def foreach_around(plan: Plan, step: str) -> str | None:
    while (scope := plan["steps"][step]["scope"]) is not None:
        if plan["steps"][scope[0]]["kind"] == "foreach":
            return scope[0]
        if plan["steps"][scope[0]]["kind"] == "gang" or plan["steps"][scope[0]]["loops"]:
            return None
        step = scope[0]
    return None


def check(text: str, seed: int) -> None:
    tree = tree_of(text)
    assert tree is not None
    plan = build_plan(tree)
    records = Records(plan, walked(tree, seed))
    check_loops(plan, records)
    check_passing(plan, records)


@pytest.mark.parametrize("text", [text for text in CASES if tree_of(text) is not None])
def test_cases(text: str) -> None:
    for seed in range(8):
        check(text, seed)


@settings(max_examples=150, deadline=None)
@given(flow_texts(), st.integers(0, 2**32))
def test_random_flows(text: str, seed: int) -> None:
    assume(tree_of(text) is not None)
    check(text, seed)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(flow_texts(budget=14), st.integers(0, 2**32))
def test_many_random_flows(text: str, seed: int) -> None:
    assume(tree_of(text) is not None)
    check(text, seed)


def test_a_member_is_never_passed_over_because_a_record_is_missing() -> None:
    tree = tree_of("f>*w w>a|b a>b b>j j!>end")
    assert tree is not None
    plan = build_plan(tree)
    with pytest.raises(Refused, match=r"'a' at 'r.0' came too early: 'w' before it has no commit record"):
        is_passed_over(plan, "a", "r.0", lambda step, at: None, lambda loop, at: None)
    assert not is_passed_over(plan, "b", "r.0", lambda step, at: None, lambda loop, at: None)


@pytest.mark.parametrize(("control", "said"), [({"next": "end"}, "went on to 'end'"), ({"next": "nowhere"}, "went on to 'nowhere'")])
def test_a_loop_refuses_control_values_that_do_not_fit(control: dict[str, str], said: str) -> None:
    tree = tree_of("h>x x>h|end")
    assert tree is not None
    walk = LoopWalk(build_plan(tree), "h", "r")
    with pytest.raises(Refused, match=said):
        walk.go_on(control)
