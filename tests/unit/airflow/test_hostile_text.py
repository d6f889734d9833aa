"""Text of the user's in every place of a DAG file that holds some: it comes back unchanged, and the file stays readable."""

import ast
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.airflow_units import complaints, text_of, unit_of
from support.notation import parse_graph

from flowc.backends.airflow.python_text import value_text
from flowc.backends.airflow.templating import literal
from flowc.ir.graph import Argument, Decorator, FlowGraph, Parameter
from flowc.source import Span

HERE = Span("flow.py", 1, 1, 1, 1)
NASTY = [
    'it\'s "$(touch pwned)" `id` <&> {{ 7*7 }} {% raw %} \\n \n\té😀 run.sh',
    '\'; exit 9 #\n"{{ ti }}" ${HOME} \\\\ \u2028 é😀 `x`.sh',
    "\r\n",
    "ends\n",
    "{#",
    '"""' + "'''",
    "\\",
    "a" * 400,
    "line one\n" * 40,
    "日本語" * 60,
    "\x00\x7f\x85\ufeff\u200b\u2019\u2013\u2212\xd7",
    '"' * 200,
    "'\"" * 100,
    ".env",
    "\U00010000" * 60,
    "\\" * 300,
    "one two " * 60,
]
text = st.one_of(
    st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.text("{}%#'\"\\\n\r .sh", max_size=200)
)
json_value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), text),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text("a\"'\\é\n", max_size=8), inner, max_size=4)),
    max_leaves=12,
)


def flow_with(values: list[Any], helps: list[str], variables: dict[str, str], doc: str) -> FlowGraph:
    graph = parse_graph("start>a a>end")
    types = {str: "str", int: "int", float: "float", bool: "bool"}
    parameters = tuple(
        Parameter(
            name=f"p{i}", attribute=f"p{i}", type=types.get(type(value), "json"), default=value, help=helps[i % len(helps)], span=HERE
        )  # type: ignore[arg-type]
        for i, value in enumerate(values)
    )
    environment = Decorator(name="environment", origin="flowc", arguments=(Argument("vars", variables, HERE),), span=HERE)  # type: ignore[arg-type]
    steps = tuple(replace(step, doc=doc, decorators=(environment,)) for step in graph.steps)
    return replace(graph, parameters=parameters, steps=steps, doc=doc)


def calls(text: str, name: str) -> list[ast.Call]:
    return [
        item
        for item in ast.walk(ast.parse(text))
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id == name
    ]


def test_text_comes_back(tmp_path: Path) -> None:
    @settings(max_examples=100, deadline=None)
    @given(st.lists(json_value, min_size=1, max_size=6), st.lists(text, min_size=1, max_size=3), st.lists(text, max_size=3), text)
    def emitted(values: list[Any], helps: list[str], variables: list[str], doc: str) -> None:
        environment = {f"V{i}": value for i, value in enumerate(variables)}
        made = text_of(unit_of(flow_with(values, helps, environment, doc)))
        (tmp_path / f"{hashlib.sha256(made.encode()).hexdigest()}.py").write_bytes(made.encode())
        found = calls(made, "Param")
        assert [repr(ast.literal_eval(call.args[0])) for call in found] == [repr(value) for value in values]
        described = [{word.arg: word.value for word in call.keywords} for call in found]
        wanted = [helps[i % len(helps)] for i in range(len(values))]
        assert [ast.literal_eval(words["description"]) if "description" in words else "" for words in described] == wanted
        for call in calls(made, "step"):
            given_env = next((word.value for word in call.keywords if word.arg == "env"), ast.Dict([], []))
            rendered = {name: render(value) for name, value in ast.literal_eval(given_env).items() if name in environment}
            assert rendered == environment

    emitted()
    assert complaints(tmp_path) == ""


def render(template: str) -> str:
    """As Airflow does: a value that ends like a template file would be read from disk, any other is rendered."""
    assert not re.search(r"\.(sh|bash|env|json|jsonl|yaml|yml)\Z", template)
    return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(template).render()


@given(text)
def test_one_escape_for_templated_fields(value: str) -> None:
    assert render(literal(value)) == value


@given(json_value, st.integers(0, 120))
def test_values_are_python(value: Any, column: int) -> None:
    assert repr(ast.literal_eval(value_text(value, column))) == repr(value)


def test_the_users_text_alone_is_not_ascii() -> None:
    made = text_of(unit_of(flow_with(["é"], ["ü"], {"V": "ö"}, "ä")))
    without = re.sub("[éüöä]", "", made)
    assert without.isascii()


def test_no_literal_for_other_values() -> None:
    with pytest.raises(TypeError, match="set has no literal"):
        value_text({1})
