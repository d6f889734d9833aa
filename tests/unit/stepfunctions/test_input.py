"""The input of an execution, as the state machine keeps it, becomes parameters and trigger of the run, or is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from flowc.api import check
from flowc.ir.plan import build_plan
from flowc.runtime_shim.addresses import Refused
from flowc.runtime_shim.contract import Attempt
from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.execution_input import with_input
from flowc.runtime_shim.loading import load_flow
from flowc.runtime_shim.stores import open_store

FLOW = """
from flowc import FlowSpec, Parameter, step, trigger

@trigger(events=[{"name": "orders", "parameters": {"day": "date", "rows": "n"}}, {"name": "prices", "parameters": ["day", ("rows", "m")]}])
class F(FlowSpec):
    day = Parameter("day", default="")
    rows = Parameter("rows", default=1)

    @step
    def start(self):
        pass
"""
EVENT = {"trigger": {"name": "orders", "type": "event", "id": "e", "timestamp": "2026-11-24T00:00:00Z"}, "detail": {"date": "mon", "n": 3}}


def given(folder: Path, content: Any, run: str = "x") -> Attempt:
    """The attempt of the first task of a run whose input is `content`."""
    (folder / "flow.py").write_text(FLOW)
    tree = check(folder / "flow.py", project_root=folder).flow.tree
    assert tree is not None
    loaded = load_flow(str(folder), build_plan(tree))
    attempt = Attempt(engine="stepfunctions", flow="F", root=(folder / "store").as_uri(), run=run, step="start", at="r")
    store = open_store(attempt.root)
    if content is not None:
        store.create(f"F/runs/{run}/_input", content if isinstance(content, bytes) else json.dumps(content).encode())
    return with_input(attempt, store, loaded)


HOSTILE = "q'\"\n$(touch x) {{x}} ${x} States.Format('{}', $.x) $.x \\ 😀" + "é" * 1000


@pytest.mark.parametrize(
    ("content", "parameters"),
    [
        ({}, {}),
        ({"Parameters": {"day": HOSTILE}}, {"day": HOSTILE}),
        ({"Parameters": json.dumps({"rows": 7})}, {"rows": 7}),
        (json.dumps({"Parameters": {"rows": 7}}), {"rows": 7}),
        ({"Parameters": None, "scheduled_time": "now", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "y"}, {}),
        (EVENT, {"day": "mon", "rows": 3}),
        ({**EVENT, "Parameters": {"rows": 4}}, {"day": "mon", "rows": 4}),
        ({"trigger": {"name": "prices", "type": "event"}, "detail": {"day": "tue"}}, {"day": "tue"}),
        ({"trigger": {"name": "other", "type": "event"}, "detail": {"day": "tue"}}, {}),
    ],
)
def test_parameters(tmp_path: Path, content: Any, parameters: dict[str, Any]) -> None:
    assert given(tmp_path, content).parameters == parameters


def test_the_trigger_is_handed_on(tmp_path: Path) -> None:
    assert json.loads(given(tmp_path, EVENT).trigger or "") == EVENT["trigger"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"alpha": 1}, "has 'alpha': parameters go into"),
        ([1], r"is \[1\]: write"),
        ({"Parameters": [1]}, "not an object"),
        ({"Parameters": "{"}, "is no JSON"),
        (b"{", "is no JSON"),
    ],
)
def test_an_input_that_makes_no_sense_is_refused(tmp_path: Path, content: Any, said: str) -> None:
    with pytest.raises(MetaflowException, match=said):
        given(tmp_path, content)


def test_an_input_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="_input is missing in file://"):
        given(tmp_path, None)


def test_a_name_that_keys_spell_otherwise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the execution is called 'a b@c'"):
        given(tmp_path, None, run="a b@c")
