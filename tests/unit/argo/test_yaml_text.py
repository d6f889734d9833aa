"""Whatever text a flow holds, every reader of YAML gives it back."""

import io
import subprocess
import sys
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from flowc.backends.argo.yaml_text import Inline, InlineList, to_yaml

HOSTILE = ["y", "N", "on", "Off", "null", "~", "1e3", "1e+3", "0o17", "08", "0x1f", "1_000", "1:30", ".5", "-", "--- a", "a: b"]
HOSTILE += ["# c", "<<", "=", "", " a", "a ", "\n", "a\n", "a\n\nb\n", "\na", "a\r\nb", "\t", "\x85", "\u2028", "\ufeff", "é😀"]
HOSTILE += ["{{x}}", "'\"\\", "a\u00a0", "2024-01-01"]


def read(text: str) -> list[Any]:
    return [yaml.safe_load(text), yaml.load(text, yaml.CSafeLoader), YAML(typ="safe", pure=True).load(io.StringIO(text))]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text(text: str) -> None:
    value = {text: [text], "inline": Inline(a=text, b=InlineList([text]))}
    assert read(to_yaml([value])) == [{text: [text], "inline": {"a": text, "b": [text]}}] * 3


# YAML cannot hold some characters unescaped, and no reader takes half of a surrogate pair.
@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text(text: str) -> None:
    assert read(to_yaml([{"value": text, "inline": Inline(a=text)}])) == [{"value": text, "inline": {"a": text}}] * 3


@pytest.mark.slow
def test_hera_changes_nothing() -> None:
    # Importing it replaces how PyYAML writes text, in the whole process.
    write = "from flowc.backends.argo.yaml_text import to_yaml; print(to_yaml([{'a': '1e3', 'b': 'x\\ny', 'c': 'on'}]))"
    hera = "import hera.workflows.models"
    said = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for code in (write, f"{hera}; {write}", f"{write}; {hera}; {write.partition('; ')[2]}")
    ]
    assert said[1] == said[0]
    assert said[2] == said[0] * 2
