"""Every DAG file of the goldens and examples, imported by several Airflows: no error, no warning, the same graph on all.

By 2.11 and 3.3, or by the versions that FLOWC_AIRFLOW_VERSIONS names with blanks between: `make conformance-airflow-all` names all that
the file is written for.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.evidence import Evidence
from support.flows import REPO, example_flows, golden_flows

from flowc import api

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

VERSIONS = os.environ.get("FLOWC_AIRFLOW_VERSIONS", "2.11 3.3").split()
FLOWS = Path(__file__).parent / "flows"
SAMPLES = [
    sample.path for sample in [*golden_flows(), *example_flows()] if not sample.path.with_name("airflow.refused.txt").exists()
] + sorted(FLOWS.glob("*.py"))
TIMETABLES = {
    "Nightly": "CronTriggerTimetable",
    "Triggered": "OrTimeSchedule",
}


FORMS: dict[str, dict[str, Any]] = {"bash": {}, "kubernetes": {"airflow.operator": "kubernetes", "image": "registry.example/flows:1"}}


@pytest.fixture(scope="module", params=FORMS)
def dags(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dags")
    result = api.compile_flows(SAMPLES, ["airflow"], overrides={"root": "file:///store", **FORMS[request.param]})
    result.raise_for_errors()
    for flow in result.flows:
        for manifest in flow.manifests:
            (folder / manifest.path).write_bytes(manifest.data)
    return folder


@pytest.fixture(scope="module")
def parsed(dags: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    """What each version says; the second time it parses, so that it can be seen whether anything moves."""
    return {version: _parse(version, dags, tmp_path_factory.mktemp(f"home-{version}")) for version in VERSIONS}


def _parse(version: str, dags: Path, home: Path) -> Mapping[str, Any]:
    venv = REPO / f".venvs/airflow-{version}"
    assert (venv / "bin/airflow").exists(), f"Airflow {version} is not installed: make .venvs/airflow-{version}/.installed"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "FLOWC_", "PYTHONPATH"))}
    settings = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "300"}
    command = [venv / "bin/python", REPO / "tests/engines/airflow/parse_dags.py", dags]
    env = kept | settings | {"AIRFLOW__CORE__DAGS_FOLDER": str(dags), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([str(word) for word in command], env=env, capture_output=True, text=True, cwd=home)
    assert done.returncode == 0, done.stderr[-4000:]
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_airflow_takes_every_file_without_a_word(
    version: str, parsed: Mapping[str, Mapping[str, Any]], dags: Path, evidence: Evidence
) -> None:
    assert parsed[version]["import_errors"] == {}
    assert parsed[version]["warnings"] == []
    assert set(parsed[version]["dags"]) == {path.stem for path in dags.glob("*.py")}
    for path in SAMPLES:
        evidence.note("airflow", "lints", version, path)


def test_all_versions_see_the_same_graph(parsed: Mapping[str, Mapping[str, Any]]) -> None:
    first, *others = (parsed[version]["dags"] for version in VERSIONS)
    for other in others:
        for name, dag in first.items():
            assert other[name]["tasks"] == dag["tasks"], name
            assert other[name]["rules"] == dag["rules"], name


@pytest.mark.parametrize("version", VERSIONS)
def test_only_gates_planners_and_hooks_have_a_rule_of_their_own(version: str, parsed: Mapping[str, Mapping[str, Any]]) -> None:
    rules = {(rule, name.rpartition("__")[2]) for dag in parsed[version]["dags"].values() for name, rule in dag["rules"].items()}
    other = {(rule, kind) for rule, kind in rules if rule != "all_success"}
    assert other == {("none_failed", "splits"), ("none_failed", "live"), ("all_done_setup_success", "exit_hook")}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("flow", TIMETABLES)
def test_schedules_are_understood(version: str, flow: str, parsed: Mapping[str, Mapping[str, Any]]) -> None:
    assert parsed[version]["dags"][flow]["timetable"].endswith(TIMETABLES[flow])


@pytest.mark.parametrize("version", VERSIONS)
def test_parsing_again_gives_the_same_dag(version: str, parsed: Mapping[str, Mapping[str, Any]], dags: Path, tmp_path: Path) -> None:
    """Or else Airflow 3 would make a version of the DAG at each parse."""
    again = _parse(version, dags, tmp_path)
    assert {name: dag["stored"] for name, dag in again["dags"].items()} == {
        name: dag["stored"] for name, dag in parsed[version]["dags"].items()
    }
