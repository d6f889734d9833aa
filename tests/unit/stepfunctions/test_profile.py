"""The profile holds for what we emit, and each way out of it is found."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from support.flows import REPO

from flowc.backends.stepfunctions.profile import outside_profile

MACHINES = sorted((REPO / "tests/golden").glob("*/state-machine.asl.json"))
NESTED = json.loads((REPO / "tests/golden/loop_in_foreach/state-machine.asl.json").read_text())


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.parent.name)
def test_what_we_emit_is_inside(path: Any) -> None:
    assert outside_profile(json.loads(path.read_text())) == ()


def child(machine: dict[str, Any]) -> dict[str, Any]:
    return machine["States"]["start-map"]["ItemProcessor"]["States"]


DEFECTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "jsonata": (lambda m: m.update(QueryLanguage="JSONata"), "the query language is not JSONPath"),
    "jsonata in a state": (lambda m: m["States"]["end"].update(QueryLanguage="JSONata"), "it has a query language of its own"),
    "variable": (lambda m: m["States"]["flow-init"].update(Assign={"x.$": "$.run"}), "it assigns a variable"),
    "variable in a rule": (lambda m: child(m)["work-switch"]["Choices"][0].update(Assign={"x": 1}), "it assigns a variable"),
    "context in a selector": (
        lambda m: child(m)["work-read"]["ResultSelector"].update({"e.$": "$$.State.Name"}),
        "its ResultSelector asks for the context",
    ),
    "computed prefix": (
        lambda m: m["States"]["start-map"]["ResultWriter"]["Parameters"].update({"Prefix.$": "$.run"}),
        "its ResultWriter has a computed prefix",
    ),
    "batcher": (lambda m: m["States"]["start-map"].update(ItemBatcher={"MaxItemsPerBatch": 2}), "it has an ItemBatcher"),
    "execution in a child": (
        lambda m: child(m)["prepare"]["Parameters"]["ContainerOverrides"]["Environment"][0].update({"Value.$": "$$.Execution.Name"}),
        "Value.$ asks for $$.Execution in the child of a Map, where it is the child's",
    ),
    "iterator": (lambda m: m["States"]["start-map"].update(Iterator={}), "it has Iterator, which ItemProcessor has replaced"),
    "reader of an inline map": (
        lambda m: m["States"]["start-map"]["ItemProcessor"]["ProcessorConfig"].update(Mode="INLINE"),
        "its ItemReader stands beside an Inline Map",
    ),
    "all errors first": (
        lambda m: m["States"]["end"]["Retry"].insert(0, {"ErrorEquals": ["States.ALL"]}),
        "States.ALL in its Retry is not alone and last",
    ),
    "all errors and more": (
        lambda m: m["States"]["end"].update(Catch=[{"ErrorEquals": ["States.ALL", "States.Timeout"], "Next": "end"}]),
        "States.ALL in its Catch is not alone and last",
    ),
    "forgotten .$": (
        lambda m: m["States"]["end"]["Parameters"].update(JobName="$.run"),
        "JobName is '$.run', which reads like a path and is none: its key does not end with .$",
    ),
    "same name twice": (lambda m: child(m).update(end=child(m)["tidy"]), "another state has the same name"),
    "dangling": (lambda m: m["States"]["join"].update(Next="nowhere"), "it is named, and is no state of that machine"),
    "unreachable": (lambda m: m["States"].update(lost={"Type": "Succeed"}), "nothing leads to it"),
    "long label": (lambda m: m["States"]["start-map"].update(Label="x" * 41), "its Label has more than 40 characters"),
    "long name": (
        lambda m: (m["States"].update({"x" * 81: {"Type": "Succeed"}}), m["States"]["end"].update(Next="x" * 81)),
        "its name is not of 1 to 80 ASCII characters",
    ),
    "wait": (lambda m: m["States"]["flow-init"].update(Type="Wait"), "its type is 'Wait'"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_way_out_is_found(defect: str) -> None:
    machine = copy.deepcopy(NESTED)
    spoil, why = DEFECTS[defect]
    spoil(machine)
    assert why in [found.why for found in outside_profile(machine)]
