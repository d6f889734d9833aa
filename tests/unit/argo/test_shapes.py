"""What Argo runs of the templates of many shapes of flow: the tasks that the region tree says, and no others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.argo_machine import Machine
from support.argo_units import objects_of, unit_of
from support.flow_rules import choose, items_of
from support.flows import REPO
from support.random_flows import flow_texts
from support.recorded_walk import tree_of
from support.traces import expected_trace, ways_out

from flowc.backends.argo.options import ArgoOptions
from flowc.backends.base import Unit
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.addresses import follow, parents
from flowc.runtime_shim.loop_walk import LoopWalk

SHAPES = [
    line.split(" => ")[0]
    for line in (REPO / "tests/passes/regions.txt").read_text().splitlines()
    if line and not line.startswith("#") and tree_of(line.split(" => ")[0]) is not None
] + [line for line in (Path(__file__).parent / "shapes.txt").read_text().splitlines() if line and not line.startswith("#")]


class Container:
    """Stands for the containers: hands over what the shim would, by the plan."""

    def __init__(self, unit: Unit[ArgoOptions], seed: int) -> None:
        self.unit = unit
        self.seed = seed
        self.ways_out = ways_out(unit.tree)
        self.ran: list[tuple[str, str]] = []
        self.commits: dict[tuple[str, str], dict[str, Any]] = {}
        self.exits: dict[tuple[str, str], dict[str, Any]] = {}

    def __call__(self, template: dict[str, Any], attempt: int) -> tuple[int, Mapping[str, str]]:
        env = {item["name"]: item.get("value") for item in template["container"]["env"]}
        verb, name = template["container"]["args"]
        step, at = env["FLOWC_STEP"], env["FLOWC_AT"]
        assert name == step
        if verb == "loop":
            return 0, self.loop(step, at)
        assert verb == "step"
        assert env.get("FLOWC_GANG", "").startswith(at.rpartition(".")[2]) or "FLOWC_GANG" not in env
        return 0, self.step(step, at)

    def step(self, step: str, at: str) -> dict[str, str]:
        """One task: the shim's own search for its parents must find them among those that have run."""
        parents(self.unit.plan, step, at, lambda *key: self.commits.get(key), lambda *key: self.exits.get(key))
        self.ran.append((step, at))
        control = self.control(step, at)
        known = {name: int(value) if name == "count" else value for name, value in control.items()}
        self.commits[step, at] = {"step": step, "at": at, "control": known}
        if self.unit.plan["steps"][step]["loops"] and "next" in control:
            left = follow(self.unit.plan, step, at, control["next"]).exit
            if left is not None:
                self.exits[left] = {"step": step, "at": at, "next": control["next"]}
        return control

    def loop(self, first: str, outside: str) -> dict[str, str]:
        """All turns of a loop, as the shim walks them in one container."""
        walk = LoopWalk(self.unit.plan, first, outside)
        while walk.here is not None:
            here = walk.here
            places = [here.at] if here.gang is None else [f"{here.at}.{index}" for index in range(here.gang)]
            for at in places:
                control = self.step(here.step, at)
            walk.go_on({name: int(value) if name == "count" else value for name, value in control.items()})
        assert walk.left is not None
        return {"next": walk.left.step, "at": walk.left.at}

    def control(self, step: str, at: str) -> dict[str, str]:
        planned, plan = self.unit.plan["steps"][step], self.unit.plan
        if planned["kind"] == "foreach":
            return {"count": str(len(items_of(self.seed, step, at)))}
        if planned["kind"] == "gang":
            return {"count": str(planned["size"])}
        if planned["kind"] not in ("linear", "switch") or not planned["next"]:
            return {}
        place = self.unit.tree.places[step]  # type: ignore[index]  # a step name
        out = [(loop, self.ways_out[step][loop]) for loop in place.loops]  # type: ignore[index]
        target = choose(self.seed, step, at, planned["next"], out) if planned["kind"] == "switch" else planned["next"][0]
        if planned["loops"]:
            return {"next": target, "at": follow(plan, step, at, target).at}
        return {"next": target} if planned["kind"] == "switch" else {}


def check(tree: RegionTree, seed: int, **options: Any) -> Machine:
    unit = unit_of(tree, **options)
    objects = objects_of(unit)
    for skipped_resolve in (False, True):
        container = Container(unit, seed)
        machine = Machine(objects, container, skipped_resolve=skipped_resolve)
        assert machine.run() == "Succeeded"
        assert len(container.ran) == len(set(container.ran))
        assert set(container.ran) == expected_trace(tree, seed)
    return machine


@pytest.mark.parametrize("shape", SHAPES)
def test_right_tasks_at_right_addresses(shape: str) -> None:
    tree = tree_of(shape)
    assert tree is not None
    for seed in range(2):
        check(tree, seed, loop_turns=4)
        check(tree, seed, max_tasks=10, max_templates=10, max_parallel=2, loop_turns=120)


@pytest.mark.parametrize("shape", ["h>x|q x>h|r q>m r>m m>end", "a>h h>h|b|c b>end c>end", "o>i i>i|v v>x|end x>o|i"])
def test_exits_after_many_turns(shape: str) -> None:
    tree = tree_of(shape)
    assert tree is not None
    for seed in range(30):
        check(tree, seed, loop_turns=300)


@settings(max_examples=30, deadline=None)
@given(text=flow_texts(), seed=st.integers(0, 9))
def test_right_tasks_of_random_flows(text: str, seed: int) -> None:
    tree = tree_of(text)
    if tree is not None:
        check(tree, seed)
        check(tree, seed, max_tasks=10, max_templates=10, loop_turns=12)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if "|" in shape])
def test_one_pod_runs_a_loop(shape: str) -> None:
    tree = tree_of(shape)
    assert tree is not None
    check(tree, 1, loops="fused")
