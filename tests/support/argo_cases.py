"""The runs that a real workflow-controller makes at once: which flow, its values, what must come of it. Add a line to add one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.flows import REPO, example_flows, golden_flows

MORE_FLOWS = (
    REPO / "tests/conformance/argo/flows",
    REPO / "tests/conformance/airflow/flows",
    REPO / "tests/conformance/airflow_scheduler/flows",
)
SHELL = '\'; exit 9 #\n"{{workflow.name}}" {{=1+1}} $(touch pwned) $HOME ${HOME} $$ $(FLOWC_RUN) \\\\ \u2028 é😀 `x` <&>.sh\t'


@dataclass(frozen=True, slots=True)
class ArgoCase:
    """One run. `flow` is the name of a golden, `examples/NAME`, or a file of `MORE_FLOWS` and its class.

    failing: the task that must fail. pods: how many a task takes where that is not one. settings: those of the deploy.
    takes_folder: its parameter `folder` is a folder that its steps write to.
    """

    key: str
    flow: str
    values: Mapping[str, Any] = field(default_factory=dict)
    failing: tuple[str, str] | None = None
    pods: Mapping[tuple[str, str], int] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    takes_folder: bool = False

    @property
    def source(self) -> tuple[Path, str]:
        """The flow's file and class."""
        if ".py:" in self.flow:
            name, cls = self.flow.split(":")
            return next(folder / name for folder in MORE_FLOWS if (folder / name).exists()), cls
        return next((sample.path, sample.flow) for sample in [*golden_flows(), *example_flows()] if sample.name == self.flow)

    @property
    def run(self) -> str:
        """The name of its run."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.key.lower())


_PODS: Mapping[str, Mapping[tuple[str, str], int]] = {
    "retry": {("start", "r"): 3},
    "catch": {("divide", "r.1"): 2},
    "catch_killed": {("fragile", "r"): 2},
}
EVENTS_PORT = 8099
EVENTS = f"http://127.0.0.1:{EVENTS_PORT}/flowc"
"""Where a flow that others wait for announces its end: a port of the engine's network."""
_SETTINGS = {"triggered": {"argo.event_url": EVENTS}}
_FAILING = {"fails": ("bad", "r")}


def _all() -> Iterator[ArgoCase]:
    for sample in golden_flows():
        name = sample.name
        yield ArgoCase(name, name, failing=_FAILING.get(name), pods=_PODS.get(name, {}), settings=_SETTINGS.get(name, {}))
    yield ArgoCase("examples/data_quality", "examples/data_quality")
    yield ArgoCase("exit_hook/broken", "exit_hook", {"broken": True}, failing=("fast", "r"))
    values = {"count": 7, "learning-rate": 1e-9, "flag": True, "text": SHELL, "nothing": "{{ 7*7 }}", "words": "a"}
    yield ArgoCase("parameters/given", "parameters", {**values, "tree": '{"$(id)": ["`id`"]}'})
    yield ArgoCase("hostile", "hostile.py:Hostile")
    yield ArgoCase("hostile/given", "hostile.py:Hostile", {"json": SHELL, "n": "y", "simple": '{"a": "{{workflow.uid}}"}', "lines": "\n"})
    yield ArgoCase("arms/each", "arms.py:Arms", {"way": "each"})
    yield ArgoCase("arms/none", "arms.py:Arms", {"way": "none"})
    yield ArgoCase("choosing/none", "choosing.py:Choosing", {"way": "none"})
    yield ArgoCase("choosing/bad", "choosing.py:Choosing", {"way": "bad"}, failing=("bad", "r"))
    pods = {("work", "r.1"): 2, ("work", "r.2"): 2, ("risky", "r.0"): 2, ("risky", "r.2"): 3}
    yield ArgoCase("items/broken", "items.py:Items", {"broken": 2}, failing=("work", "r.2"), pods=pods)
    yield ArgoCase("late", "late.py:Late", pods={("start", "r"): 2})
    yield ArgoCase("late/always", "late.py:Late", {"always": True}, failing=("start", "r"), pods={("start", "r"): 2})


CASES = tuple(_all())
RUNS_TO_DISTURB = (
    ArgoCase("pod-deleted", "paced.py:Paced", takes_folder=True),
    ArgoCase("pod-lost", "handed.py:Handed", takes_folder=True),
    ArgoCase("pod-caught", "caught.py:Caught", takes_folder=True),
    ArgoCase("controller-killed", "paced.py:Paced", takes_folder=True),
    ArgoCase("out-of-memory", "greedy.py:Greedy"),
    ArgoCase("siblings", "siblings.py:Siblings", takes_folder=True),
    ArgoCase("mended", "mended.py:Mended", takes_folder=True),
)
WIDE_CASES = (
    ArgoCase("wide/300", "wide.py:Wide", {"width": 300}),
    ArgoCase("turns/120", "turns.py:Turns", {"turns": 120}),
)
