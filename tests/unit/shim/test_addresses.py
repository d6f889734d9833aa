"""Addresses and parents, found from plan and records, against a walk of the tree that carries them along."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.notation import parse_graph
from support.random_flows import flow_texts
from support.walk_tree import Task, Walk

from flowc.diagnostics import Report
from flowc.ir.plan import build_plan
from flowc.ir.regions import RegionTree
from flowc.ir.structure_regions import structure_regions
from flowc.runtime_shim.addresses import Refused, address_shape, follow, parents, start_address
from flowc.runtime_shim.contract import Plan

CASES = [
    line.split(" => ")[0]
    for line in (Path(__file__).parents[2] / "passes/regions.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
Key = tuple[str, str]


def tree_of(text: str) -> RegionTree | None:
    return structure_regions(parse_graph(text), Report())


def walked(tree: RegionTree, seed: int) -> dict[Key, Task]:
    """The tasks of one run; after 150 of them it takes the shortest way out."""
    choice = random.Random(seed)
    distance = {step.name: 0 for step in tree.graph.steps if not step.targets}
    while len(distance) < len(tree.graph.steps):
        for step in tree.graph.steps:
            if any(target in distance for target in step.targets) and step.name not in distance:
                distance[step.name] = 1 + min(distance[target] for target in step.targets if target in distance)

    def choose(step: str, at: str, targets: list[str]) -> str:
        return min(targets, key=distance.__getitem__) if len(walk.tasks) > 150 else choice.choice(targets)

    walk = Walk(tree, choose, lambda step, at: choice.randint(1, 3) if len(walk.tasks) < 150 else 1)
    walk.run()
    return walk.tasks


class Records:
    """The records that the shim of every task leaves, by address."""

    def __init__(self, plan: Plan, tasks: Mapping[Key, Task]) -> None:
        self.commits: dict[Key, dict[str, Any]] = {}
        self.exits: dict[Key, dict[str, Any]] = {}
        self.asked: list[Key] = []
        for (step, at), task in tasks.items():
            control: dict[str, Any] = {}
            place = plan["steps"][step]
            target = task.chosen or (place["next"][0] if place["kind"] == "linear" else None)
            if task.count is not None:
                control = {"count": task.count, "var": "items"}
            elif target is not None:
                there = follow(plan, step, at, target)
                control = {"next": target, "at": there.at} if place["loops"] else {"next": target} if task.chosen else {}
                if there.exit is not None:
                    assert there.exit not in self.exits
                    self.exits[there.exit] = {"step": step, "at": at, "next": target}
            self.commits[step, at] = {"step": step, "at": at, "control": control}

    def read(self, step: str, at: str) -> dict[str, Any] | None:
        self.asked.append((step, at))
        return self.commits.get((step, at))

    def read_exit(self, loop: str, at: str) -> dict[str, Any] | None:
        return self.exits.get((loop, at))


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
