"""Flow files under `tests/data/frontend/readings/`: what is read from each, in full. `make golden` writes them anew."""

from pathlib import Path

import pytest
from support.readings import describe_file

DATA = Path(__file__).parents[2] / "data" / "frontend" / "readings"
FLOWS = sorted(path for path in DATA.glob("**/flow.py"))


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.relative_to(DATA).parts[0])
def test_reading_is_as_recorded(flow: Path, update_goldens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    root = DATA / flow.relative_to(DATA).parts[0]
    monkeypatch.chdir(root)
    text = describe_file(flow.relative_to(root), root)
    expected = root / "reading.txt"
    if update_goldens:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8"), "make golden, then read the difference"
