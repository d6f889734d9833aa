"""What Batch and Step Functions cannot take is refused at its place; what they can stands in the job."""

import json
from pathlib import Path
from typing import Any

import pytest

from flowc import api
from flowc.errors import UsageError

SETTINGS = {"root": "s3://flows/prod", "image": "registry.example/flows:1", "stepfunctions.job_queue": "flows"}
FLOW = """
from flowc import FlowSpec, Parameter, batch, environment, kubernetes, resources, retry, schedule, secrets, step, timeout, trigger
from flowc import trigger_on_finish
import os

{flow}
class F(FlowSpec):
    {step}
    @step
    def start(self):
        pass
"""


def compiled(folder: Path, step: str, flow: str = "", **settings: Any) -> api.CompileResult:
    (folder / "flow.py").write_text(FLOW.format(step=step, flow=flow))
    given = {**SETTINGS, **{name.replace("__", "."): value for name, value in settings.items()}}
    return api.compile_flows([folder / "flow.py"], ["stepfunctions"], overrides=given, project_root=folder)


REFUSED: list[tuple[str, str, str]] = [
    ("@batch(cpu=1.5)", "EC2", 'FLC463 @batch argument "cpu" is 1.5, and Batch on EC2 takes whole vCPUs'),
    ("@batch(memory=3)", "EC2", 'FLC463 @batch argument "memory" is 3 MiB, and a container needs 4 at least'),
    ("@resources(memory=3)", "EC2", 'FLC463 @resources argument "memory" is 3 MiB, and a container needs 4 at least'),
    ("@batch(inferentia=1, trainium=1)", "EC2", 'FLC463 @batch argument "trainium" stands beside inferentia'),
    ("@batch(ephemeral_storage=30)", "EC2", 'FLC463 @batch argument "ephemeral_storage" exists on Fargate only'),
    ("@batch(use_tmpfs=True, tmpfs_path='here')", "EC2", "FLC463 @batch argument \"tmpfs_path\" is 'here', which is no absolute path"),
    ("@batch(host_volumes=['data'])", "EC2", "FLC463 @batch argument \"host_volumes\" holds 'data', which is no volume and path"),
    ("@batch(host_volumes=['/a:/x', '/b:/x'])", "EC2", "FLC463 @batch argument \"host_volumes\" mounts '/x' a second time"),
    ("@batch(log_driver='none')", "EC2", "FLC463 @batch argument \"log_driver\" is 'none', which EC2 has not"),
    ("@batch(log_driver='gelf')", "FARGATE", "FLC463 @batch argument \"log_driver\" is 'gelf', which FARGATE has not"),
    ("@batch(log_options=['group'])", "EC2", "FLC463 @batch argument \"log_options\" holds 'group', which is no option and value"),
    ("@batch(aws_batch_tags={'a~': 'b'})", "EC2", "FLC463 @batch argument \"aws_batch_tags\" has the key 'a~', which no tag can have"),
    ("@batch(aws_batch_tags={'aws:x': 'b'})", "EC2", "FLC463 @batch argument \"aws_batch_tags\" has the key 'aws:x'"),
    ("@batch(aws_batch_tags={'a': 'r.1~2'})", "EC2", "FLC463 @batch argument \"aws_batch_tags\" has the value 'r.1~2'"),
    ("@batch(cpu=os.cpu_count())", "EC2", 'FLC404 argument "cpu" of @batch is known at run time only'),
    ("@resources(memory=os.getpid())", "EC2", 'FLC404 argument "memory" of @resources is known at run time only'),
    ("@batch(gpu=1)", "FARGATE", 'FLC463 @batch argument "gpu" asks for a GPU, which Fargate has not'),
    ("@resources(gpu=1)", "FARGATE", 'FLC463 @resources argument "gpu" asks for a GPU, which Fargate has not'),
    ("@batch(shared_memory=64)", "FARGATE", 'FLC463 @batch argument "shared_memory" does not exist on Fargate'),
    ("@resources(shared_memory=64)", "FARGATE", 'FLC463 @resources argument "shared_memory" does not exist on Fargate'),
    ("@batch(privileged=True)", "FARGATE", 'FLC463 @batch argument "privileged" does not exist on Fargate'),
    ("@batch(efa=1)", "FARGATE", 'FLC463 @batch argument "efa" does not exist on Fargate'),
    ("@batch(cpu=3, memory=8192)", "FARGATE", 'FLC471 step "start" asks for 3 vCPU with 8192 MiB'),
    ("@batch(cpu=1, memory=4000)", "FARGATE", 'FLC471 step "start" asks for 1 vCPU with 4000 MiB'),
    ("@resources(cpu=17)", "FARGATE", 'FLC471 step "start" asks for 17 vCPU with 4096 MiB'),
    ("@resources(disk=300000)", "FARGATE", 'FLC463 @resources argument "disk" is 300000 MiB, and Fargate has 200 GiB at most'),
    ("@environment(vars={'FLOWC_RUN': 'x'})", "EC2", "FLC408 environment variable 'FLOWC_RUN' is not the flow's to set"),
    ("@environment(vars={'AWS_BATCH_JOB_ID': 'x'})", "EC2", "FLC408 environment variable 'AWS_BATCH_JOB_ID' is not the flow's to set"),
    ("@environment(vars={'A': '\\0'})", "EC2", "FLC407 environment variable 'A' cannot hold this value"),
    ("@environment(vars={'A': '\\ud800'})", "EC2", "FLC409 environment variable 'A' holds half of a surrogate pair"),
    ("@environment(vars={'A': 'long ' * 7000})", "EC2", 'FLC467 what starts the job of step "start" has'),
    ("@environment(vars={'A': os.getcwd()})", "EC2", "FLC404 an argument of @environment is known at run time only"),
    ("@retry(times=os.getpid())", "EC2", "FLC404 an argument of @retry is known at run time only"),
    ("@timeout(seconds=os.getpid())", "EC2", "FLC404 an argument of @timeout is known at run time only"),
    ("@kubernetes(memory=100)", "EC2", "FLC400 @kubernetes has no stepfunctions lowering yet"),
    ("@secrets(sources=['kubernetes.x'])", "EC2", "FLC465 @secrets source 'kubernetes.x' cannot reach a Batch job"),
    ("@secrets(sources=[{'type': 'aws-secrets-manager', 'id': 'x', 'role': 'r'}])", "EC2", "FLC465 @secrets source 'x'"),
    ("@secrets(sources=[{'type': 'aws-secrets-manager', 'id': 'x', 'options': {'other': 1}}])", "EC2", "FLC465 @secrets source 'x'"),
    ("@secrets(sources=[{'type': 'aws-secrets-manager', 'id': 'x', 'options': {'keys': ['a:b']}}])", "EC2", "FLC465 @secrets source 'x'"),
]


@pytest.mark.parametrize(("step", "platform", "said"), REFUSED)
def test_refused(step: str, platform: str, said: str, tmp_path: Path) -> None:
    result = compiled(tmp_path, step, stepfunctions__platform=platform)
    assert not result.ok
    assert not result.manifests
    findings = [found for found in result.diagnostics if found.severity.value == "error"]
    assert [f"{found.code.id} {found.message}".startswith(said) for found in findings] == [True], findings
    assert findings[0].span.line == (8 if "@" in step else 10)
    assert findings[0].help


STARTERS: list[tuple[str, str]] = [
    ('@schedule(cron="0 0 13 * 5")', "FLC411 cron expression '0 0 13 * 5' does not fit stepfunctions: it names days of the month and of"),
    ('@trigger(events=["a", "b"])', "FLC470 @trigger waits until 2 of them have happened"),
    ('@trigger_on_finish(flows=["A", "B"])', "FLC470 @trigger_on_finish waits until 2 of them have happened"),
    ("@trigger(event=os.getcwd())", 'FLC404 argument "event" of @trigger is known at run time only'),
]


@pytest.mark.parametrize(("flow", "said"), STARTERS)
def test_starters_that_are_refused(flow: str, said: str, tmp_path: Path) -> None:
    result = compiled(tmp_path, "", flow)
    assert [f"{found.code.id} {found.message}".startswith(said) for found in result.diagnostics] == [True], result.diagnostics


SETTING: list[tuple[str, Any, str]] = [
    ("account", "12", "must be 12 digits"),
    ("region", "Frankfurt", "must be a region such as"),
    ("tags", {"a": 1}, "stepfunctions.tags.a must be a string"),
    ("tags", {"flowc:x": "1"}, "has the key 'flowc:x', which no tag can have"),
    ("platform", "LAMBDA", "must be EC2 or FARGATE"),
    ("max_concurrency", 0, "must be at least 1"),
    ("colour", "red", "unknown setting"),
]


@pytest.mark.parametrize(("name", "value", "said"), SETTING)
def test_settings_that_no_account_has(name: str, value: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        compiled(tmp_path, "", **{f"stepfunctions__{name}": value})


JOBS: list[tuple[str, str, dict[str, Any]]] = [
    ("", "EC2", {}),
    ("@resources(cpu=0.5, memory=100.5)", "EC2", {"VCPU": "1", "MEMORY": "101"}),
    ("@resources(cpu=2)\n    @batch(cpu=1, memory=8000)", "EC2", {"VCPU": "2", "MEMORY": "8000"}),
    ("@resources(gpu=2)\n    @batch(gpu=1)", "EC2", {"VCPU": "1", "MEMORY": "4096", "GPU": "2"}),
    ("@batch(cpu='4', memory='16000')", "EC2", {"VCPU": "4", "MEMORY": "16000"}),
    ("@batch(cpu=0.25, memory=512)", "FARGATE", {"VCPU": "0.25", "MEMORY": "512"}),
    ("@batch(cpu=8, memory=20480)", "FARGATE", {"VCPU": "8", "MEMORY": "20480"}),
    ("@resources(cpu=3, memory=5000)", "FARGATE", {"VCPU": "4", "MEMORY": "8192"}),
    ("@resources(memory=9000)", "FARGATE", {"VCPU": "2", "MEMORY": "9216"}),
]


@pytest.mark.parametrize(("step", "platform", "sizes"), JOBS)
def test_sizes(step: str, platform: str, sizes: dict[str, str], tmp_path: Path) -> None:
    result = compiled(tmp_path, step, stepfunctions__platform=platform)
    result.raise_for_errors()
    machine = json.loads(next(each.text for each in result.manifests if each.path.endswith("asl.json")))
    overrides = machine["States"]["start"]["Parameters"]["ContainerOverrides"]
    assert {size["Type"]: size["Value"] for size in overrides.get("ResourceRequirements", ())} == sizes


def test_values_that_read_like_paths_are_text(tmp_path: Path) -> None:
    result = compiled(tmp_path, "@environment(vars={'A': '$.run', 'B': \"States.Format('{}')\", 'C': 'x$.y'})")
    result.raise_for_errors()
    machine = json.loads(next(each.text for each in result.manifests if each.path.endswith("asl.json")))
    environment = machine["States"]["start"]["Parameters"]["ContainerOverrides"]["Environment"]
    assert environment[-3:] == [
        {"Name": "A", "Value.$": "States.Format('{}', '$.run')"},
        {"Name": "B", "Value.$": "States.Format('{}', 'States.Format(\\'\\{\\}\\')')"},
        {"Name": "C", "Value": "x$.y"},
    ]
