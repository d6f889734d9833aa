"""Walks through flows written down in one line, and the records that the shims of their tasks would leave."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.notation import parse_graph
from support.walk_tree import Task, Walk

from flowc.diagnostics import Report
from flowc.ir.regions import RegionTree
from flowc.ir.structure_regions import structure_regions
from flowc.runtime_shim.addresses import follow
from flowc.runtime_shim.contract import Plan

CASES = [
    line.split(" => ")[0]
    for line in (Path(__file__).parents[1] / "passes/regions.txt").read_text().splitlines()
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
