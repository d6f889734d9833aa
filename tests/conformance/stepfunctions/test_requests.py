"""What we write to be sent is what Amazon's own service models take, and what cfn-lint takes as resources of a template."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowc import api
from flowc.backends.stepfunctions.json_text import compact
from flowc.backends.stepfunctions.places import filled

pytestmark = pytest.mark.stepfunctions

ACCOUNT, REGION = "123456789012", "eu-west-1"
SHARED = {"root": "s3://flows/prod", "image": "registry.example/flows:1", "stepfunctions.job_queue": "flows"}
FLOW = """
from flowc import FlowSpec, Parameter, batch, catch, environment, exit_hook, project, resources, retry, schedule, secrets, step, timeout
from flowc import trigger, trigger_on_finish


def done():
    pass


@project(name="shop")
@schedule(cron="*/5 2 * * 1-5", timezone="Europe/Berlin")
@trigger(event={{"name": "orders", "parameters": {{"day": "date"}}}})
@trigger_on_finish(flow="Upstream")
@exit_hook(on_success=[done])
class Everything(FlowSpec):
    day = Parameter("day", default="mon")

    @environment(vars={{"LEVEL": "1"}})
    @secrets(sources=[{{"type": "aws-secrets-manager", "id": "db", "options": {{"keys": ["USER"]}}}}])
    @step
    def start(self):
        self.xs = [1]
        self.next(self.work, foreach="xs")

    @batch({arguments})
    @retry(times=2)
    @catch(var="error")
    @timeout(hours=1)
    @step
    def work(self):
        self.next(self.join)

    @resources(cpu=2, memory=8000)
    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
EC2 = (
    "cpu=4, memory=16000, gpu=1, image='other:1', queue='gpus', iam_role='own', execution_role='exec', shared_memory=64, max_swap=100, "
    "swappiness=10, trainium=2, efa=1, host_volumes=['/data', '/x:/y'], efs_volumes='fs-12:/efs', use_tmpfs=True, tmpfs_size=100, "
    "aws_batch_tags={'team': 'ml'}, log_driver='awslogs', log_options=['awslogs-group:mine'], executable='python3.11', privileged=True"
)
FARGATE = "cpu=0.25, memory=512, ephemeral_storage=40, aws_batch_tags={'team': 'ml'}"
FORMS = {
    "EC2": (EC2, {"stepfunctions.log_group": "/flows"}),
    "FARGATE": (
        FARGATE,
        {"stepfunctions.platform": "FARGATE", "stepfunctions.assign_public_ip": True, "stepfunctions.history_log_group": "h"},
    ),
}


@pytest.fixture(scope="module", params=FORMS)
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The files of a flow that asks for everything, account and region filled in."""
    arguments, settings = FORMS[request.param]
    folder = tmp_path_factory.mktemp("flow")
    (folder / "flow.py").write_text(FLOW.format(arguments=arguments))
    given = {**SHARED, "stepfunctions.tags": {"cost": "1"}, **settings}
    result = api.compile_flows([folder / "flow.py"], ["stepfunctions"], overrides=given, project_root=folder)
    result.raise_for_errors()
    return {Path(each.path).name: json.loads(filled(each.text, ACCOUNT, REGION)) for each in result.manifests}


def check(service: str, operation: str, request: dict[str, Any]) -> None:
    """Assert that botocore would send the request."""
    import botocore.session
    from botocore.validate import ParamValidator

    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    assert model.input_shape is not None
    report = ParamValidator().validate(request, model.input_shape)
    assert not report.has_errors(), report.generate_report()


def test_services_take_the_requests(files: dict[str, Any]) -> None:
    deployment = files["deployment.json"]
    definition = compact(files["state-machine.asl.json"])
    check("stepfunctions", "CreateStateMachine", {**deployment["stateMachine"], "definition": definition, "publish": True})
    for request in files["job-definitions.json"]:
        check("batch", "RegisterJobDefinition", request)
    names = [rule["Name"] for rule in deployment["rules"]]
    assert names == ["flowc-shop-main-Everything-on-orders", "flowc-shop-main-Everything-after-shop-main-Upstream"]
    for schedule in deployment["schedules"]:
        check("scheduler", "CreateSchedule", schedule)
    for rule in deployment["rules"]:
        check("events", "PutRule", {name: value for name, value in rule.items() if name != "Targets"})
        check("events", "PutTargets", {"Rule": rule["Name"], "EventBusName": rule["EventBusName"], "Targets": rule["Targets"]})


def test_batch_takes_what_the_states_submit(files: dict[str, Any]) -> None:
    submitted = list(jobs(files["state-machine.asl.json"]))
    assert {request["jobName"] for request in submitted} >= {"shop-main-Everything-work", "shop-main-Everything-exit_hook"}
    for request in submitted:
        check("batch", "SubmitJob", request)


def test_cfn_lint_takes_roles_schedules_and_rules(files: dict[str, Any]) -> None:
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    deployment = files["deployment.json"]
    resources = {
        kind.capitalize(): {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": role["trust"],
                "Policies": [{"PolicyName": "flow", "PolicyDocument": role["policy"]}],
            },
        }
        for kind, role in files["iam-policies.json"].items()
        if "trust" in role
    }
    assert set(resources) == {"Machine", "Job", "Execution", "Events"}
    resources["Deployer"] = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": files["iam-policies.json"]["deployer"]["policy"]},
    }
    for place, schedule in enumerate(deployment["schedules"]):
        resources[f"Schedule{place}"] = {"Type": "AWS::Scheduler::Schedule", "Properties": schedule}
    for place, rule in enumerate(deployment["rules"]):
        resources[f"Rule{place}"] = {"Type": "AWS::Events::Rule", "Properties": {**rule, "EventPattern": json.loads(rule["EventPattern"])}}
    template = compact({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
    assert [f"{found.rule.id} {found.message}" for found in lint(template, config=ManualArgs(regions=[REGION]))] == []


def jobs(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The SubmitJob requests of a machine, with some value where the state computes one."""
    for state in machine["States"].values():
        if state.get("Resource", "").endswith("submitJob.sync"):
            yield lower(state["Parameters"])
        for inner in (*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])):
            yield from jobs(inner)


def lower(value: Any) -> Any:
    """Parameters of a state as the API spells them. Tags keep their names."""
    if isinstance(value, dict):
        found = {}
        for key, inner in value.items():
            name = key.removesuffix(".$")
            found[name[0].lower() + name[1:]] = inner if name == "Tags" else "computed" if key.endswith(".$") else lower(inner)
        return found
    return [lower(item) for item in value] if isinstance(value, list) else value
