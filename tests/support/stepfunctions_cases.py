"""The runs that Step Functions makes: which flow, its values, what must come of it. Every golden that compiles is one; a line makes one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.flows import REPO, example_flows, golden_flows

MORE_FLOWS = (REPO / "tests/conformance/stepfunctions/flows", REPO / "tests/conformance/airflow/flows")
HOSTILE = (
    "'; exit 9 #\n\r\t\"$(touch pwned)\" `x` ${HOME} {{ ti }} {} States.Format('{}') $.x $$.Execution.Name \\\\ \\' \x7f\u2028 é😀 <&>%s"
)


@dataclass(frozen=True, slots=True)
class StepFunctionsCase:
    """One run. `flow` is the name of a golden, `examples/NAME`, or a file of `MORE_FLOWS` and its class.

    failing: the task that must fail. jobs: how many a task takes where that is not one. gang: how many processes a gang has.
    settings: of `[stepfunctions]`, for this flow.
    """

    key: str
    flow: str
    values: Mapping[str, Any] = field(default_factory=dict)
    failing: tuple[str, str] | None = None
    jobs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    gang: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> tuple[Path, str]:
        """The flow's file and class."""
        if ".py:" in self.flow:
            name, cls = self.flow.split(":")
            return next(folder / name for folder in MORE_FLOWS if (folder / name).exists()), cls
        return next((sample.path, sample.flow) for sample in [*golden_flows(), *example_flows()] if sample.name == self.flow)

    @property
    def run(self) -> str:
        """The name of its execution."""
        return f"case-{self.key.replace('/', '-')}"


EXPECTED: Mapping[str, Mapping[str, Any]] = {
    "fails": {"failing": ("bad", "r")},
    "retry": {"jobs": {("start", "r"): 3}},
    "catch": {"jobs": {("divide", "r.1"): 2}},
    "catch_killed": {"jobs": {("fragile", "r"): 2}},
    "gang": {"gang": 3},
    "examples/flaky_sources": {"jobs": {("read", "r.1"): 3, ("read", "r.2"): 3}},
}
"""What is not one job for each task and success, by golden or example."""


def _all() -> Iterator[StepFunctionsCase]:
    for sample in golden_flows():
        if not sample.path.with_name("stepfunctions.refused.txt").exists() and sample.name != "parameters":
            yield StepFunctionsCase(sample.name, sample.name, **EXPECTED.get(sample.name, {}))
    for sample in example_flows():
        yield StepFunctionsCase(sample.name, sample.name, **EXPECTED.get(sample.name, {}))
    values = {"count": 7, "learning-rate": 1e-9, "flag": True, "text": HOSTILE, "nothing": "{{ 7*7 }}", "words": "a"}
    yield StepFunctionsCase("parameters", "parameters", {**values, "tree": '{"$(id)": ["`id`", "States.Array(1)"], "x.$": "$.run"}'})
    yield StepFunctionsCase("exit_hook/broken", "exit_hook", {"broken": True}, failing=("fast", "r"))
    for way in ("each", "both", "tail", "none"):
        yield StepFunctionsCase(f"arms/{way}", "arms.py:Arms", {"way": way})
    jobs = {("work", "r.1"): 2, ("risky", "r.0"): 2, ("risky", "r.2"): 3}
    yield StepFunctionsCase("items", "items.py:Items", jobs=jobs)
    broken = {("work", "r.1"): 2, ("work", "r.2"): 2, ("risky", "r.0"): 2}
    yield StepFunctionsCase("items/broken", "items.py:Items", {"broken": 2}, failing=("work", "r.2"), jobs=broken)
    yield StepFunctionsCase("deep", "deep.py:Deep")
    yield StepFunctionsCase("deep/broken", "deep.py:Deep", {"broken": "2.1"}, failing=("leaf", "r.2.1"))


CASES = tuple(_all())
