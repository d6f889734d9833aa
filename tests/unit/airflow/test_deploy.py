"""Putting a DAG file into a folder: only where it is ours, whole or not at all, and not at all where nothing changes."""

import stat
from pathlib import Path

import pytest
from support.airflow_units import tree_of, unit_of
from support.notation import parse_graph

from flowc import api
from flowc.backends.airflow import BACKEND
from flowc.backends.airflow.dag_folder import FolderDeployer
from flowc.backends.airflow.ownership import owner_of
from flowc.backends.base import Manifest
from flowc.backends.deploying import Change, DeployUnit
from flowc.errors import EngineError, UsageError

FLOW = """from flowc import FlowSpec, step


class TestFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.fixture
def manifest() -> Manifest:
    [made] = BACKEND.emit(unit_of("start>a a>end"))
    return made


def plan(manifest: Manifest, folder: Path, flow: str = "TestFlow") -> tuple[Change, ...]:
    return FolderDeployer(folder, None).plan(deploy_unit(manifest, flow))


def deploy_unit(manifest: Manifest, flow: str = "TestFlow") -> DeployUnit:
    graph = tree_of(parse_graph("start>a a>end")).graph
    return DeployUnit(flow=flow, graph=graph, manifests=(manifest,), root="file:///store")


def deploy(manifest: Manifest, folder: Path) -> None:
    FolderDeployer(folder, None).apply(deploy_unit(manifest), plan(manifest, folder))


def test_writes_one_readable_file(manifest: Manifest, tmp_path: Path) -> None:
    deploy(manifest, tmp_path)
    [path] = tmp_path.iterdir()
    assert path.name == "TestFlow.py"
    assert path.read_bytes() == manifest.data
    assert path.stat().st_mode & stat.S_IROTH, "the scheduler is another user"


def test_the_owner_stands_in_the_file(manifest: Manifest) -> None:
    assert owner_of(manifest.text) == "TestFlow"
    assert owner_of(manifest.text.replace("Written by", "Based on a file by")) is None


def test_nothing_changed_nothing_written(manifest: Manifest, tmp_path: Path) -> None:
    deploy(manifest, tmp_path)
    before = (tmp_path / "TestFlow.py").stat()
    assert not plan(manifest, tmp_path)[0].changes
    deploy(manifest, tmp_path)
    after = (tmp_path / "TestFlow.py").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_replaces_its_own_file(manifest: Manifest, tmp_path: Path) -> None:
    deploy(manifest, tmp_path)
    changed = Manifest(manifest.path, manifest.text.replace('"owner": "flowc"', '"owner": "team"'))
    [change] = plan(changed, tmp_path)
    assert change.changes
    assert change.before == manifest.text
    deploy(changed, tmp_path)
    assert (tmp_path / "TestFlow.py").read_text() == changed.text
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "there",
    ["", "print('mine')\n", '"""Written by flowc, sort of."""\n', "def broken(:\n", "\x00"],
    ids=["empty", "plain", "alike", "no Python", "zero"],
)
def test_leaves_a_file_that_is_not_ours(manifest: Manifest, tmp_path: Path, there: str) -> None:
    (tmp_path / "TestFlow.py").write_text(there)
    with pytest.raises(EngineError, match="was not written by flowc"):
        plan(manifest, tmp_path)
    assert (tmp_path / "TestFlow.py").read_text() == there


def test_leaves_the_file_of_another_flow(manifest: Manifest, tmp_path: Path) -> None:
    deploy(manifest, tmp_path)
    with pytest.raises(EngineError, match="belongs to flow TestFlow, not to team"):
        plan(manifest, tmp_path, "team.main.TestFlow")


def test_leaves_what_cannot_be_read(manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "TestFlow.py").mkdir()
    with pytest.raises(EngineError, match="is in the way"):
        plan(manifest, tmp_path)


def test_needs_a_folder(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        plan(manifest, tmp_path / "missing")


def test_no_file_before_its_code(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(FLOW)
    (tmp_path / "dags").mkdir()
    (tmp_path / "taken").write_text("a file where the store should be")
    given = {"root": f"file://{tmp_path}/taken/store", "airflow.dags_folder": str(tmp_path / "dags")}
    [flow] = api.compile_flows([tmp_path / "flow.py"], ["airflow"], overrides=given).flows
    with pytest.raises(EngineError, match="a file stands where a folder is needed"):
        api.deploy(api.plan_deploy(flow))
    assert not list((tmp_path / "dags").iterdir())


def test_a_failed_write_leaves_nothing(manifest: Manifest, tmp_path: Path) -> None:
    changes = plan(manifest, tmp_path)
    (tmp_path / "TestFlow.py").mkdir()
    with pytest.raises(EngineError, match="cannot be written"):
        FolderDeployer(tmp_path, None).apply(deploy_unit(manifest), changes)
    assert [path.name for path in tmp_path.iterdir()] == ["TestFlow.py"]
