"""Every state machine that we emit is valid to two validators that know nothing of us, and both of them do refuse what is wrong."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.flows import REPO

from flowc import api
from flowc.backends.stepfunctions.json_text import compact

pytestmark = pytest.mark.stepfunctions

ASL_VALIDATOR = REPO / ".venvs/asl-validator/node_modules/.bin/asl-validator"
"""Put there by `make conformance-stepfunctions`."""
SETTINGS = {"root": "s3://flows/prod", "image": "registry.example/flows:1", "stepfunctions.job_queue": "flows"}
FLOWS = {
    "hostile names": """
from flowc import FlowSpec, environment, step

class {long}(FlowSpec):
    @environment(vars={{"A": "$HOME", "B": "States.Format('{{}}')", "C": "it's {{}} \\\\ \\n \\"quoted\\"", "D": "$$.Execution.Name"}})
    @step
    def start(self):
        self.xs = [1]
        self.next(self.{long}, foreach="xs")

    @step
    def {long}(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
""".format(long="x" * 120),
    "everything of batch": """
from flowc import FlowSpec, batch, catch, environment, retry, secrets, step, timeout

class Batch(FlowSpec):
    @secrets(sources=[{"type": "aws-secrets-manager", "id": "db", "options": {"keys": ["USER"]}}])
    @batch(cpu=4, memory=16000, gpu=1, queue="gpus", image="other:1", aws_batch_tags={"team": "ml"}, shared_memory=64, use_tmpfs=True)
    @retry(times=3)
    @catch(var="e")
    @timeout(hours=1)
    @step
    def start(self):
        pass
""",
}


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The definition of every golden flow, and of flows that are written to be difficult, by name."""
    found = {path.parent.name: path for path in sorted((REPO / "tests/golden").glob("*/state-machine.asl.json"))}
    for name, text in FLOWS.items():
        folder = tmp_path_factory.mktemp("flow")
        (folder / "flow.py").write_text(text)
        result = api.compile_flows([folder / "flow.py"], ["stepfunctions"], overrides=SETTINGS, project_root=folder)
        result.raise_for_errors()
        found[name] = folder / "state-machine.asl.json"
        found[name].write_text(next(each.text for each in result.manifests if each.path.endswith(found[name].name)))
    return found


def defects(folder: Path) -> dict[str, Path]:
    """Machines that are wrong, each in one way."""
    good = (REPO / "tests/golden/loop_in_foreach/state-machine.asl.json").read_text()
    found = {}
    for name, old, new in (
        ("missing end", '"End": true', '"Comment": "no end"'),
        ("unknown type", '"Type": "Choice"', '"Type": "Chose"'),
        ("bad retrier", '"BackoffRate": 2.0', '"BackoffRate": "two"'),
    ):
        assert old in good
        found[name] = folder / f"{name}.json"
        found[name].write_text(good.replace(old, new))
    return found


def asl_validator(paths: list[Path]) -> subprocess.CompletedProcess[str]:
    assert ASL_VALIDATOR.exists(), "asl-validator is not installed: make conformance-stepfunctions installs it"
    arguments = [argument for path in paths for argument in ("--json-path", str(path))]
    return subprocess.run([ASL_VALIDATOR, *arguments], capture_output=True, text=True)


def cfn_lint(paths: list[Path]) -> list[str]:
    """What cfn-lint says of a template that holds the machines, in its words."""
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    resources: dict[str, Any] = {
        f"M{place}": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"RoleArn": "arn:aws:iam::123456789012:role/machine", "Definition": json.loads(path.read_text())},
        }
        for place, path in enumerate(paths)
    }
    template = compact({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
    return [f"{found.rule.id} {found.message}" for found in lint(template, config=ManualArgs(regions=["us-east-1"]))]


def test_asl_validator_takes_them(machines: dict[str, Path]) -> None:
    done = asl_validator(list(machines.values()))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("is valid") == len(machines)


def test_asl_validator_refuses_what_is_wrong(tmp_path: Path) -> None:
    for name, path in defects(tmp_path).items():
        assert asl_validator([path]).returncode != 0, name


def test_cfn_lint_takes_them(machines: dict[str, Path]) -> None:
    assert cfn_lint(list(machines.values())) == []


def test_cfn_lint_refuses_what_is_wrong(tmp_path: Path) -> None:
    for name, path in defects(tmp_path).items():
        assert any(found.startswith("E3601") for found in cfn_lint([path])), name
