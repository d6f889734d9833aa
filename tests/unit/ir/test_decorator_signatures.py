"""The table of decorators: consistent in itself, and the same as Metaflow's own."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from flowc.ir.argument_kinds import ArgumentSpec, number
from flowc.ir.decorator_signatures import SIGNATURES, DecoratorSignature, values_of
from flowc.ir.graph import Argument, Decorator
from flowc.ir.values import Unknown, Value
from flowc.source import start_of

HERE = start_of("a.py")
METAFLOW = Path(os.environ.get("FLOWC_METAFLOW_PYTHON", Path(__file__).parents[3] / ".venvs/metaflow/bin/python"))
LIST_DEFAULTS = """
import json
from metaflow.plugins import FLOW_DECORATORS, STEP_DECORATORS
for level, classes in (("step", STEP_DECORATORS), ("flow", FLOW_DECORATORS)):
    for found in classes:
        print(json.dumps([found.name, level, found.defaults, found.allow_multiple]))
"""
NOT_OURS = {"airflow_external_task_sensor", "airflow_s3_key_sensor", "pytorch_parallel"}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=lambda signature: signature.name)
def test_defaults_pass_their_own_table(signature: DecoratorSignature) -> None:
    assert len({spec.name for spec in signature.arguments}) == len(signature.arguments)
    for spec in signature.arguments:
        if spec.required:
            assert not spec.accepts(None)
        else:
            assert spec.accepts(spec.default)
            assert spec.default in (0, None) or spec.bound_broken(spec.default) is None


def test_values_have_defaults_and_positional_arguments_their_names() -> None:
    given = (Argument(None, 1, HERE), Argument("minutes_between_retries", 0, HERE))
    assert values_of(Decorator(name="retry", origin="flowc", arguments=given, span=HERE)) == {"times": 1, "minutes_between_retries": 0}
    assert values_of(Decorator(name="retry", origin="flowc", span=HERE)) == {"times": "3", "minutes_between_retries": "2"}
    assert values_of(Decorator(name="mine", origin="user", arguments=given, span=HERE)) == {"minutes_between_retries": 0}


@pytest.mark.parametrize(
    ("value", "read"),
    [(3, 3), ("3", 3), (" 3 ", 3), (0.5, 0.5), ("0.5", 0.5), ("1e3", 1000.0), (True, None), ("x", None), ("nan", None), ("inf", None)],
)
def test_a_number_may_be_spelt(value: Value, read: float | None) -> None:
    assert number(value) == read


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["a", ""], [1, None, b"a"]),
        ("integer", [1, "1", 2.0], [1.5, True, "one", None, float("inf"), float("nan")]),
        ("number", [1, 1.5, "1.5", 10**400], ["one", False, [1]]),
        ("flag", [True, False, 0, 1], ["True", 2, 1.0]),
        ("mapping", [{}, {"a": 1}], [[], "a"]),
        ("list", [[], ("a",), {"a"}], ["a", {}]),
    ],
)
def test_kinds(kind: str, good: list[Value], bad: list[Value]) -> None:
    spec = ArgumentSpec(name="a", kinds=(kind,), default=0, least=0)  # type: ignore[arg-type]
    assert [value for value in good if not spec.accepts(value)] == []
    assert [value for value in bad if spec.accepts(value)] == []
    assert spec.accepts(Unknown("it is computed"))
    assert [spec.bound_broken(value) for value in good if spec.bound_broken(value)] == []


@pytest.mark.metaflow
def test_names_and_defaults_are_metaflows() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("METAFLOW")}
    done = subprocess.run([METAFLOW, "-c", LIST_DEFAULTS], capture_output=True, text=True, check=True, env=clean)
    theirs = {name: (level, defaults, many) for name, level, defaults, many in map(json.loads, done.stdout.splitlines())}
    theirs = {name: value for name, value in theirs.items() if not name.endswith("_internal") and name not in NOT_OURS}
    ours = {
        signature.name: (signature.level, {spec.name: spec.default for spec in signature.arguments}, signature.repeatable)
        for signature in SIGNATURES.values()
    }
    assert ours == theirs
