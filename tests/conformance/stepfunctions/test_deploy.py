"""`flowc deploy`, `trigger`, `status` and `terminate` as a person types them, against moto's AWS.

Alias, schedules, rules and roles are seen as requests that moto stores: it never fires a schedule, nor holds anybody to a role.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import s3_servers
from support.scheduler_runs import flowc
from support.stepfunctions_runs import ROOT, SITE, Site

from flowc.runtime_shim.contract import run_key
from flowc.runtime_shim.stores import open_store

pytestmark = pytest.mark.stepfunctions

FLOW = """\
import time
from flowc import FlowSpec, Parameter, schedule, step, trigger


@schedule(cron="0 2 * * *", timezone="Europe/Berlin")
@trigger(event="arrived")
class {name}(FlowSpec):
    seconds = Parameter("seconds", default=0)

    @step
    def start(self):
        time.sleep(self.seconds)
        self.next(self.end)

    @step
    def end(self):
        pass
"""

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def flow(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A flow of the test's own, named after it."""
    name = "".join(word.capitalize() for word in request.node.originalname.removeprefix("test_").split("_")[:4])
    path = tmp_path / f"{name}.py"
    path.write_text(FLOW.format(name=name))
    return path


@pytest.fixture
def call(site: Site) -> Call:
    """Runs a command on the site; `environment` goes over that of the site."""

    def run(*words: object, environment: dict[str, str] | None = None, **settings: str) -> tuple[int, str]:
        given = [word for key, value in {**SITE, **settings}.items() for word in ("--set", f"stepfunctions.{key}={value}")]
        return flowc([str(word) for word in words] + ["--target", "stepfunctions", *given], site.server.environment | (environment or {}))

    return run


def deploy(call: Call, path: Path, *words: str, **settings: Any) -> str:
    code, said = call("deploy", path, "--root", ROOT, "--image", "none", *words, **settings)
    assert code == 0, said
    return said


def live(site: Site, flow: str) -> int:
    alias = site.client("stepfunctions").describe_state_machine_alias(stateMachineAliasArn=f"{site.machine_arn(flow)}:live")
    [route] = alias["routingConfiguration"]
    assert route["weight"] == 100
    return int(route["stateMachineVersionArn"].rpartition(":")[2])


def test_dry_run_writes_nothing(site: Site, call: Call, flow: Path) -> None:
    said = deploy(call, flow, "--dry-run")
    for what in ("state machine DryRunWritesNothing", "alias DryRunWritesNothing:live", "schedule flowc-", "rule flowc-", "role flowc-"):
        assert f"+++ {what}" in said
    assert call("status", flow)[0] == 3
    assert not site.server.client().list_objects_v2(Bucket="flows", Prefix="store/DryRunWritesNothing/").get("Contents")


def test_second_deploy_changes_nothing(site: Site, call: Call, flow: Path) -> None:
    first = deploy(call, flow)
    assert "created: state machine SecondDeployChangesNothing\ncreated: alias SecondDeployChangesNothing:live\n" in first
    again = deploy(call, flow)
    assert "+++" not in again
    assert "unchanged: schedule flowc-SecondDeployChangesNothing-schedule" in again
    assert live(site, flow.stem) == 1
    tags = site.client("stepfunctions").list_tags_for_resource(resourceArn=site.machine_arn(flow.stem))["tags"]
    assert {"key": "flowc:flow", "value": flow.stem} in tags


def test_versions_forward_and_back(site: Site, call: Call, flow: Path) -> None:
    deploy(call, flow)
    assert call("deploy", flow, "--root", ROOT, "--image", "none", "--rollback")[1].startswith(
        f"flowc: error: {flow.stem} has no version before 1"
    )
    flow.write_text(flow.read_text().replace("pass", "self.done = True"))
    said = deploy(call, flow)
    assert "-version 1" in said
    assert live(site, flow.stem) == 2
    arn = site.machine_arn(flow.stem)
    described = site.client("stepfunctions").describe_state_machine(stateMachineArn=f"{arn}:2")
    assert described["description"].startswith("sha256:")
    said = deploy(call, flow, "--rollback")
    assert "-version 2\n+version 1" in said
    assert live(site, flow.stem) == 1
    deploy(call, flow)
    assert live(site, flow.stem) == 3


def test_somebody_elses_machine_stays(site: Site, call: Call, flow: Path) -> None:
    site.create(flow.stem, {"StartAt": "a", "States": {"a": {"Type": "Succeed"}}})
    code, said = call("deploy", flow, "--root", ROOT, "--image", "none")
    assert code == 3
    assert f"state machine {flow.stem} was not made by flowc" in said


def test_another_flows_machine_stays(site: Site, call: Call, flow: Path) -> None:
    deploy(call, flow)
    arn = site.machine_arn(flow.stem)
    site.client("stepfunctions").tag_resource(resourceArn=arn, tags=[{"key": "flowc:flow", "value": "prod.Other"}])
    code, said = call("deploy", flow, "--root", ROOT, "--image", "none")
    assert code == 3
    assert "belongs to flow prod.Other" in said


def test_somebody_elses_role_stays(site: Site, call: Call, flow: Path) -> None:
    site.client("iam").create_role(RoleName="flowc-SomebodyElsesRoleStays-job", AssumeRolePolicyDocument="{}")
    code, said = call("deploy", flow, "--root", ROOT, "--image", "none")
    assert code == 3
    assert "role flowc-SomebodyElsesRoleStays-job was not made by flowc" in said
    deploy(call, flow, job_role="flowc-SomebodyElsesRoleStays-job", manage_iam="false")


def test_what_is_gone_goes_on_request(site: Site, call: Call, flow: Path) -> None:
    deploy(call, flow)
    text = flow.read_text()
    flow.write_text(text.replace('@schedule(cron="0 2 * * *", timezone="Europe/Berlin")\n', "").replace('@trigger(event="arrived")\n', ""))
    said = deploy(call, flow, "--image", "other")
    assert "--prune removes it; until then it starts the flow" in said
    schedules = site.client("scheduler")
    assert schedules.get_schedule(Name=f"flowc-{flow.stem}-schedule")["State"] == "ENABLED"
    said = deploy(call, flow, "--prune", "--image", "other")
    assert f"removed: schedule flowc-{flow.stem}-schedule" in said
    assert f"removed: rule flowc-{flow.stem}-on-arrived" in said
    assert site.client("events").list_rule_names_by_target(TargetArn=f"{site.machine_arn(flow.stem)}:live")["RuleNames"] == []
    assert "removed" not in deploy(call, flow, "--prune", "--image", "other")


def test_schedule_and_rule_start_the_alias(site: Site, call: Call, flow: Path) -> None:
    deploy(call, flow)
    alias = f"{site.machine_arn(flow.stem)}:live"
    schedule = site.client("scheduler").get_schedule(Name=f"flowc-{flow.stem}-schedule")
    assert (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]) == ("cron(0 2 * * ? *)", "Europe/Berlin")
    assert schedule["Target"]["Arn"] == alias
    [target] = site.client("events").list_targets_by_rule(Rule=f"flowc-{flow.stem}-on-arrived")["Targets"]
    assert target["Arn"] == alias


def test_trigger_status_terminate(site: Site, call: Call, flow: Path) -> None:
    deploy(call, flow)
    assert call("trigger", flow, "--run-id", "long-one", "--seconds", "600")[1].splitlines()[0] == "long-one"
    code, said = call("trigger", flow, "--run-id", "long-one")
    assert (code, "has a run 'long-one' already" in said) == (3, True), said
    code, said = call("trigger", flow, "--run-id", "long one")
    assert (code, "is no name of an execution" in said) == (2, True), said
    said = json.loads(call("status", flow, "--format", "json")[1])
    s3_servers.wait_until("the first task", site.processes, lambda: open_store(ROOT).get(run_key(flow.stem, "long-one", "_run")))
    code, logs = flowc(["logs", f"{flow.stem}/long-one/start/r", "--root", ROOT], site.server.environment)
    assert (code, f"aws logs tail /aws/batch/job --log-stream-name-prefix flowc-{flow.stem}-" in logs) == (1, True), logs
    assert [(run["run"], run["state"], run["ended"]) for run in said["runs"]] == [("long-one", "RUNNING", False)]
    assert call("terminate", flow, "--run-id", "long-one")[0] == 0
    assert site.wait(flow.stem, "long-one").status == "ABORTED"
    code, said = call("terminate", flow, "--run-id", "long-one")
    assert (code, "has ended already: ABORTED" in said) == (3, True), said
    code, said = call("status", flow, "--run-id", "none")
    assert (code, "has no run 'none' in Step Functions" in said) == (3, True), said


@pytest.mark.parametrize(
    ("settings", "environment", "code", "said"),
    [
        ({"account": "999999999999"}, {}, 2, "the credentials are of account 123456789012, and the settings say 999999999999"),
        ({"profile": "nobody"}, {}, 2, "nobody"),
        ({}, {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, 2, "there is no region to deploy to"),
        ({}, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, 2, "there are no credentials for AWS"),
        ({}, {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}, 3, "cannot be reached for sts:get_caller_identity"),
    ],
    ids=["another account", "no such profile", "no region", "no credentials", "no way there"],
)
def test_an_account_that_is_not_there(
    call: Call, flow: Path, settings: dict[str, str], environment: dict[str, str], code: int, said: str
) -> None:
    done, text = call("deploy", flow, "--root", ROOT, "--image", "none", environment=environment, **settings)
    assert (done, said in text, "help:" in text) == (code, True, True), text
