"""Flows in the Kubernetes form, run by a real Airflow 3.3 on a real Kubernetes: API server, scheduler, kubelet, containerd.

The cluster is that of tests/engines/argo, whose README says what it has and what it has not. Airflow's process stands on its network.
"""

import json
import sys
from ast import literal_eval
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.flows import REPO
from support.local_run import read_trace, run_here

from flowc import api

sys.path.insert(0, str(REPO / "tests/engines/airflow"))
sys.path.insert(0, str(REPO / "tests/engines/argo"))
from airflow_site import Job, Outcome, run_dags
from argo_configuration import NAMESPACE
from argo_engine import Engine, running_engine
from argo_images import APP
from sidecar_image import SIDECAR, import_sidecar

pytestmark = [pytest.mark.airflow, pytest.mark.argo, pytest.mark.slow]

GOLDENS = {"linear": "Linear", "foreach": "Foreach", "switch": "Switch", "retry": "Retry", "loop_steps": "LoopSteps"}
TRIES: Mapping[str, Mapping[tuple[str, str], int]] = {"retry": {("start", "r"): 3}}
HUNGRY = Path(__file__).parent / "flows/hungry.py"


@dataclass(frozen=True, slots=True)
class Site:
    """The cluster, which still runs, and what Airflow did."""

    engine: Engine
    outcome: Outcome


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("airflow-kubernetes")
    dags = folder / "dags"
    dags.mkdir()
    with running_engine(folder / "engine") as engine:
        import_sidecar(engine)
        settings = {
            "root": engine.store.as_uri(),
            "image": APP,
            "airflow.operator": "kubernetes",
            "airflow.kubernetes_config_file": str(engine.kubeconfig),
            "kubernetes": {"namespace": NAMESPACE, "cpu": 0.02, "memory": 64, "disk": 10},
        }
        paths = [*(REPO / "tests/golden" / name / "flow.py" for name in GOLDENS), HUNGRY]
        result = api.compile_flows(paths, ["airflow"], overrides={**settings, "airflow.dags_folder": str(dags)})
        result.raise_for_errors()
        for flow in result.flows:
            api.deploy(api.plan_deploy(flow))
        connection = {"conn_type": "kubernetes", "extra": {"xcom_sidecar_container_image": SIDECAR}}
        known = {"AIRFLOW_CONN_KUBERNETES_DEFAULT": json.dumps(connection), "NO_PROXY": "*", "no_proxy": "*"}
        jobs = [Job(name, flow, {}) for name, flow in {**GOLDENS, "hungry": "Hungry"}.items()]
        yield Site(engine, run_dags(folder / "home", dags, jobs, known, engine.tree.inside(mounts=False)))


@pytest.mark.parametrize("name", GOLDENS)
def test_same_as_here(site: Site, name: str, tmp_path: Path) -> None:
    run, flow, path = site.outcome.runs[name], GOLDENS[name], REPO / "tests/golden" / name / "flow.py"
    there = read_trace(site.engine.store.as_uri(), flow, run.run_id, path.parent)
    here = run_here(path, flow, (tmp_path / "store").as_uri())
    assert run.state == "success"
    assert here.succeeded, here.said
    assert there.tasks == here.tasks
    assert there.attempts == here.attempts
    steps = {step.name for step in api.check(path, flow).flow.graph.steps}
    tries = {
        task: row.tries for (task, index), row in run.tasks.items() if task.removesuffix("__loop") in steps and index < 0 and row.tries > 1
    }
    assert tries == {task: count for (task, _), count in TRIES.get(name, {}).items()}


def test_a_pod_that_the_kernel_killed_is_caught(site: Site) -> None:
    """No other signal would do: the step is process 1 of its container, which the kernel protects from its own."""
    run = site.outcome.runs["hungry"]
    assert run.state == "success"
    assert run.tasks["eat", -1].tries == 2, "once for the step, once to commit that it was caught"
    there = read_trace(site.engine.store.as_uri(), "Hungry", run.run_id, HUNGRY.parent)
    assert literal_eval(there.tasks["end", "r"]["left"]) == (True, False)
    assert there.attempts == {("start", "r"): 0, ("eat", "r"): 1, ("end", "r"): 0}


def test_no_pod_is_left(site: Site) -> None:
    """The operator removes each pod when it has ended, whatever came of it."""
    assert site.engine.kubectl("-n", NAMESPACE, "get", "pods", "-o", "name").split() == []
