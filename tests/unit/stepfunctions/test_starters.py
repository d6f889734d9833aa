"""What EventBridge makes of an event is what the first task reads. EventBridge's own filling-in is played by its rules.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from flowc import api
from flowc.ir.plan import build_plan
from flowc.runtime_shim.contract import Attempt
from flowc.runtime_shim.events import trigger_from
from flowc.runtime_shim.execution_input import with_input
from flowc.runtime_shim.loading import load_flow
from flowc.runtime_shim.stores import open_store

SETTINGS = {"root": "s3://flows/prod", "image": "registry.example/flows:1", "stepfunctions.job_queue": "flows"}
FLOW = """
from flowc import FlowSpec, Parameter, project, schedule, step, trigger, trigger_on_finish

{decorators}
class F(FlowSpec):
    day = Parameter("day", default="")
    rows = Parameter("rows", default=1)

    @step
    def start(self):
        pass
"""


def deployment(folder: Path, decorators: str, **settings: Any) -> dict[str, Any]:
    (folder / "flow.py").write_text(FLOW.format(decorators=decorators))
    given = {**SETTINGS, **{f"stepfunctions.{name}": value for name, value in settings.items()}}
    result = api.compile_flows([folder / "flow.py"], ["stepfunctions"], overrides=given, project_root=folder)
    result.raise_for_errors()
    return dict(json.loads(next(each.text for each in result.manifests if each.path.endswith("deployment.json"))))


def transformed(target: dict[str, Any], event: dict[str, Any]) -> str:
    """The input of a target: a variable is JSON where it stands alone, plain text inside of quotes."""
    transformer = target["InputTransformer"]

    def value(path: str) -> Any:
        found: Any = event
        for part in path.split(".")[1:]:
            found = found[part]
        return found

    text = str(transformer["InputTemplate"])
    for name, path in transformer["InputPathsMap"].items():
        text = re.sub(rf"(?<=[:,\[])<{name}>", lambda _, path=path: json.dumps(value(path)), text)
        text = text.replace(f"<{name}>", str(value(path)))
    return text


def started(folder: Path, text: str) -> Attempt:
    tree = api.check(folder / "flow.py", project_root=folder).flow.tree
    assert tree is not None
    attempt = Attempt(engine="stepfunctions", flow="F", root=(folder / "store").as_uri(), run="x", step="start", at="r")
    store = open_store(attempt.root)
    store.create("F/runs/x/_input", text.encode())
    return with_input(attempt, store, load_flow(str(folder), build_plan(tree)))


def test_an_event_fills_parameters(tmp_path: Path) -> None:
    decorator = '@trigger(event={"name": "orders", "parameters": {"day": "date", "rows": "n"}})'
    (rule,) = deployment(tmp_path, decorator, event_bus="shop", event_source="shop.orders")["rules"]
    assert (rule["EventBusName"], json.loads(rule["EventPattern"])) == ("shop", {"source": ["shop.orders"], "detail-type": ["orders"]})
    detail = {"date": 'it\'s "mon" <id> {{x}}', "n": 7, "more": [1]}
    text = transformed(rule["Targets"][0], {"id": "e-1", "time": "2026-11-24T10:00:00Z", "detail": detail})
    attempt = started(tmp_path, text)
    assert attempt.parameters == {"day": detail["date"], "rows": 7}
    trigger = trigger_from(attempt.trigger)
    assert trigger is not None
    assert trigger.event is not None
    assert (trigger.event.name, trigger.event.id, trigger.event.type) == ("orders", "e-1", "event")


@pytest.mark.parametrize(
    ("decorators", "machine", "flow"),
    [
        ('@trigger_on_finish(flow="Up")', "Up", "Up"),
        ('@project(name="shop")\n@trigger_on_finish(flow="Up")', "shop-main-Up", "shop.main.Up"),
        ('@trigger_on_finish(flow={"name": "Up", "project": "shop", "project_branch": "test"})', "shop-test-Up", "shop.test.Up"),
        ('@trigger_on_finish(flow="shop.prod.Up")', "shop-prod-Up", "shop.prod.Up"),
    ],
)
def test_another_flow_starts_it(decorators: str, machine: str, flow: str, tmp_path: Path) -> None:
    (rule,) = deployment(tmp_path, decorators, account="123456789012", region="eu-west-1")["rules"]
    detail = json.loads(rule["EventPattern"])["detail"]
    assert detail == {"status": ["SUCCEEDED"], "stateMachineArn": [f"arn:aws:states:eu-west-1:123456789012:stateMachine:{machine}"]}
    event = {"time": "2026-11-24T10:00:00Z", "detail": {"name": "run-7"}}
    attempt = started(tmp_path, transformed(rule["Targets"][0], event))
    trigger = trigger_from(attempt.trigger)
    assert trigger is not None
    assert trigger.event is not None
    assert (trigger.event.name, trigger.event.id, trigger.event.type) == (flow, f"{flow}/run-7", "run")
    assert attempt.parameters == {}


def test_all_that_starts_a_flow_starts_its_alias(tmp_path: Path) -> None:
    made = deployment(tmp_path, '@schedule(hourly=True)\n@trigger(event="a")\n@trigger_on_finish(flow="B")')
    targets = [*(schedule["Target"] for schedule in made["schedules"]), *(target for rule in made["rules"] for target in rule["Targets"])]
    assert {target["Arn"] for target in targets} == {"arn:aws:states:${Region}:${Account}:stateMachine:F:live"}
    assert len(targets) == 3
    assert made["alias"] == "live"


def test_a_schedule_says_its_zone_and_its_time(tmp_path: Path) -> None:
    (schedule,) = deployment(tmp_path, '@schedule(cron="30 2 * * 7", timezone="Asia/Tokyo")')["schedules"]
    assert (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]) == ("cron(30 2 ? * SUN *)", "Asia/Tokyo")
    assert started(tmp_path, schedule["Target"]["Input"]).parameters == {}
