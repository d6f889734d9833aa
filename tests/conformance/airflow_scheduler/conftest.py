"""One real Airflow per version for the whole session: every case's run is started at once, each test waits for what it needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.flows import REPO
from support.scheduler_cases import CASES, VERSIONS
from support.scheduler_runs import Running, running_airflow

FLOWS = Path(__file__).parent / "flows"
OTHERS = (
    (FLOWS / "mended.py", "Mended"),
    (FLOWS / "paced.py", "Paced"),
    (FLOWS / "laps.py", "Laps"),
    (FLOWS / "capped/flow.py", "Capped"),
    (FLOWS / "priced.py", "Priced"),
    (REPO / "tests/golden/triggered/flow.py", "Triggered"),
)
"""Flows of other tests of this folder."""


@pytest.fixture(scope="session", params=VERSIONS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A started Airflow in which every case runs."""
    with running_airflow(request.param, tmp_path_factory.mktemp(f"airflow-{request.param}")) as found:
        found.site.command("pools", "set", "narrow", "2", "for tests")
        for case in {case.dag: case for case in CASES}.values():
            found.deploy_case(case)
        for path, flow in OTHERS:
            found.deploy(path, flow)
        for dag in [*dict.fromkeys(case.dag for case in CASES), *(flow for _, flow in OTHERS)]:
            found.site.unpause(dag)
        for case in CASES:
            found.start(case)
        found.site.trigger("Laps", "laps", {"folder": str(found.make_folder("laps"))})
        found.site.trigger("Capped", "capped", {"folder": str(found.make_folder("capped"))})
        found.site.trigger("Mended", "broken", {"folder": str(found.make_folder("broken"))})
        whole = found.make_folder("whole")
        (whole / "mended").touch()
        found.site.trigger("Mended", "whole", {"folder": str(whole)})
        found.site.trigger("Linear", "again", {})
        yield found
