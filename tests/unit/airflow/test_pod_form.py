"""The Kubernetes form of DAG files: goldens, what differs from the Bash form, and what only it refuses."""

import ast
import re
from pathlib import Path
from typing import Any

import jinja2
import pytest
from support.airflow_units import complaints
from support.flows import REPO, golden_flows

from flowc import api
from flowc.backends.airflow import BACKEND
from flowc.backends.airflow.backend import POD_BACKEND
from flowc.backends.airflow.capabilities import CAPABILITIES, POD_CAPABILITIES
from flowc.backends.constructs import Construct
from flowc.errors import UsageError

NASTY = ['"{{ ti }}" \\ \u2028 é😀 `x`', "\r\n", "ends\n", "{#", "run.sh", "{% raw %}", "日本語", "'" * 9]
SETTINGS = {"airflow.operator": "kubernetes", "image": "registry.example/flows:1"}
GOLDENS = {
    "pods": REPO / "tests/data/airflow/pods",
    **{name: REPO / "tests/golden" / name for name in ("linear", "foreach", "switch", "retry", "catch_killed", "loop_steps")},
}
SOURCE = """\
from flowc import *


class Sample(FlowSpec):
    {start}
    @step
    def start(self):
        self.turns = 0
        self.next(self.turn)

    {turn}
    @step
    def turn(self):
        self.next(self.again)

    {again}
    @step
    def again(self):
        self.turns += 1
        self.way = "end" if self.turns > 1 else "turn"
        self.next({{"turn": self.turn, "end": self.end}}, condition="way")

    @step
    def end(self):
        pass
"""


def compiled(folder: Path, settings: dict[str, Any], **decorators: str) -> api.CompileResult:
    (folder / "flow.py").write_text(SOURCE.format(**({"start": "", "turn": "", "again": ""} | decorators)))
    return api.compile_flows([folder / "flow.py"], ["airflow"], overrides=SETTINGS | settings, project_root=folder)


def text_of(result: api.CompileResult) -> str:
    result.raise_for_errors()
    [manifest] = result.manifests
    return manifest.text


def constants(text: str) -> dict[str, Any]:
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


@pytest.mark.parametrize("name", GOLDENS)
def test_file_stays(name: str, update_goldens: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(REPO)
    text = text_of(api.compile_flows([GOLDENS[name].relative_to(REPO) / "flow.py"], ["airflow"], overrides=SETTINGS))
    golden = GOLDENS[name] / "airflow-kubernetes.py"
    if update_goldens:
        golden.write_text(text, encoding="utf-8")
    assert golden.exists(), "make golden"
    assert text == golden.read_text(encoding="utf-8")
    (tmp_path / "dag.py").write_text(text)
    assert complaints(tmp_path) == ""


@pytest.mark.parametrize("sample", golden_flows(), ids=lambda sample: sample.name)
def test_same_graph_as_bash(sample: Any) -> None:
    """But for the pods, the dollar signs and the operator, both forms are the same file; both refuse the same flows."""
    bash = api.compile_flows([sample.path], ["airflow"])
    pods = api.compile_flows([sample.path], ["airflow"], overrides=SETTINGS)
    assert pods.ok == bash.ok
    if bash.ok:
        graphs = [_graph(text_of(result)) for result in (bash, pods)]
        assert graphs[0] == graphs[1]


def _graph(text: str) -> str:
    found = re.sub(r", pod=POD\w*|python=\S+, | \| replace\('\$', '\$\$'\)", "", text[text.index("with DAG(") :])
    return ast.unparse(ast.parse(found.replace("$$", "$")))


def test_each_distinct_pod_stands_once() -> None:
    found = constants(text_of(api.compile_flows([GOLDENS["pods"] / "flow.py"], ["airflow"], overrides=SETTINGS)))
    pods = {name: value for name, value in found.items() if name.startswith("POD")}
    assert list(pods) == ["POD_START", "POD_TRAIN", "POD", "POD_TUNE"]
    assert len({str(pod) for pod in pods.values()}) == len(pods)


def test_a_loop_has_one_pod_that_does_for_all_its_steps(tmp_path: Path) -> None:
    text = text_of(
        compiled(
            tmp_path,
            {},
            turn='@kubernetes(cpu=4, secrets=["a"], qos="guaranteed", labels={"x": "1"}, persistent_volume_claims={"c": "/c"})',
            again='@kubernetes(memory=9000, gpu=1, secrets=["b"], service_account="judge", shared_memory=5)',
        )
    )
    pod = constants(text)["POD_TURN"]
    [container] = pod["spec"]["containers"]
    amounts = {"cpu": "4", "memory": "9000M", "ephemeral-storage": "10240M"}
    assert container["resources"] == {"requests": amounts, "limits": {**amounts, "nvidia.com/gpu": "1"}}
    assert [source["secretRef"]["name"] for source in container["envFrom"]] == ["a", "b"]
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/c", "/dev/shm"]
    assert pod["spec"]["serviceAccountName"] == "judge"
    assert pod["metadata"] == {"labels": {"x": "1"}}


@pytest.mark.parametrize(
    ("turn", "again", "argument"),
    [
        ('@kubernetes(image="a")', "", "image"),
        ('@kubernetes(service_account="a")', '@kubernetes(service_account="b")', "service_account"),
        ('@kubernetes(labels={"a": "b"})', '@kubernetes(labels={"a": "c"})', "labels"),
        ("@kubernetes(shared_memory=1)", "@kubernetes(shared_memory=2)", "mounts"),
        ('@kubernetes(security_context={"privileged": True})', '@kubernetes(security_context={"run_as_user": 1})', "security_context"),
    ],
)
def test_a_loop_of_several_pods_is_refused(tmp_path: Path, turn: str, again: str, argument: str) -> None:
    [found] = compiled(tmp_path, {}, turn=turn, again=again).diagnostics
    assert found.message == f'steps of the loop of "turn" differ in {argument}, and airflow runs it in one pod'
    assert found.labels
    assert found.help


def test_text_of_the_user_comes_back_from_jinja(tmp_path: Path) -> None:
    """What stands in a pod template renders to what the flow says, and the container gets what the environment says."""
    usable = [*NASTY, "$(A) $$ {{ x }}", "${HOME} $$$", "a.yaml", "$(A).sh"]
    decorators = "@kubernetes(annotations=%r)\n    @environment(vars=%r)"
    numbered = {str(place): text for place, text in enumerate(usable)}
    start = decorators % (numbered, {f"V{place}": text for place, text in numbered.items()})
    text = text_of(compiled(tmp_path, {}, start=start))
    pod = next(value for name, value in constants(text).items() if name.startswith("POD") and "metadata" in value)
    environment = jinja2.Environment()
    assert [environment.from_string(value).render() for value in pod["metadata"]["annotations"].values()] == usable
    [variables] = [
        ast.literal_eval(keyword.value)
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "step"
        for keyword in call.keywords
        if keyword.arg == "env"
    ]
    rendered = [environment.from_string(variables[f"V{i}"]).render() for i in range(len(usable))]
    known = {"A": "wrong", "HOME": "wrong"}
    assert [expanded(value, known) for value in rendered] == usable


def expanded(text: str, known: dict[str, str]) -> str:
    """Expand as Kubernetes does: `third_party/forked/golang/expansion` of its source, in words."""
    return re.sub(r"\$\$|\$\(([-._a-zA-Z0-9]+)\)", lambda found: "$" if found[1] is None else known.get(found[1], found[0]), text)


def test_options_of_the_site(tmp_path: Path) -> None:
    said = {
        "airflow.keep_failed_pods": True,
        "airflow.pod_startup_seconds": 60,
        "airflow.kubernetes_conn_id": "cluster",
        "airflow.in_cluster": False,
        "airflow.kubernetes_config_file": "/etc/kube.yaml",
        "kubernetes": {"namespace": "ml", "service_account": "flows"},
    }
    plain, full = text_of(compiled(tmp_path, {})), text_of(compiled(tmp_path, said))
    for word in ("on_finish_action", "kubernetes_conn_id", "in_cluster", "config_file", "namespace"):
        assert f"{word}=" not in plain
    assert '        on_finish_action="delete_succeeded_pod",\n        kubernetes_conn_id="cluster",\n        in_cluster=False,\n' in full
    assert "config_file='{{ \"/etc/kube.yaml\" }}'" in full
    assert "startup_timeout_seconds=60," in full
    assert constants(full)["POD"]["metadata"] == {"namespace": "ml"}
    assert constants(full)["POD"]["spec"]["serviceAccountName"] == "flows"


def test_a_pod_needs_an_image(tmp_path: Path) -> None:
    result = compiled(tmp_path, {"image": None}, start='@kubernetes(image="a")')
    assert [found.message for found in result.diagnostics] == [
        f'step "{name}" names no image, and its pod on airflow needs one' for name in ("turn", "again", "end")
    ]


def test_settings_that_no_decorator_could_hold(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown setting 'cpus' in table kubernetes"):
        compiled(tmp_path, {"kubernetes": {"cpus": 1}})


def test_a_name_too_long_for_a_pod(tmp_path: Path) -> None:
    source = SOURCE.format(start="", turn="", again="").replace("again", "a" * 190)
    (tmp_path / "flow.py").write_text(source)
    assert api.compile_flows([tmp_path / "flow.py"], ["airflow"], project_root=tmp_path).ok
    result = api.compile_flows([tmp_path / "flow.py"], ["airflow"], overrides=SETTINGS, project_root=tmp_path)
    [found] = result.diagnostics
    assert "is 221 characters on airflow; the limit is 220" in found.message


def test_both_forms_have_a_row_for_every_construct() -> None:
    assert set(CAPABILITIES) == set(POD_CAPABILITIES) == set(Construct)
    assert {construct for construct, row in CAPABILITIES.items() if row.compiles} <= {
        construct for construct, row in POD_CAPABILITIES.items() if row.compiles
    }
    assert BACKEND.forms == POD_BACKEND.forms
