"""From decorators and settings to a pod: what Kubernetes gets, checked against its own strict schemas, and what is refused."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from flowc import api
from flowc.backends.pods.arguments import SIGNATURE, check_table
from flowc.backends.pods.fragment import escape_references, pod_template
from flowc.backends.pods.model import Pod, PodSite
from flowc.backends.pods.read_pod import read_pod
from flowc.diagnostics import Report, Severity
from flowc.errors import UsageError

SITE = PodSite(target="airflow", labels=frozenset({"dag_id"}), paths=("/airflow/xcom",))
SOURCE = """\
import os
from flowc import *


class Sample(FlowSpec):
    {decorators}
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def read(
    folder: Path, decorators: str, table: Mapping[str, Any] | None = None, *, image: str | None = "ml/train:1", site: PodSite = SITE
) -> tuple[Pod | None, Report]:
    (folder / "flow.py").write_text(SOURCE.format(decorators=decorators.replace("\n", "\n    ")))
    checked = api.check(folder / "flow.py", project_root=folder)
    checked.raise_for_errors()
    report = Report()
    table = table or {}
    check_table(table)
    graph = checked.flow.graph
    return read_pod(graph.by_name["start"], graph, table, site, report, image=image), report  # type: ignore[index]


def spec_of(folder: Path, decorators: str, table: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The pod template, after Kubernetes' own schema took it in the oldest and in the latest version that the package has."""
    pod, report = read(folder, decorators, table, **more)
    assert pod is not None, report.diagnostics
    assert not report.diagnostics
    template = pod_template(pod)
    full = {"apiVersion": "v1", "kind": "Pod", **template}
    full["metadata"] = {"name": "p", **template.get("metadata", {})}
    for version in ("1.25", "1.37"):
        kubernetes_validate.validate(full, version, strict=True)
    return template


def container_of(folder: Path, decorators: str, table: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = spec_of(folder, decorators, table, **more)["spec"]["containers"][0]
    return found


def test_a_step_without_decorators_has_metaflows_defaults(tmp_path: Path) -> None:
    assert spec_of(tmp_path, "") == {
        "spec": {
            "containers": [
                {
                    "name": "base",
                    "image": "ml/train:1",
                    "resources": {"requests": {"cpu": "1", "memory": "4096M", "ephemeral-storage": "10240M"}},
                }
            ],
            "restartPolicy": "Never",
        }
    }


@pytest.mark.parametrize(
    ("decorators", "table", "requests", "limits"),
    [
        ("@kubernetes(cpu=0.5, memory=512, disk=100)", {}, ("0.5", "512M", "100M"), None),
        ('@kubernetes(cpu="2", memory="4096.5")', {}, ("2", "4096.5M", "10240M"), None),
        ("@kubernetes(cpu=4, memory=512)\n@resources(cpu=2, memory=8000, disk=20000)", {}, ("4", "8000M", "20000M"), None),
        ("@resources(memory=512)", {}, ("1", "4096M", "10240M"), None),
        ("@resources(cpu=2)", {"memory": 100, "disk": 5}, ("2", "4096M", "5M"), None),
        ("", {"memory": 100, "disk": 5}, ("1", "100M", "5M"), None),
        ("@kubernetes(memory=200)", {"memory": 100}, ("1", "200M", "10240M"), None),
        ("@kubernetes(gpu=2)", {}, ("1", "4096M", "10240M"), {"nvidia.com/gpu": "2"}),
        ("@kubernetes(gpu=0)", {}, ("1", "4096M", "10240M"), {"nvidia.com/gpu": "0"}),
        ('@kubernetes(gpu=4)\n@resources(gpu="1")', {"gpu_vendor": "amd"}, ("1", "4096M", "10240M"), {"amd.com/gpu": "1"}),
        (
            '@kubernetes(qos="guaranteed")',
            {},
            ("1", "4096M", "10240M"),
            {"cpu": "1", "memory": "4096M", "ephemeral-storage": "10240M"},
        ),
    ],
)
def test_resources(
    tmp_path: Path, decorators: str, table: dict[str, Any], requests: tuple[str, str, str], limits: dict[str, str] | None
) -> None:
    found = container_of(tmp_path, decorators, table)["resources"]
    assert tuple(found["requests"].values()) == requests
    assert found.get("limits") == limits


def test_extended_resources_are_requests_and_limits(tmp_path: Path) -> None:
    found = container_of(tmp_path, '@kubernetes(extended_resources={"smarter.example/fpga": 2})')["resources"]
    assert found["requests"]["smarter.example/fpga"] == found["limits"]["smarter.example/fpga"] == "2"


EVERYTHING = """\
@kubernetes(
    image="registry.example/ml@sha256:5e1f", image_pull_policy="always", image_pull_secrets=["regcred"], service_account="trainer",
    secrets=["db", "api.keys"], node_selector="disk=ssd,kubernetes.io/arch=arm64", namespace="ml", compute_pool="big",
    tolerations=[{"key": "gpu", "operator": "Exists", "effect": "NoExecute", "toleration_seconds": 60}],
    labels={"team": "ml", "empty": None}, annotations={"note": "a: {b}"}, tmpfs_size=100, tmpfs_path="/scratch",
    persistent_volume_claims={"data": "/data", "old.data": "/old"}, shared_memory=64, port=8080, executable="/opt/py/bin/python",
    security_context={"run_as_user": 1000, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}},
)"""


def test_every_part_of_a_pod(tmp_path: Path) -> None:
    assert spec_of(tmp_path, EVERYTHING) == {
        "metadata": {"namespace": "ml", "labels": {"team": "ml", "empty": ""}, "annotations": {"note": "a: {b}"}},
        "spec": {
            "containers": [
                {
                    "name": "base",
                    "image": "registry.example/ml@sha256:5e1f",
                    "imagePullPolicy": "Always",
                    "ports": [{"containerPort": 8080}],
                    "env": [{"name": "FLOWC_TEMPDIR", "value": "/scratch"}, {"name": "TMPDIR", "value": "/scratch"}],
                    "envFrom": [{"secretRef": {"name": "db"}}, {"secretRef": {"name": "api.keys"}}],
                    "resources": {"requests": {"cpu": "1", "memory": "4096M", "ephemeral-storage": "10240M"}},
                    "volumeMounts": [
                        {"name": "tmpfs", "mountPath": "/scratch"},
                        {"name": "shared-memory", "mountPath": "/dev/shm"},
                        {"name": "claim-data", "mountPath": "/data"},
                        {"name": "claim-1", "mountPath": "/old"},
                    ],
                    "securityContext": {"runAsUser": 1000, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}},
                }
            ],
            "volumes": [
                {"name": "tmpfs", "emptyDir": {"medium": "Memory", "sizeLimit": "100Mi"}},
                {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
                {"name": "claim-data", "persistentVolumeClaim": {"claimName": "data"}},
                {"name": "claim-1", "persistentVolumeClaim": {"claimName": "old.data"}},
            ],
            "restartPolicy": "Never",
            "serviceAccountName": "trainer",
            "imagePullSecrets": [{"name": "regcred"}],
            "nodeSelector": {"disk": "ssd", "kubernetes.io/arch": "arm64", "outerbounds.co/compute-pool": "big"},
            "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}],
        },
    }


CHANGES: dict[str, str] = {
    "cpu": "2",
    "memory": "2",
    "disk": "2",
    "image": '"other"',
    "image_pull_policy": '"Never"',
    "image_pull_secrets": '["regcred"]',
    "service_account": '"trainer"',
    "secrets": '["db"]',
    "node_selector": '{"a": "b"}',
    "namespace": '"ml"',
    "gpu": "1",
    "gpu_vendor": '"amd"',
    "tolerations": '[{"operator": "Exists"}]',
    "labels": '{"a": "b"}',
    "annotations": '{"a": "b"}',
    "use_tmpfs": "True",
    "tmpfs_tempdir": "False",
    "tmpfs_size": "7",
    "tmpfs_path": '"/scratch"',
    "persistent_volume_claims": '{"data": "/data"}',
    "shared_memory": "7",
    "port": "80",
    "compute_pool": '"big"',
    "executable": '"/opt/python"',
    "qos": '"Guaranteed"',
    "extended_resources": '{"a.example/b": "1"}',
    "security_context": '{"privileged": True}',
}
NEEDS = {"gpu_vendor": "gpu=1", "tmpfs_tempdir": "use_tmpfs=True", "tmpfs_path": "use_tmpfs=True"}


@pytest.mark.parametrize("name", [argument.name for argument in SIGNATURE.arguments if argument.name != "hostname_resolution_timeout"])
def test_no_argument_is_dropped(tmp_path: Path, name: str) -> None:
    """Each changes the pod, in the decorator and (but for the image) in the settings."""
    need = NEEDS.get(name, "")
    before, _ = read(tmp_path, f"@kubernetes({need})")
    after, report = read(tmp_path, f"@kubernetes({need}{', ' if need else ''}{name}={CHANGES[name]})")
    assert not report.diagnostics
    assert after is not None
    assert after != before
    if name != "image":
        assert read(tmp_path, f"@kubernetes({need})", {name: eval(CHANGES[name])})[0] == after


def test_no_part_of_the_model_is_dropped(tmp_path: Path) -> None:
    """Each field of the model changes the template, but for the interpreter, which is the backend's to write."""
    full, _ = read(tmp_path, EVERYTHING.replace("port=8080", "port=8080, gpu=1"))
    assert full is not None
    empty = Pod(image="x", python="python")
    silent = [
        field.name
        for field in dataclasses.fields(Pod)
        if pod_template(dataclasses.replace(full, **{field.name: getattr(empty, field.name)})) == pod_template(full)
    ]
    assert silent == ["python"]


@pytest.mark.parametrize(
    ("decorators", "table", "sizes"),
    [
        ("@kubernetes(use_tmpfs=True, memory=1001)", {}, {"tmpfs": "500Mi"}),
        ("@kubernetes(use_tmpfs=True, memory=100)\n@resources(memory=10000)", {}, {"tmpfs": "5000Mi"}),
        ("@kubernetes(use_tmpfs=False, tmpfs_size='8')", {}, {"tmpfs": "8Mi"}),
        ("@kubernetes(shared_memory=8)\n@resources(shared_memory=16)", {}, {"shared-memory": "16Mi"}),
        ("@resources(shared_memory=0)", {"shared_memory": 8}, {}),
    ],
)
def test_memory_that_is_mounted(tmp_path: Path, decorators: str, table: dict[str, Any], sizes: dict[str, str]) -> None:
    found = spec_of(tmp_path, decorators, table)["spec"].get("volumes", [])
    assert {volume["name"]: volume["emptyDir"]["sizeLimit"] for volume in found} == sizes


def test_settings_and_decorator_add_up_as_in_metaflow(tmp_path: Path) -> None:
    table = {
        "labels": {"team": "all", "site": "x"},
        "annotations": {"a": "1"},
        "secrets": ["shared"],
        "image_pull_secrets": ["theirs"],
        "node_selector": {"a": "b"},
    }
    own = '@kubernetes(labels={"team": "ml"}, annotations={"b": "2"}, secrets="db, shared", image_pull_secrets="mine", node_selector="c=d")'
    found = spec_of(tmp_path, own, table)
    assert found["metadata"] == {"labels": {"team": "ml", "site": "x"}, "annotations": {"a": "1", "b": "2"}}
    assert [source["secretRef"]["name"] for source in found["spec"]["containers"][0]["envFrom"]] == ["db", "shared"]
    assert found["spec"]["imagePullSecrets"] == [{"name": "mine"}]
    assert found["spec"]["nodeSelector"] == {"c": "d"}


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        ('["kubernetes.db"]', ["db"]),
        ('["kubernetes.a.b", {"type": "kubernetes", "id": "c"}]', ["a.b", "c"]),
        ('[{"type": "inline", "options": {"env_vars": {"A": "b"}}}]', []),
        ("[]", []),
    ],
)
def test_secrets_are_references(tmp_path: Path, sources: str, names: list[str]) -> None:
    found = container_of(tmp_path, f"@secrets(sources={sources})").get("envFrom", [])
    assert [source["secretRef"]["name"] for source in found] == names


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ('"db"', "flowc mounts secrets of Kubernetes"),
        ('"aws-secrets-manager.db"', "flowc mounts secrets of Kubernetes"),
        ('{"id": "db"}', "flowc mounts secrets of Kubernetes"),
        ("7", "flowc mounts secrets of Kubernetes"),
        ('"kubernetes.DB"', "'DB' is no name of a Kubernetes secret"),
        ('{"type": "kubernetes", "id": "db", "options": {"prefix": "X"}}', "has no options"),
        ('{"type": "kubernetes", "id": "db", "role": "r"}', "has no role"),
    ],
)
def test_other_secrets_are_refused(tmp_path: Path, source: str, note: str) -> None:
    pod, report = read(tmp_path, f"@secrets(sources=[{source}])")
    assert pod is None
    [found] = report.diagnostics
    assert found.code.id == "FLC432"
    assert note in found.notes[0]
    assert found.help


@pytest.mark.parametrize(
    ("decorators", "message"),
    [
        ('@kubernetes(image="a b")', "argument \"image\" is 'a b', which no registry has"),
        ('@kubernetes(service_account="Trainer")', "argument \"service_account\" is 'Trainer'"),
        ('@kubernetes(secrets=["a_b"])', "argument \"secrets\" holds 'a_b'"),
        ("@kubernetes(secrets=[1])", 'argument "secrets" holds int 1, not only texts'),
        ('@kubernetes(namespace="a.b")', "argument \"namespace\" is 'a.b'"),
        ('@kubernetes(node_selector="ssd")', "argument \"node_selector\" holds 'ssd'"),
        ('@kubernetes(node_selector={"a b": "c"})', "argument \"node_selector\" asks for 'a b'"),
        ('@kubernetes(compute_pool="a b")', "argument \"compute_pool\" is 'a b'"),
        ('@kubernetes(labels={"a": "b c"})', "argument \"labels\" gives a the value 'b c'"),
        ('@kubernetes(labels={"a": "x" * 64})', 'argument "labels" gives a the value'),
        ('@kubernetes(labels={"dag_id": "x"})', "argument \"labels\" sets 'dag_id', which airflow sets itself"),
        ('@kubernetes(annotations={"a/b/c": "x"})', "argument \"annotations\" holds the name 'a/b/c'"),
        ('@kubernetes(annotations={"a": 1})', 'argument "annotations" gives a the value 1'),
        ('@kubernetes(annotations={"a": "x" * 300000})', 'argument "annotations" holds 300001 bytes'),
        ('@kubernetes(annotations={"a": "\\ud800"})', 'argument "annotations" holds half of a surrogate pair'),
        ('@kubernetes(annotations={1: "a"})', 'argument "annotations" has the key 1'),
        ('@kubernetes(persistent_volume_claims={"a": "b"})', "argument \"persistent_volume_claims\" mounts at 'b'"),
        ('@kubernetes(persistent_volume_claims={"a": "/x", "b": "/x/"})', "mounts at '/x/', where something else is mounted"),
        ('@kubernetes(persistent_volume_claims={"a": "/airflow/xcom"})', "where something else is mounted"),
        ('@kubernetes(persistent_volume_claims={"A": "/x"})', "names 'A', which is no name of a claim"),
        ('@kubernetes(persistent_volume_claims="a=b")', "is text that is no JSON"),
        ('@kubernetes(use_tmpfs=True, tmpfs_path="tmp")', "argument \"tmpfs_path\" mounts at 'tmp'"),
        ("@kubernetes(tolerations=[1])", 'argument "tolerations" holds 1'),
        ('@kubernetes(tolerations=[{"kay": "a"}])', "argument \"tolerations\" holds 'kay'"),
        ('@kubernetes(tolerations=[{"key": "a", "operator": "Is"}])', "has the operator 'Is'"),
        ('@kubernetes(tolerations=[{"value": "a"}])', "has no key"),
        ('@kubernetes(tolerations=[{"key": "a", "effect": "No"}])', "has the effect 'No'"),
        ('@kubernetes(tolerations=[{"key": "a", "toleration_seconds": 5}])', "has toleration_seconds 5"),
        ('@kubernetes(extended_resources={"fpga": 1})', "names 'fpga', which is no extended resource"),
        ('@kubernetes(extended_resources={"a.example/b": 0.5})', "asks for 0.5 of a.example/b"),
        ('@kubernetes(security_context={"seccomp": 1})', "argument \"security_context\" holds 'seccomp'"),
        ('@kubernetes(security_context={"privileged": 1})', "holds privileged = 1"),
        ('@kubernetes(security_context={"run_as_user": -1})', "holds run_as_user = -1"),
        ('@kubernetes(security_context={"capabilities": {"take": []}})', "holds capabilities with 'take'"),
        ('@kubernetes(security_context={"run_as_user": 0, "run_as_non_root": True})', "holds run_as_non_root together with"),
        (
            '@secrets(sources=["kubernetes.db"], allow_override=True)\n@environment(vars={"A": "b"})',
            'argument "allow_override" lets secrets replace the variables of @environment',
        ),
    ],
)
def test_what_no_cluster_would_take_is_refused(tmp_path: Path, decorators: str, message: str) -> None:
    pod, report = read(tmp_path, decorators)
    assert pod is None
    [found] = report.diagnostics
    assert message in found.message
    assert found.severity is Severity.ERROR
    assert found.help
    assert found.span.line > 5, "at the decorator"


@pytest.mark.parametrize(
    ("decorators", "what"),
    [
        ('@kubernetes(cpu=int(os.environ["CPU"]))', 'argument "cpu" of @kubernetes'),
        ('@kubernetes(labels={"a": os.environ["A"]})', 'argument "labels" of @kubernetes'),
        ('@resources(memory=int(os.environ["M"]))', 'argument "memory" of @resources'),
        ("@kubernetes(**dict(os.environ))", "an argument of @kubernetes"),
        ('@secrets(sources=[os.environ["S"]])', 'argument "sources" of @secrets'),
    ],
)
def test_values_of_run_time_are_refused(tmp_path: Path, decorators: str, what: str) -> None:
    pod, report = read(tmp_path, decorators)
    assert pod is None
    messages = {found.message for found in report.diagnostics}
    assert messages == {f"{what} is known at run time only, and airflow needs it to compile"}


def test_all_faults_at_once(tmp_path: Path) -> None:
    pod, report = read(tmp_path, '@kubernetes(namespace="A", service_account="B", port=80)', image=None)
    assert pod is None
    assert [found.code.id for found in report.diagnostics] == ["FLC431", "FLC431", "FLC430"]


def test_a_fault_of_the_settings_says_so(tmp_path: Path) -> None:
    pod, report = read(tmp_path, "", {"namespace": "A"})
    assert pod is None
    [found] = report.diagnostics
    assert found.notes == ("it stands in table kubernetes of the settings",)


def test_a_target_without_namespaces_of_steps(tmp_path: Path) -> None:
    site = dataclasses.replace(SITE, step_namespaces=False)
    assert read(tmp_path, '@kubernetes(namespace="ml")', site=site)[0] is None
    assert read(tmp_path, "", {"namespace": "ml"}, site=site)[0] is not None


def test_an_argument_of_gangs_elsewhere_is_a_warning(tmp_path: Path) -> None:
    pod, report = read(tmp_path, "@kubernetes(hostname_resolution_timeout=5)")
    assert pod is not None
    [found] = report.diagnostics
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"cpus": 1}, "unknown setting 'cpus' in table kubernetes"),
        ({"image": "x"}, "unknown setting 'image'"),
        ({"cpu": "many"}, "kubernetes.cpu must be a number"),
        ({"port": 0}, "kubernetes.port must be from 1 to 65535"),
    ],
)
def test_a_table_that_no_decorator_could_hold(table: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_table(table)


@pytest.mark.parametrize(
    ("text", "escaped"), [("a", "a"), ("$HOME", "$HOME"), ("$(A)", "$$(A)"), ("$$", "$$$$"), ("$A $(B) $", "$$A $$(B) $$")]
)
def test_references_are_escaped(text: str, escaped: str) -> None:
    assert escape_references(text) == escaped


def test_the_schema_knows_what_it_does_not_know() -> None:
    """The check above would see a field that Kubernetes lacks."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "base", "imagePull": "Never"}]}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(pod, "1.37", strict=True)
