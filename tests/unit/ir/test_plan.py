"""The plan: places, and what step decorators say."""

from dataclasses import replace
from typing import Any

import pytest
from support.notation import parse_graph
from support.random_trees import structured

from flowc.ir.graph import Argument, Config, Decorator, FlowGraph, Parameter, StepName
from flowc.ir.plan import build_plan, plan_bytes
from flowc.ir.values import Unknown, Value
from flowc.source import Span

SPAN = Span("flow.py", 1, 1, 1, 1)
UNKNOWN = Unknown("it is computed")


def decorated(name: str, **values: Value) -> dict[str, Any]:
    """The plan of a step with one decorator, without what every step has."""
    graph = parse_graph("a>b b>end")
    arguments = tuple(Argument(key, value, SPAN) for key, value in values.items())
    decorator = Decorator(name=name, origin="flowc", arguments=arguments, span=SPAN)
    steps = tuple(replace(step, decorators=(decorator,)) if step.name == "b" else step for step in graph.steps)
    step = build_plan(structured(replace(graph, steps=steps)))["steps"]["b"]
    bare = build_plan(structured(graph))["steps"]["b"]
    return {key: value for key, value in step.items() if key not in bare}


@pytest.mark.parametrize(
    ("name", "values", "planned"),
    [
        ("retry", {}, {"retries": 3, "retry_seconds": 120.0}),
        ("retry", {"times": 5, "minutes_between_retries": 0.5}, {"retries": 5, "retry_seconds": 30.0}),
        ("retry", {"times": UNKNOWN}, {"retries": None, "retry_seconds": 120.0}),
        ("catch", {}, {"catch": {"var": None, "print_exception": True}}),
        ("catch", {"var": "error", "print_exception": False}, {"catch": {"var": "error", "print_exception": False}}),
        ("catch", {"var": UNKNOWN}, {"catch": None}),
        ("timeout", {"seconds": 5, "minutes": 2, "hours": 1}, {"timeout": 3725.0}),
        ("timeout", {"minutes": UNKNOWN}, {"timeout": None}),
        ("environment", {"vars": {"A": "1", "B": 2}}, {"environment": {"A": "1", "B": "2"}}),
        ("environment", {"vars": {"A": UNKNOWN}}, {"environment": None}),
        ("environment", {}, {"environment": {}}),
        ("resources", {"cpu": 2}, {}),
    ],
)
def test_decorators(name: str, values: dict[str, Value], planned: dict[str, Any]) -> None:
    assert decorated(name, **values) == planned


def test_places() -> None:
    steps = build_plan(structured(parse_graph("f>*g g>*x x>a|b a>c b>c c>k k!>j j!>end")))["steps"]
    assert steps["f"] == {
        "kind": "foreach",
        "inputs": False,
        "next": ["g"],
        "scope": None,
        "loops": [],
        "order": 0,
        "dom": None,
        "meet": "j",
        "join": "j",
        "over": "items",
    }
    assert {name: step["scope"] for name, step in steps.items()} == {
        "f": None,
        "g": ["f", "g"],
        "x": ["g", "x"],
        "a": ["g", "x"],
        "b": ["g", "x"],
        "c": ["g", "x"],
        "k": ["f", "g"],
        "j": None,
        "end": None,
    }
    assert (steps["x"]["dom"], steps["x"]["meet"]) == (None, "c")
    assert (steps["c"]["dom"], steps["c"]["meet"]) == ("x", None)
    assert (steps["k"]["dom"], steps["k"]["opener"], steps["j"]["opener"]) == ("g", "g", "f")
    assert steps["x"]["cases"] == [["a", "a"], ["b", "b"]]


def test_places_of_loops() -> None:
    plan = build_plan(structured(parse_graph("o>i i>i|v v>x|y x>o|i y>end")))
    assert plan["loops"] == {
        "o": {"scope": None, "loops": [], "order": 0, "dom": None, "meet": "y", "exits": ["y"]},
        "i": {"scope": None, "loops": ["o"], "order": 1, "dom": "o", "meet": None, "exits": ["o", "y"]},
    }
    assert {name: step["loops"] for name, step in plan["steps"].items()} == {
        "o": ["o"],
        "i": ["o", "i"],
        "v": ["o", "i"],
        "x": ["o", "i"],
        "y": [],
        "end": [],
    }
    assert plan["steps"]["y"]["dom"] == "o"
    assert (plan["steps"]["i"]["dom"], plan["steps"]["i"]["order"]) == (None, 0)


def test_cases_keep_their_types() -> None:
    graph = parse_graph("w>a|b|c a>end b>end c>end")
    transition = graph.by_name[StepName("w")].transition
    keys = (True, 1.5, None)
    cases = tuple(replace(case, key=key) for case, key in zip(transition.cases, keys, strict=True))  # type: ignore[union-attr]
    steps = (replace(graph.steps[0], transition=replace(transition, cases=cases)), *graph.steps[1:])  # type: ignore[type-var]
    plan = build_plan(structured(replace(graph, steps=steps)))
    assert plan["steps"]["w"]["cases"] == [[True, "a"], [1.5, "b"], [None, "c"]]
    assert b'"cases":[[true,"a"],[1.5,"b"],[null,"c"]]' in plan_bytes(plan)


def test_parameters_and_configs() -> None:
    parameters = (
        Parameter(name="alpha", attribute="a", type="float", default=0.5, span=SPAN),
        Parameter(name="none", attribute="none", type="str", default=None, span=SPAN),
        Parameter(name="must", attribute="must", type="int", required=True, span=SPAN),
        Parameter(name="late", attribute="late", type="str", default=UNKNOWN, span=SPAN),
        Parameter(name="pair", attribute="pair", type="json", default=(1, 2), span=SPAN),
    )
    configs = (
        Config(name="cfg", attribute="cfg", value={"a": 1}, path="cfg.json", span=SPAN),
        Config(name="inline", attribute="inline", value={"b": [1]}, parser="m.parse", span=SPAN),
    )
    graph = replace(parse_graph("a>end"), parameters=parameters, configs=configs)
    plan = build_plan(structured(graph))
    assert plan["parameters"] == [
        {"name": "alpha", "attribute": "a", "type": "float", "required": False, "default": 0.5},
        {"name": "none", "attribute": "none", "type": "str", "required": False, "default": None},
        {"name": "must", "attribute": "must", "type": "int", "required": True},
        {"name": "late", "attribute": "late", "type": "str", "required": False},
        {"name": "pair", "attribute": "pair", "type": "json", "required": False},
    ]
    assert plan["configs"] == [
        {"name": "cfg", "attribute": "cfg", "path": "cfg.json"},
        {"name": "inline", "attribute": "inline", "value": {"b": [1]}, "parser": "m.parse"},
    ]


def test_the_head_and_the_bytes() -> None:
    graph: FlowGraph = parse_graph("a>end")
    plan = build_plan(structured(graph))
    assert (plan["flow"], plan["class_name"], plan["file"], plan["start"], plan["end"]) == ("TestFlow", "TestFlow", "flow.py", "a", "end")
    assert plan["tree"] == {
        "body": 0,
        "blocks": [
            {
                "items": [{"kind": "invoke", "step": "a"}, {"kind": "invoke", "step": "end"}],
                "end": {"kind": "falls", "to": None},
            }
        ],
    }
    assert plan_bytes(plan) == plan_bytes(build_plan(structured(parse_graph("a>end"))))
