"""The runs that every version's real scheduler makes at once: which flow, how it starts, what must come of it. Add a line to add one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from support.flows import REPO, example_flows, golden_flows

VERSIONS = ("3.3", "2.11")
MORE_FLOWS = REPO / "tests/conformance/airflow/flows"
POD_NOTE = "$(HOME) $$ {{ ti }} \"'\\ é😀 `x` $(touch pwned).sh"
HOSTILE = '\'; exit 9 #\n"{{ ti }}" ${HOME} \\\\ \u2028 é😀 `x` $(touch pwned) {% raw %} <&>.sh'


@dataclass(frozen=True, slots=True)
class Case:
    """One run. `flow` is the name of a golden, `examples/NAME`, or a file of tests/conformance/airflow/flows and its class.

    start: by the API, or by the flow's schedule at the first unpause.
    failing: the task that must fail. tries: where Airflow tries more than once. map_length: the flow is compiled for a site that maps
    so many. pods: every step is a pod of the stand-in, and the flow is deployed under another name.
    """

    key: str
    flow: str
    values: Mapping[str, Any] = field(default_factory=dict)
    start: Literal["trigger", "schedule"] = "trigger"
    failing: tuple[str, str] | None = None
    tries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    map_length: int | None = None
    pods: bool = False

    @property
    def dag(self) -> str:
        """The deployed name of the flow."""
        return f"pods.{self.source[1]}" if self.pods else self.source[1]

    @property
    def source(self) -> tuple[Path, str]:
        """The flow's file and class."""
        if ".py:" in self.flow:
            name, cls = self.flow.split(":")
            return (REPO / name if "/" in name else MORE_FLOWS / name), cls
        return next((sample.path, sample.flow) for sample in [*golden_flows(), *example_flows()] if sample.name == self.flow)


def _golden(name: str, **more: Any) -> Case:
    return Case(name, name, **more)


def _all() -> Iterator[Case]:
    cases = {sample.name for sample in golden_flows() if not sample.path.with_name("airflow.refused.txt").exists()}
    special = {"retry", "catch", "catch_killed", "schedule", "exit_hook", "fails", "parameters", "triggered"}
    yield from (_golden(name) for name in sorted(cases - special))
    yield _golden("retry", tries={("start", "r"): 3})
    yield _golden("catch", tries={("divide", "r.1"): 2})
    yield _golden("catch_killed", tries={("fragile", "r"): 2})
    yield _golden("schedule", start="schedule")
    yield _golden("exit_hook")
    yield Case("exit_hook/broken", "exit_hook", {"broken": True}, failing=("fast", "r"))
    yield Case("chunks", "chunks.py:Chunks", map_length=3)
    yield _golden("fails", failing=("bad", "r"))
    yield _golden("examples/data_quality")
    values = {"count": 7, "learning-rate": 1e-9, "flag": True, "text": HOSTILE, "nothing": "{{ 7*7 }}", "words": "a"}
    yield Case("parameters", "parameters", {**values, "tree": '{"$(id)": ["`id`"]}'})
    yield Case("arms/each", "arms.py:Arms", {"way": "each"})
    yield Case("arms/none", "arms.py:Arms", {"way": "none"})
    yield Case("arms/failing", "arms.py:Arms", {"way": "each", "broken": "odd"}, failing=("odd", "r.1"))
    yield Case("arms/failing_foreach", "arms.py:Arms", {"way": "each", "broken": "fan"}, failing=("fan", "r"))
    yield Case("stuck", "stuck.py:Stuck", tries={("work", "r.1"): 2})
    tries = {("work", "r.1"): 2, ("work", "r.2"): 2, ("risky", "r.0"): 2, ("risky", "r.2"): 3}
    yield Case("items/broken", "items.py:Items", {"broken": 2}, failing=("work", "r.2"), tries=tries)
    yield Case("pods/pods", "tests/data/airflow/pods/flow.py:PodFlow", {"note": POD_NOTE}, pods=True)
    yield Case("pods/switch", "switch", pods=True)
    yield Case("pods/catch_killed", "catch_killed", tries={("fragile", "r"): 2}, pods=True)


CASES = tuple(_all())
