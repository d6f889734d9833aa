"""The flow graph and the region tree as JSON. Blocks are numbered and stand side by side, so that depth costs no nesting."""

from collections.abc import Mapping
from typing import Any, Literal, assert_never

from flowc.ir.graph import (
    MISSING,
    CaseKey,
    Decorator,
    FlowGraph,
    Missing,
    Next,
    NextForeach,
    NextGang,
    NextSplit,
    NextSwitch,
    Parameter,
    Step,
)
from flowc.ir.regions import (
    Again,
    Arms,
    Block,
    Chosen,
    End,
    Exit,
    Falls,
    Foreach,
    Gang,
    Goes,
    Invoke,
    Leaves,
    Loop,
    Region,
    RegionTree,
    Split,
    Switch,
)
from flowc.ir.traversal import each_block
from flowc.ir.value_json import value_json

SCHEMA = 1

StepType = Literal["start", "linear", "split", "foreach", "switch", "join", "end", "parallel"]


def flow_json(graph: FlowGraph, tree: RegionTree) -> dict[str, Any]:
    """Return what `flowc graph --format json` prints: `{"schema", "flow", "regions"}`."""
    return {"schema": SCHEMA, "flow": graph_json(graph), "regions": tree_json(tree)}


def graph_json(graph: FlowGraph) -> dict[str, Any]:
    """Return the flow graph: name, doc, parameters, decorators, and every step in source order."""
    return {
        "name": graph.name,
        "doc": graph.doc,
        "parameters": [_parameter_json(parameter) for parameter in graph.parameters],
        "decorators": [_decorator_json(decorator) for decorator in graph.decorators],
        "steps": [_step_json(graph, step) for step in graph.steps],
    }


def step_type(graph: FlowGraph, step: Step) -> StepType:
    """Return the type of `step` as Metaflow's own graph names it (seen on 2.19.39, `FlowGraph.output_steps`).

    How a step goes on counts before whether it takes inputs; the end step is always `end`, a plain first step `start`.
    """
    if step.name == graph.end:
        return "end"
    match step.transition:
        case NextSplit():
            return "split"
        case NextForeach():
            return "foreach"
        case NextGang():
            return "parallel"
        case NextSwitch():
            return "switch"
        case Next() | None if step.inputs:
            return "join"
        case Next() | None:
            return "start" if step.name == graph.start else "linear"
        case other:
            assert_never(other)


def _step_json(graph: FlowGraph, step: Step) -> dict[str, Any]:
    transition = step.transition
    return {
        "name": step.name,
        "type": step_type(graph, step),
        "inputs": step.inputs,
        "next": [edge.target for edge in step.edges],
        "foreach": transition.over if isinstance(transition, NextForeach) else None,
        "condition": transition.condition if isinstance(transition, NextSwitch) else None,
        "cases": _cases_json(transition) if isinstance(transition, NextSwitch) else None,
        "num_parallel": value_json(transition.size) if isinstance(transition, NextGang) else None,
        "decorators": [_decorator_json(decorator) for decorator in step.decorators],
        "line": step.span.line,
        "doc": step.doc,
    }


def _cases_json(switch: NextSwitch) -> dict[str, str]:
    """Targets by case as JSON spells keys; where text and a number are spelt alike, the number says its type."""
    texts = {case.key for case in switch.cases if isinstance(case.key, str)}
    named: dict[str, str] = {}
    for case in switch.cases:
        spelt = case_text(case.key)
        clash = not isinstance(case.key, str) and spelt in texts
        named[f"{spelt} ({type(case.key).__name__})" if clash else spelt] = case.edge.target
    return named


def case_text(key: CaseKey) -> str:
    """Return a case key as JSON spells it when it is the key of an object: `None` is `null`, `True` is `true`."""
    match key:
        case str():
            return key
        case None:
            return "null"
        case bool():
            return "true" if key else "false"
        case int() | float():
            return repr(key)
        case other:
            assert_never(other)


def _parameter_json(parameter: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": parameter.name,
        "attribute": parameter.attribute,
        "type": parameter.type,
        "required": parameter.required,
        "help": parameter.help,
        "line": parameter.span.line,
    }
    if parameter.default is not MISSING and not isinstance(parameter.default, Missing):
        found["default"] = value_json(parameter.default)
    if parameter.choices:
        found["choices"] = list(parameter.choices)
    return found


def _decorator_json(decorator: Decorator) -> dict[str, Any]:
    named = {argument.name: value_json(argument.value) for argument in decorator.arguments if argument.name is not None}
    unnamed = [value_json(argument.value) for argument in decorator.arguments if argument.name is None]
    found: dict[str, Any] = {"name": decorator.name, "origin": decorator.origin, "arguments": named}
    return {**found, "positional": unnamed} if unnamed else found


def tree_json(tree: RegionTree) -> dict[str, Any]:
    """Return the region tree: `{"body": number, "blocks": [{"items": […], "end": {…}}, …]}`; inner blocks by number."""
    numbers = {block: number for number, block in enumerate(each_block(tree.body))}
    return {
        "body": numbers[tree.body],
        "blocks": [
            {"items": [_region_json(item, numbers) for item in block.items], "end": _end_json(block.end, numbers)} for block in numbers
        ],
    }


def _region_json(region: Region, numbers: Mapping[Block, int]) -> dict[str, Any]:
    match region:
        case Invoke(step=step):
            return {"kind": "invoke", "step": step}
        case Split(step=step, branches=branches, join=join):
            return {"kind": "split", "step": step, "branches": [numbers[branch] for branch in branches], "join": join}
        case Foreach(step=step, over=over, body=body, join=join):
            return {"kind": "foreach", "step": step, "over": over, "body": numbers[body], "join": join}
        case Gang(step=step, size=size, body=body, join=join):
            return {"kind": "gang", "step": step, "size": value_json(size), "body": numbers[body], "join": join}
        case Switch(on=on, arms=arms):
            return {
                "kind": "switch",
                "on": _on_json(on),
                "arms": [{"target": arm.target, "cases": list(arm.cases), "block": numbers[arm.block]} for arm in arms],
            }
        case Loop(first=first, body=body, exits=exits):
            return {"kind": "loop", "first": first, "body": numbers[body], "exits": list(exits)}
        case other:
            assert_never(other)


def _on_json(on: Chosen | Exit) -> dict[str, str]:
    match on:
        case Chosen(step=step):
            return {"step": step}
        case Exit(loop=loop):
            return {"loop": loop}
        case other:
            assert_never(other)


def _end_json(end: End, numbers: Mapping[Block, int]) -> dict[str, Any]:
    match end:
        case Falls(to=to):
            return {"kind": "falls", "to": to}
        case Again(loop=loop):
            return {"kind": "again", "loop": loop}
        case Leaves(loop=loop, to=to):
            return {"kind": "leaves", "loop": loop, "to": to}
        case Goes(block=block):
            return {"kind": "goes", "block": numbers[block]}
        case Arms():
            return {"kind": "arms"}
        case other:
            assert_never(other)
