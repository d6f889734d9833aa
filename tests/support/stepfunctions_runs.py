"""A started Step Functions engine for the tests under tests/conformance/stepfunctions, and its self-test."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.flows import REPO
from support.stepfunctions_machines import CONTAINER, one_bad_item

sys.path.insert(0, str(REPO / "tests/engines/airflow"))
sys.path.insert(0, str(REPO / "tests/engines/s3"))
sys.path.insert(0, str(REPO / "tests/engines/stepfunctions"))
from stepfunctions_site import BUCKET, Execution, Site, stepfunctions_site

__all__ = ["BUCKET", "Execution", "Site", "probe", "run_machine", "started_site"]


@contextmanager
def started_site(folder: Path, **options: Any) -> Iterator[Site]:
    """A started engine with what the probes need; options as those of `stepfunctions_site`."""
    with stepfunctions_site(folder, **options) as site:
        site.client("batch").register_job_definition(jobDefinitionName="probe", type="container", containerProperties=CONTAINER)
        site.server.client().put_object(Bucket=BUCKET, Key="probes/three", Body=json.dumps([0, 1, 2]).encode())
        yield site


def probe(site: Site) -> Execution:
    """Run a foreach whose item 1 fails."""
    return run_machine(site, "self-test", one_bad_item("r.1"))


def run_machine(site: Site, name: str, definition: dict[str, Any], **value: Any) -> Execution:
    """Create a machine and run it once, as run `name`, to its end."""
    site.create(name, definition)
    site.begin(name, name, {"run": name, "at": "r", **value})
    return site.wait(name, name)
