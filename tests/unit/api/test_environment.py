"""The setting `environment` stands in front of the deployed name, so that schedulers that share a root keep apart."""

from pathlib import Path

import pytest
from support.local_run import run_here

from flowc import api
from flowc.errors import UsageError

FLOW = """
from flowc import FlowSpec, project, step


@project(name="shop")
class Nightly(FlowSpec):
    @step(start=True, end=True)
    def only(self):
        self.x = 1
"""


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    (tmp_path / "flowc.toml").write_text('[env.prod]\nenvironment = "prod"\n')
    path = tmp_path / "nightly.py"
    path.write_text(FLOW)
    return path


def test_deployed_name_without_and_with_environment(flow: Path) -> None:
    assert api.check(flow).flow.graph.deployed_name == "shop.main.Nightly"
    assert api.check(flow, env="prod").flow.graph.deployed_name == "prod.shop.main.Nightly"


def test_compiled_files_and_code_differ_by_environment(flow: Path) -> None:
    [plain] = api.compile_flows([flow], ["airflow"]).flows
    [prod] = api.compile_flows([flow], ["airflow"], env="prod").flows
    assert (plain.name, prod.name) == ("shop.main.Nightly", "prod.shop.main.Nightly")
    assert plain.package.digest != prod.package.digest
    assert 'dag_id="prod.shop.main.Nightly"' in prod.manifests[0].text


def test_an_environment_given_by_hand_counts_too(flow: Path) -> None:
    [made] = api.compile_flows([flow], ["airflow"], overrides={"environment": "mine"}).flows
    assert made.name == "mine.shop.main.Nightly"
    assert 'dag_id="mine.shop.main.Nightly"' in made.manifests[0].text


def test_runs_stand_under_the_environment(flow: Path, tmp_path: Path) -> None:
    trace = run_here(flow, "prod.shop.main.Nightly", f"file://{tmp_path}/store", options=["--env", "prod"], file_flow="Nightly")
    assert trace.succeeded
    assert trace.tasks["only", "r"]["x"] == "1"


def test_unknown_environment_is_wrong_usage(flow: Path) -> None:
    with pytest.raises(UsageError, match="'staging'"):
        api.check(flow, env="staging")


@pytest.mark.parametrize("root", ["store here", "/tmp/x", "not a url ://", "file://relative/x", "ftp://host/x", "s3://"])
def test_root_that_a_worker_cannot_use_is_refused_before_a_byte_is_written(root: str, flow: Path) -> None:
    with pytest.raises(UsageError, match="on another machine"):
        api.compile_flows([flow], ["airflow"], overrides={"root": root})


@pytest.mark.parametrize("root", [None, "file:///mnt/flows", "s3://bucket/prefix"])
def test_root_that_a_worker_can_use(root: str | None, flow: Path) -> None:
    assert api.compile_flows([flow], ["airflow"], overrides={"root": root}).ok
