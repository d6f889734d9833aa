"""A seeded part of the campaign in `benchmarks/mutations.py`: mutated flows give findings in every format, never an exception."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "mutations.py"


@pytest.fixture(scope="module")
def campaign() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutations", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("first", [0, pytest.param(1000, marks=pytest.mark.slow)])
def test_mutated_flows_give_findings(campaign: ModuleType, first: int, tmp_path: Path) -> None:
    every = campaign.sources()
    (tmp_path / "flowc.toml").touch()
    path = tmp_path / "flow.py"
    outcomes = set()
    for number in range(first, first + (2000 if first else 150)):
        path.write_bytes(campaign.mutated(number, 7, every))
        outcomes.add(campaign.check_source(path))
    assert outcomes <= {"read, clean", "read, findings", "not read, findings", "refused"}
    assert {"read, findings", "not read, findings"} <= outcomes


def test_mutations_are_the_same_everywhere(campaign: ModuleType) -> None:
    every = ["class A(FlowSpec):\n    def start(self):\n        self.next(self.end)\n"] * 2
    made = [campaign.mutated(number, 3, every) for number in range(50)]
    assert made == [campaign.mutated(number, 3, every) for number in range(50)]
    assert len(set(made)) > 30
