"""The walk over the tree visits what a flat walk over edges and addresses visits (regions.md section 4), whatever is chosen."""

import random
from collections import Counter, deque
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.notation import parse_graph

from flowc.diagnostics import Report
from flowc.ir.graph import NextForeach, NextGang, NextSplit, NextSwitch
from flowc.ir.regions import RegionTree
from flowc.ir.structure_regions import structure_regions
from flowc.local.walk import Walk, WalkError
from flowc.runtime_shim.contract import Control, split_at

LINES = (Path(__file__).parents[2] / "passes" / "regions.txt").read_text().splitlines()
GRAPHS = [line.split(" => ")[0] for line in LINES if " => " in line and "{" in line.split(" => ")[1]]


def tree_of(text: str) -> RegionTree:
    tree = structure_regions(parse_graph(text), Report())
    assert tree is not None, text
    return tree


def handed(tree: RegionTree, step: str, at: str, target: str) -> str:
    """The address that the shim of `step` hands on: rules (a) and (c)."""
    here, there = tree.places[step], tree.places[target]  # type: ignore[index]
    own, theirs = here.loops, there.loops if here.scope == there.scope else ()
    for loop in reversed(own):
        if loop not in theirs:
            at = split_at(at)[0]
    if target in own:
        outside, _, turn = split_at(at)
        at = f"{outside}~{turn + 1}"
    return at


class Oracle:
    """Choices and counts of one run, the same for whoever asks, and the tasks that a flat walk finds."""

    def __init__(self, tree: RegionTree, seed: int) -> None:
        self.tree = tree
        self.seed = seed
        self.graph = tree.graph
        self.far = self._distances()

    def _distances(self) -> dict[str, int]:
        before: dict[str, set[str]] = {}
        for step in self.graph.steps:
            for target in step.targets:
                before.setdefault(target, set()).add(step.name)
        far = {str(self.graph.end): 0}
        queue = deque([str(self.graph.end)])
        while queue:
            here = queue.popleft()
            for step in sorted(before.get(here, ())):
                if step not in far:
                    far[step] = far[here] + 1
                    queue.append(step)
        return far

    def control(self, step: str, at: str) -> Control:
        chance = random.Random(f"{self.seed} {step} {at}")
        transition = self.graph.by_name[step].transition  # type: ignore[index]
        control: Control = {}
        targets = self.graph.by_name[step].targets  # type: ignore[index]
        target = targets[0] if targets else None
        if isinstance(transition, NextForeach | NextGang):
            control["count"] = chance.randint(1, 3)
        if isinstance(transition, NextSwitch):
            tired = any(int(turn) >= 2 for part in at.split("~")[1:] for turn in [part.split(".")[0]])
            target = min(targets, key=lambda name: (self.far[name], name)) if tired else chance.choice(targets)
            control["next"] = target
        if target is not None and self.tree.places[step].loops:  # type: ignore[index]
            control["at"] = at if isinstance(transition, NextSplit | NextForeach | NextGang) else handed(self.tree, step, at, target)
            control.setdefault("next", target)
        return control

    def flat(self) -> Counter[tuple[str, str]]:
        """Every task by edges alone; a join runs when as many branches arrived as its opener started."""
        started: Counter[tuple[str, str]] = Counter()
        waiting: Counter[tuple[str, str]] = Counter()
        start = str(self.graph.start)
        queue = deque([(start, "r~0" if start in self.tree.loops else "r")])
        while queue:
            step, at = queue.popleft()
            started[step, at] += 1
            control = self.control(step, at)
            transition = self.graph.by_name[step].transition  # type: ignore[index]
            follow: list[tuple[str, str]] = []
            match transition:
                case None:
                    continue
                case NextSplit():
                    waiting[str(self.tree.places[step].join), at] = len(transition.edges)  # type: ignore[index]
                    follow = [(edge.target, at) for edge in transition.edges]
                case NextForeach(edge=edge) | NextGang(edge=edge):
                    waiting[str(self.tree.places[step].join), at] = control["count"]  # type: ignore[index]
                    follow = [(edge.target, f"{at}.{n}") for n in range(control["count"])]
                case _:
                    targets = self.graph.by_name[step].targets  # type: ignore[index]
                    target = control.get("next") or targets[0]
                    follow = [(target, control.get("at", at))]
            for target, there in follow:
                place = self.tree.places[target]  # type: ignore[index]
                inner = self.tree.places[step].scope == place.scope and target in self.tree.places[step].loops  # type: ignore[index]
                if self.graph.by_name[target].inputs:  # type: ignore[index]
                    opener_at = there if isinstance(self._opener(target), NextSplit) else split_at(there)[0]
                    waiting[target, opener_at] -= 1
                    if waiting[target, opener_at]:
                        continue
                    there = opener_at
                queue.append((target, f"{there}~0" if target in self.tree.loops and not inner else there))
        return started

    def _opener(self, join: str) -> object:
        return self.graph.by_name[self.tree.places[join].opener].transition  # type: ignore[index]


def walked(tree: RegionTree, oracle: Oracle, seed: int) -> Counter[tuple[str, str]]:
    """Every task of the walk, finished in random order with up to five at once."""
    chance, walk = random.Random(seed), Walk(tree)
    seen: Counter[tuple[str, str]] = Counter()
    running = []
    while True:
        while len(running) < 5 and (ready := walk.next_task()) is not None:
            running.append(ready)
        if not running:
            break
        task = running.pop(chance.randrange(len(running)))
        if task.gang is None:
            seen[task.step, task.at] += 1
        else:
            seen.update((task.step, f"{task.at}.{n}") for n in range(task.gang))
        walk.done(task, oracle.control(task.step, task.at))
    assert walk.over
    return seen


@pytest.mark.parametrize("text", GRAPHS)
def test_visits_what_edges_and_addresses_say(text: str) -> None:
    tree = tree_of(text)
    for seed in range(30):
        oracle = Oracle(tree, seed)
        assert walked(tree, oracle, seed) == oracle.flat()


@given(st.sampled_from(GRAPHS), st.integers(0, 10**9))
def test_any_choice_and_any_order(text: str, seed: int) -> None:
    tree = tree_of(text)
    oracle = Oracle(tree, seed)
    assert walked(tree, oracle, seed) == oracle.flat()


def test_items_are_handed_out_one_by_one() -> None:
    walk = Walk(tree_of("f>*x x>y y>j j!>end"))
    first = walk.next_task()
    assert first is not None
    walk.done(first, {"count": 1_000_000})
    one, two = walk.next_task(), walk.next_task()
    assert one is not None
    assert two is not None
    assert (one.at, two.at) == ("r.0", "r.1")
    walk.done(one, {})
    started = walk.next_task()
    assert started is not None
    assert (started.step, started.at) == ("y", "r.0"), "an item that began comes before the next item"


def test_a_long_loop_costs_no_stack() -> None:
    walk = Walk(tree_of("h>h|end"))
    for turn in range(20_000):
        task = walk.next_task()
        assert task is not None
        assert task.at == f"r~{turn}"
        walk.done(task, {"next": "h", "at": f"r~{turn + 1}"})
    task = walk.next_task()
    assert task is not None
    walk.done(task, {"next": "end", "at": "r"})
    last = walk.next_task()
    assert last is not None
    walk.done(last, {})
    assert walk.over


@pytest.mark.parametrize(
    ("text", "control"),
    [("w>a|end a>end", {"next": "elsewhere"}), ("f>*x x>j j!>end", {}), ("w>a|end a>end", {})],
    ids=["unknown arm", "no count", "no choice"],
)
def test_control_values_that_do_not_fit_are_an_error(text: str, control: Control) -> None:
    walk = Walk(tree_of(text))
    task = walk.next_task()
    assert task is not None
    with pytest.raises(WalkError):
        walk.done(task, control)
