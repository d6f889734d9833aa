"""The plan that travels with the code: what the shim and the local engine need of the flow, the same for every target."""

import json
from typing import Literal, assert_never

from flowc.ir.graph import Config, FlowGraph, Missing, Next, NextForeach, NextGang, NextSplit, NextSwitch, Parameter, Step, Transition
from flowc.ir.json_form import tree_json
from flowc.ir.plan_decorators import plan_decorators
from flowc.ir.regions import LoopPlace, Place, RegionTree
from flowc.ir.value_json import is_plain
from flowc.runtime_shim.contract import PLAN_VERSION, VERSION, Plan, PlanConfig, PlanLoop, PlanParameter, PlanStep


def build_plan(tree: RegionTree) -> Plan:
    """Return the plan of a structured flow; plain JSON data."""
    graph = tree.graph
    start, end = graph.start, graph.end
    assert start is not None, "a structured flow has a start"
    assert end is not None, "a structured flow has an end"
    return Plan(
        v=PLAN_VERSION,
        flowc=VERSION,
        flow=graph.deployed_name,
        class_name=graph.name,
        file=graph.project_path,
        start=start,
        end=end,
        steps={step.name: _plan_step(step, tree.places[step.name]) for step in graph.steps},
        loops={first: _plan_loop(place) for first, place in tree.loops.items()},
        parameters=_plan_parameters(graph),
        configs=[_plan_config(config) for config in graph.configs],
        tree=tree_json(tree),
    )


def plan_bytes(plan: Plan) -> bytes:
    """Return `plan` as canonical JSON: keys sorted, no blanks, ASCII."""
    return json.dumps(plan, sort_keys=True, separators=(",", ":")).encode("ascii")


def _plan_step(step: Step, place: Place) -> PlanStep:
    planned = PlanStep(
        kind=_kind(step.transition),
        inputs=step.inputs,
        next=list(step.targets),
        scope=list(place.scope) if place.scope else None,
        loops=list(place.loops),
        order=place.order,
        dom=place.dom,
        meet=place.meet,
    )
    if place.opener is not None:
        planned["opener"] = place.opener
    if place.join is not None:
        planned["join"] = place.join
    match step.transition:
        case NextForeach(over=over):
            planned["over"] = over
        case NextGang(size=size):
            planned["size"] = size if isinstance(size, int) else None
        case NextSwitch(condition=condition, cases=cases):
            planned["condition"] = condition
            planned["cases"] = [[case.key, case.edge.target] for case in cases]
        case None | Next() | NextSplit():
            pass
        case other:
            assert_never(other)
    plan_decorators(step, planned)
    return planned


def _kind(transition: Transition | None) -> Literal["linear", "split", "foreach", "gang", "switch", "end"]:
    match transition:
        case None:
            return "end"
        case Next():
            return "linear"
        case NextSplit():
            return "split"
        case NextForeach():
            return "foreach"
        case NextGang():
            return "gang"
        case NextSwitch():
            return "switch"
        case other:
            assert_never(other)


def _plan_loop(place: LoopPlace) -> PlanLoop:
    return PlanLoop(
        scope=list(place.scope) if place.scope else None,
        loops=list(place.loops),
        order=place.order,
        dom=place.dom,
        meet=place.meet,
        exits=list(place.exits),
    )


def _plan_parameters(graph: FlowGraph) -> list[PlanParameter]:
    return [_plan_parameter(parameter) for parameter in graph.parameters]


def _plan_parameter(parameter: Parameter) -> PlanParameter:
    planned = PlanParameter(name=parameter.name, attribute=parameter.attribute, type=parameter.type, required=parameter.required)
    if not isinstance(parameter.default, Missing) and is_plain(parameter.default):
        planned["default"] = parameter.default
    if parameter.path is not None:
        planned["path"] = parameter.path
    return planned


def _plan_config(config: Config) -> PlanConfig:
    planned = PlanConfig(name=config.name, attribute=config.attribute)
    if config.path is not None:
        planned["path"] = config.path
    elif is_plain(config.value):
        planned["value"] = config.value
    if config.parser is not None:
        planned["parser"] = config.parser
    return planned
