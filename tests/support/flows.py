"""The flows that many tests share: every golden folder and every example, found on disk."""

import re
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Sample:
    """One flow file: `name` for people, `flow` is its class."""

    name: str
    path: Path
    flow: str

    @property
    def text(self) -> str:
        """The source."""
        return self.path.read_text()

    @property
    def for_metaflow(self) -> bool:
        """Whether it uses only what Metaflow has: then its imports say metaflow, or (the examples) would work if they did."""
        return self.name.startswith("examples/") or "from flowc" not in self.text


def _sample(path: Path, name: str) -> Sample:
    guard = re.search(r'if __name__ == "__main__":\n    (\w+)\(\)', path.read_text())
    if guard is None:
        raise AssertionError(f"{path} does not end with its main guard")
    return Sample(name, path, guard[1])


def golden_flows() -> list[Sample]:
    """Every `tests/golden/NAME/flow.py`, by name."""
    return [_sample(path, path.parent.name) for path in sorted((REPO / "tests/golden").glob("*/flow.py"))]


def example_flows() -> list[Sample]:
    """Every example, by path."""
    return [_sample(path, f"examples/{path.parent.name}") for path in sorted((REPO / "examples").glob("*/*.py"))]
