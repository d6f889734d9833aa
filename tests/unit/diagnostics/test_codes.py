"""The registry: ids in range, used, and headlines written as diagnostics are."""

import re
from pathlib import Path

import pytest

import flowc
from flowc.diagnostics import Code, codes

REGISTRY = codes.registry()
CODES = list(REGISTRY.values())
NAMES = {value.id: name for name, value in vars(codes).items() if isinstance(value, Code)}
PACKAGE = Path(flowc.__file__).parent


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_id_and_slug_have_their_form(code: Code) -> None:
    assert re.fullmatch(r"FLC[0-6][0-9]{2}", code.id)
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code.slug)
    assert not code.headline.endswith(".")
    assert "\n" not in code.headline


def test_every_code_is_reported_somewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path.name != "codes.py")
    assert [code for code, name in NAMES.items() if not re.search(rf"\b{name}\b", text)] == []


def test_constants_are_called_once() -> None:
    text = Path(codes.__file__).read_text(encoding="utf-8")
    names = re.findall(r"^([A-Z0-9_]+) = Code\(", text, re.MULTILINE)
    assert len(names) == len(set(names)) == len(CODES)


def test_a_repeated_id_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    first = CODES[0]
    monkeypatch.setattr(codes, "TWIN", Code(first.id, "another-slug", "x"), raising=False)
    with pytest.raises(ValueError, match="twice"):
        codes.registry()
