"""One real Airflow per version for the whole session: every case's run is started at once, each test waits for what it needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.flows import REPO
from support.scheduler_cases import CASES, VERSIONS
from support.scheduler_runs import Running, running_airflow

FLOWS = Path(__file__).parent / "flows"
TRIGGERED = REPO / "tests/golden/triggered/flow.py"


@pytest.fixture(scope="session", params=VERSIONS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A started Airflow in which every case runs."""
    with running_airflow(request.param, tmp_path_factory.mktemp(f"airflow-{request.param}")) as found:
        flows = {case.source: ["--max-map-length", str(case.map_length)] if case.map_length else [] for case in CASES}
        flows |= {(FLOWS / "mended.py", "Mended"): [], (FLOWS / "paced.py", "Paced"): [], (TRIGGERED, "Triggered"): []}
        for (path, flow), options in flows.items():
            found.deploy(path, flow, *options)
        for _, flow in flows:
            found.site.unpause(flow)
        for case in CASES:
            found.start(case)
        found.site.trigger("Mended", "broken", {"folder": str(found.make_folder("broken"))})
        whole = found.make_folder("whole")
        (whole / "mended").touch()
        found.site.trigger("Mended", "whole", {"folder": str(whole)})
        found.site.trigger("Linear", "again", {})
        yield found
