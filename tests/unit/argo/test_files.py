"""The files for Argo against hera's models, Kubernetes' schemas, Argo's own rules, and two readers of YAML."""

import io
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from ruamel.yaml import YAML
from support.argo_rules import complaints, pods_of, without_loss
from support.argo_units import objects_of, unit_of
from support.flows import REPO

from flowc import api

GOLDENS = sorted((REPO / "tests/golden").glob("*/argo*.yaml"))
SHAPES = [line for line in (Path(__file__).parent / "shapes.txt").read_text().splitlines() if line and not line.startswith("#")]
LONG = " ".join(f"step_{place}>step_{place + 1}" for place in range(450)) + " step_450>end"
WIDE = "s>" + ",".join(f"b{place}" for place in range(450)) + " " + " ".join(f"b{place}>j" for place in range(450)) + " j!>end"
WORDS = "in_>and_ and_>or_ or_>y y>n n>null null>true true>end"
EVERYTHING = """\
from flowc import *


@schedule(cron="0 2 * * 5-7", timezone="Europe/Berlin")
@trigger(events=[{"name": "orders", "parameters": {"alpha": "a", "size": "n"}}, "prices"], options={"reset_at": {"cron": "0 0 * * *"}})
@exit_hook(on_success=["print"])
@project(name="shop")
class Every_Thing(FlowSpec):
    alpha = Parameter("alpha", default=0.5)
    size = Parameter("size", default=1)
    text = Parameter("json", default="it's \\\\ {{workflow.name}} $(X) $$ é😀")

    @kubernetes(cpu=2, memory=500, disk=100, gpu=1, gpu_vendor="amd", node_selector={"pool": "big"}, image="app:2", secrets=["key"],
                labels={"team": "a"}, annotations={"team.example/note": "x"}, service_account="runner", image_pull_secrets=["pull"],
                tolerations=[{"key": "k", "operator": "Exists", "effect": "NoSchedule"}], use_tmpfs=True, shared_memory=64, port=8080,
                persistent_volume_claims={"data": "/data"}, qos="Guaranteed", executable="/usr/bin/python3",
                security_context={"run_as_user": 1000, "read_only_root_filesystem": True}, image_pull_policy="Always",
                extended_resources={"vendor.example/fpga": 1})
    @environment(vars={"A": "{{workflow.name}} $(HOME) $$", "B": "y"})
    @retry(times=2, minutes_between_retries=0.5)
    @step
    def start(self):
        self.next(self.member, num_parallel=3)

    @kubernetes(gpu=2)
    @timeout(minutes=5)
    @parallel
    @step
    def member(self):
        self.next(self.join)

    @resources(memory=9000)
    @catch(var="bad")
    @timeout(minutes=5)
    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
API = "argoproj.io/v1alpha1"
SETTINGS: dict[str, Any] = {
    "root": "s3://flows/prod",
    "image": "registry.example/flows:1",
    "kubernetes": {"labels": {"cost": "c1"}, "node_selector": {"disk": "ssd"}, "namespace": "ml"},
    "argo.version": "4.0",
    "argo.service_account": "flows",
    "argo.pull_secrets": ["shared"],
    "argo.max_parallel": 4,
    "argo.parallelism": 20,
    "argo.priority": 3,
    "argo.pod_priority_class": "low",
    "argo.ttl_seconds": 3600,
    "argo.ttl_seconds_after_failure": 86400,
    "argo.pod_gc": "OnPodSuccess",
    "argo.pod_gc_seconds": 60,
    "argo.run_seconds": 7200,
    "argo.max_retry_minutes": 10,
    "argo.concurrency": "Forbid",
    "argo.starting_deadline_seconds": 120,
    "argo.history_success": 3,
    "argo.history_failure": 5,
    "argo.suspend_schedule": True,
    "argo.event_url": "http://events:12000/flowc",
    "argo.event_bus": "bus",
    "argo.event_service_account": "sensor",
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("everything")
    (folder / "flow.py").write_text(EVERYTHING)
    result = api.compile_flows([folder / "flow.py"], ["argo"], overrides=SETTINGS, project_root=folder)
    result.raise_for_errors()
    return [item for manifest in result.manifests for item in read_twice(manifest.text) if item["apiVersion"] == API]


def read_twice(text: str) -> list[dict[str, Any]]:
    """The objects in `text`, read by a parser of YAML 1.1 and one of 1.2."""
    found = list(yaml.load_all(text, yaml.CSafeLoader))
    assert list(YAML(typ="safe", pure=True).load_all(io.StringIO(text))) == found
    return found


def check_objects(objects: list[dict[str, Any]], most: int = 200) -> None:
    templates = [item for item in objects if item["kind"] == "WorkflowTemplate"]
    if templates:
        assert list(complaints(templates, most=most)) == []
    for item in objects:
        assert without_loss(item) == item


def check_pods(objects: list[dict[str, Any]]) -> None:
    for item in [item for item in objects if item["kind"] == "WorkflowTemplate"]:
        for pod in pods_of(item):
            for version in ("1.30", "1.37"):
                kubernetes_validate.validate(pod, version, strict=True)


@pytest.mark.slow
@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_goldens(path: Path) -> None:
    objects = [item for item in read_twice(path.read_text()) if item["apiVersion"] == API]
    check_objects(objects)
    check_pods(objects)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [*SHAPES, WORDS])
def test_shapes(shape: str) -> None:
    check_objects(objects_of(unit_of(shape)))
    check_objects(objects_of(unit_of(shape, max_tasks=10, max_templates=10, max_parallel=3)), most=10)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [LONG, WIDE])
def test_large_flows_are_cut(shape: str) -> None:
    objects = objects_of(unit_of(shape))
    assert len(objects) == 3
    check_objects(objects)


@pytest.mark.slow
def test_everything_at_once(everything: list[dict[str, Any]]) -> None:
    check_objects(everything)
    check_pods(everything)
    assert [item["kind"] for item in everything] == ["WorkflowTemplate", "CronWorkflow", "Sensor"]
    assert {item["metadata"]["namespace"] for item in everything} == {"ml"}


def test_settings_shape_the_run(everything: list[dict[str, Any]]) -> None:
    spec = everything[0]["spec"]
    assert spec["serviceAccountName"] == "flows"
    assert spec["imagePullSecrets"] == [{"name": "shared"}, {"name": "pull"}]
    assert (spec["priority"], spec["podPriorityClassName"], spec["parallelism"], spec["activeDeadlineSeconds"]) == (3, "low", 20, 7200)
    assert spec["ttlStrategy"] == {"secondsAfterCompletion": 3600, "secondsAfterFailure": 86400}
    assert spec["podGC"] == {"strategy": "OnPodSuccess", "deleteDelayDuration": "60s"}


def test_a_pod_keeps_nothing_of_others(everything: list[dict[str, Any]]) -> None:
    pods = {pod["spec"]["containers"][0]["args"][1]: pod for pod in pods_of(everything[0]) if pod["kind"] == "Pod"}
    start, join = pods["start"]["spec"], pods["join"]["spec"]
    assert start["containers"][0]["resources"]["limits"] == {
        "cpu": "2",
        "memory": "500M",
        "ephemeral-storage": "100M",
        "vendor.example/fpga": "1",
        "amd.com/gpu": "1",
    }
    assert "limits" not in join["containers"][0]["resources"]
    assert join["containers"][0]["resources"]["requests"]["memory"] == "9000M"
    assert (start["nodeSelector"], join["nodeSelector"]) == ({"pool": "big"}, {"disk": "ssd"})
    assert start["serviceAccountName"] == "runner"
    assert "serviceAccountName" not in join
    assert {mount["mountPath"] for mount in start["containers"][0]["volumeMounts"]} == {"/metaflow_temp", "/dev/shm", "/data", "/tmp"}
    assert "volumes" not in join
    assert start["containers"][0]["command"] == ["/usr/bin/python3", "-m", "flowc.runtime_shim"]


def test_schedule_and_events(everything: list[dict[str, Any]]) -> None:
    _, cron, sensor = everything
    assert cron["spec"]["schedules"] == ["0 2 * * 5,6,0"]
    assert (cron["spec"]["timezone"], cron["spec"]["suspend"], cron["spec"]["concurrencyPolicy"]) == ("Europe/Berlin", True, "Forbid")
    [trigger] = sensor["spec"]["triggers"]
    assert trigger["template"]["conditions"] == "event1 && event2"
    assert trigger["template"]["conditionsReset"] == [{"byTime": {"cron": "0 0 * * *"}}]
    made = trigger["template"]["k8s"]
    assert [each["name"] for each in made["source"]["resource"]["spec"]["arguments"]["parameters"]] == ["flowc-trigger", "alpha", "size"]
    filled = {each["dest"]: each["src"] for each in made["parameters"] if "dataKey" in each["src"]}
    assert filled["spec.arguments.parameters.1.value"] == {"dependencyName": "event1", "dataKey": "body.payload.a", "value": "0.5"}
    assert filled["spec.arguments.parameters.2.value"]["dataKey"] == "body.payload.n"
