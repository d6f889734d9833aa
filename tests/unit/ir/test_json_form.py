"""JSON of graph and tree."""

from dataclasses import replace

from support.notation import parse_graph
from support.random_trees import structured

from flowc.ir.graph import Case, StepName
from flowc.ir.json_form import graph_json, step_type, tree_json
from flowc.ir.value_json import is_plain, value_json
from flowc.ir.values import Unknown


def types(text: str) -> dict[str, str]:
    graph = parse_graph(text)
    return {step.name: step_type(graph, step) for step in graph.steps}


def test_types_are_those_of_metaflow() -> None:
    assert types("a>") == {"a": "end"}
    assert types("a>b b>end") == {"a": "start", "b": "linear", "end": "end"}
    assert types("p>a,b a>j b>j j!>f f>*x x>k k!>g g>%m m>l l!>w w>y|end y>end") == {
        "p": "split",
        "a": "linear",
        "b": "linear",
        "j": "join",
        "f": "foreach",
        "x": "linear",
        "k": "join",
        "g": "parallel",
        "m": "linear",
        "l": "join",
        "w": "switch",
        "y": "linear",
        "end": "end",
    }
    assert types("f>*x x>j j!>*y y>end end!>")["j"] == "foreach"


def test_case_keys_that_are_spelt_alike() -> None:
    graph = parse_graph("w>a|b|c a>end b>end c>end")
    transition = graph.by_name[StepName("w")].transition
    cases: tuple[Case, ...] = transition.cases  # type: ignore[union-attr]
    keyed = tuple(replace(case, key=key) for case, key in zip(cases, ("1", 1, None), strict=True))
    steps = (replace(graph.steps[0], transition=replace(transition, cases=keyed)), *graph.steps[1:])  # type: ignore[type-var]
    assert graph_json(replace(graph, steps=steps))["steps"][0]["cases"] == {"1": "a", "1 (int)": "b", "null": "c"}


def test_shared_blocks_are_numbered_once() -> None:
    tree = tree_json(structured(parse_graph("w>a|b|c a>d b>d c>e d>f e>f f>end")))
    goes = [block["end"]["block"] for block in tree["blocks"] if block["end"]["kind"] == "goes"]
    assert len(goes) == 2
    assert len(set(goes)) == 1
    assert tree["blocks"][goes[0]] == {"items": [{"kind": "invoke", "step": "d"}], "end": {"kind": "falls", "to": "f"}}


def test_a_loop_and_its_exits() -> None:
    tree = tree_json(structured(parse_graph("h>a|q a>h|r q>m r>m m>end")))
    loop, exits = tree["blocks"][tree["body"]]["items"][:2]
    assert loop == {"kind": "loop", "first": "h", "body": 1, "exits": ["q", "r"]}
    assert exits["on"] == {"loop": "h"}
    assert [arm["target"] for arm in exits["arms"]] == ["q", "r"]
    ends = [block["end"] for block in tree["blocks"]]
    assert {"kind": "again", "loop": "h"} in ends
    assert {"kind": "leaves", "loop": "h", "to": "r"} in ends


def test_values() -> None:
    value = {"a": (1, 2.5, None), 3: {"y", "x"}, "b": b"\x00", "c": Unknown("it is computed"), "d": 1j, "e": float("inf")}
    assert value_json(value) == {  # type: ignore[arg-type]
        "a": [1, 2.5, None],
        "3": ["x", "y"],
        "b": {"bytes": "AA=="},
        "c": {"unknown": "it is computed"},
        "d": {"complex": "1j"},
        "e": {"float": "inf"},
    }


def test_plain_values_come_back_from_json_as_they_were() -> None:
    assert is_plain({"a": [1, 2.5, None, True, {"b": "c"}]})
    for value in ((1,), {1: 2}, {"a": b""}, [Unknown("it is computed")], float("nan"), {1}, 1j):
        assert not is_plain(value)  # type: ignore[arg-type]
