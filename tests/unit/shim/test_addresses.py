"""Addresses and parents, found from plan and records, against a walk of the tree that carries them along."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.random_flows import flow_texts
from support.recorded_walk import CASES, Key, Records, tree_of, walked
from support.walk_tree import Task

from flowc.ir.plan import build_plan
from flowc.runtime_shim.addresses import Refused, address_shape, follow, parents, start_address
from flowc.runtime_shim.contract import Plan


def check_run(text: str, seed: int) -> None:
    tree = tree_of(text)
    assert tree is not None
    plan = build_plan(tree)
    tasks = walked(tree, seed)
    records = Records(plan, tasks)
    for (step, at), task in tasks.items():
        records.asked.clear()
        found = parents(plan, step, at, records.read, records.read_exit)
        assert [(record["step"], record["at"]) for record in found.records] == list(task.parents), (step, at)
        if found.kind != "items":
            assert len(set(records.asked)) == len(records.asked), "a record was asked for twice"
        expected = plan["steps"][step]
        opener = expected.get("opener")
        assert found.kind == ("first" if not task.parents else "one" if opener is None else found.kind)
        for parent in task.parents:
            control = records.commits[parent]["control"]
            if "at" in control and opener is None:
                assert start_address(plan, step, control["at"]) == at
    check_refusals(plan, tasks, records)


def check_refusals(plan: Plan, tasks: Mapping[Key, Task], records: Records) -> None:
    """No step that did not run has parents at any address that something else ran at, or next to it."""
    addresses = {at for _, at in tasks}
    beside = {at[:-1] + str(int(at[-1]) + 1) for at in addresses if at[-1].isdigit()}
    for step in plan["steps"]:
        shape = address_shape(plan, step)
        for at in addresses | beside:
            if (step, at) in tasks or "".join(letter for letter in at if letter in ".~") != shape:
                continue
            with pytest.raises(Refused):
                list(parents(plan, step, at, records.read, records.read_exit).records)


@pytest.mark.parametrize("text", [text for text in CASES if tree_of(text) is not None])
def test_cases(text: str) -> None:
    for seed in range(8):
        check_run(text, seed)


@settings(max_examples=100, deadline=None)
@given(flow_texts(), st.integers(0, 2**32))
def test_random_flows(text: str, seed: int) -> None:
    assume(tree_of(text) is not None)
    check_run(text, seed)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(flow_texts(budget=14), st.integers(0, 2**32))
def test_many_random_flows(text: str, seed: int) -> None:
    assume(tree_of(text) is not None)
    check_run(text, seed)


def test_long_and_deep() -> None:
    """10,000 steps in a row, 200 nested splits and 200 nested foreachs need no recursion."""
    row = " ".join(f"s{number}>s{number + 1}" for number in range(10_000))
    nested = [f"p{number}>*p{number + 1}" for number in range(200)] + ["p200>j199"]
    nested += [f"j{number}!>{f'j{number - 1}' if number else 'end'}" for number in range(199, -1, -1)]
    splits = [f"p{number}>p{number + 1},q{number} q{number}>j{number}" for number in range(200)] + ["p200>j199"]
    splits += [f"j{number}!>{f'j{number - 1}' if number else 'end'}" for number in range(199, -1, -1)]
    for text, step, at in [(row, "s9999", "r"), (" ".join(nested), "p200", "r" + ".0" * 200), (" ".join(splits), "j0", "r")]:
        tree = tree_of(text)
        assert tree is not None
        plan = build_plan(tree)
        found = parents(plan, step, at, lambda step, at: {"step": step, "at": at, "control": {"count": 1}}, lambda loop, at: None)
        assert len(found.records) == (2 if step == "j0" else 1)


def test_wrong_addresses_are_refused() -> None:
    tree = tree_of("a>*b b>h h>h|j j!>end")
    assert tree is not None
    plan = build_plan(tree)
    records = Records(plan, walked(tree, 1))
    for step, at, words in [
        ("b", "r", "its address reads r.N"),
        ("h", "r.0", "its address reads r.N~N"),
        ("b", "r.9", "recorded"),
        ("nowhere", "r", "no step"),
        ("j", "r~0", "its address reads r"),
        ("b", "r.00", "its address reads r.N"),
    ]:
        with pytest.raises(Refused, match=words):
            parents(plan, step, at, records.read, records.read_exit)
    with pytest.raises(Refused, match="its address reads r"):
        start_address(plan, "j", "r.1.2")
    assert start_address(plan, "h", "r.1") == "r.1~0"
    assert start_address(plan, "h", "r.1~4") == "r.1~4"
    assert follow(plan, "h", "r.1~4", "h").at == "r.1~5"
    assert follow(plan, "h", "r.1~4", "j") == ("r.1", ("h", "r.1"))


def test_items_are_read_when_asked_for() -> None:
    tree = tree_of("a>*b b>w w>x|j x>j j!>end")
    assert tree is not None
    plan = build_plan(tree)
    asked: list[Key] = []

    def read(step: str, at: str) -> dict[str, Any]:
        asked.append((step, at))
        return {"step": step, "at": at, "control": {"count": 1000} if step == "a" else {"next": "j"}}

    found = parents(plan, "j", "r", read, lambda loop, at: None)
    assert asked == [("a", "r")]
    assert len(found.records) == 1000
    assert found.records[17]["at"] == "r.17"
    assert found.records[-1]["at"] == "r.999"
    assert asked == [("a", "r"), ("w", "r.17"), ("w", "r.999")]
    assert found.opener == ("a", "r")
