"""What grows with a flow: turns, open Map Runs, bytes, names, depth."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from flowc import api
from flowc.backends.stepfunctions.cron import eventbridge_cron
from flowc.backends.stepfunctions.json_text import compact, pretty
from flowc.backends.stepfunctions.names import job_name, machine_name, map_label, resource_name, state_name
from flowc.ir.cron import CronError

SETTINGS = {"root": "s3://flows/prod", "image": "registry.example/flows:1", "stepfunctions.job_queue": "flows"}
HEAD = "from flowc import FlowSpec, step\n\n\nclass F(FlowSpec):\n"


def method(name: str, ends: str, *, inputs: bool = False) -> str:
    return f"    @step\n    def {name}(self{', inputs' if inputs else ''}):\n        self.x = [1]\n        {ends}\n\n"


def compiled(folder: Path, text: str, **settings: Any) -> api.CompileResult:
    (folder / "flow.py").write_text(text)
    given = {**SETTINGS, **{f"stepfunctions.{name}": value for name, value in settings.items()}}
    return api.compile_flows([folder / "flow.py"], ["stepfunctions"], overrides=given, project_root=folder)


def machine(result: api.CompileResult) -> Any:
    result.raise_for_errors()
    return json.loads(next(each.text for each in result.manifests if each.path.endswith("asl.json")))


def looping(steps: int) -> str:
    """A loop of so many steps."""
    names = [f"s{place}" for place in range(steps)]
    text = HEAD + method("start", "self.next(self.s0)")
    for name, following in pairwise(names):
        text += method(name, f"self.next(self.{following})")
    return (
        text
        + method(names[-1], "self.next({1: self.s0, 2: self.end}, condition='y')").replace("self.x = [1]", "self.x = self.y = 1")
        + method("end", "pass")
    )


@pytest.mark.parametrize(("steps", "turns"), [(1, 1845), (2, 1262), (38, 102), (40, 97)])
def test_turns(steps: int, turns: int, tmp_path: Path) -> None:
    result = compiled(tmp_path, looping(steps))
    environment = machine(result)["States"][f"s{steps - 1}"]["Parameters"]["ContainerOverrides"]["Environment"]
    assert {"Name": "FLOWC_TURNS", "Value": str(turns)} in environment
    few = [found.message for found in result.diagnostics if found.code.id == "FLC468"]
    assert few == ([f'loop of "s0" has room for {turns} turns in one execution'] if turns < 100 else [])


def nested(depth: int) -> str:
    text = HEAD
    for level in range(depth):
        text += method("start" if level == 0 else f"o{level}", f"self.next(self.o{level + 1}, foreach='x')")
    text += method(f"o{depth}", f"self.next(self.j{depth})")
    for level in range(depth, 0, -1):
        text += method(f"j{level}", f"self.next(self.{'end' if level == 1 else f'j{level - 1}'})", inputs=True)
    return text + method("end", "pass")


def widths(definition: Any) -> list[int]:
    for state in definition["States"].values():
        if state["Type"] == "Map":
            return [state["MaxConcurrency"], *widths(state["ItemProcessor"])]
    return []


@pytest.mark.parametrize(
    ("depth", "asked", "expected", "warned"),
    [
        (1, None, [100], []),
        (2, None, [100, 100], []),
        (3, None, [22, 22, 100], []),
        (4, None, [7, 7, 7, 100], []),
        (1, 5000, [5000], []),
        (2, 500, [500, 500], []),
        (2, 501, [501, 501], ["o1"]),
        (3, 50, [50, 50, 50], ["o2"]),
    ],
)
def test_concurrency(depth: int, asked: int | None, expected: list[int], warned: list[str], tmp_path: Path) -> None:
    result = compiled(tmp_path, nested(depth), **({} if asked is None else {"max_concurrency": asked}))
    assert widths(machine(result)) == expected
    assert [found.message.split('"')[1] for found in result.diagnostics if found.code.id == "FLC469"] == warned


@pytest.mark.slow
def test_a_definition_over_a_megabyte_is_refused(tmp_path: Path) -> None:
    names = ["start", *(f"s{place}" for place in range(1700)), "end"]
    text = HEAD + "".join(method(a, f"self.next(self.{b})") for a, b in pairwise(names)) + method("end", "pass")
    (found,) = compiled(tmp_path, text).diagnostics
    assert (found.code.id, found.span.line) == ("FLC466", 4)


@pytest.mark.slow
def test_200_splits_in_each_other(tmp_path: Path) -> None:
    text = HEAD + method("start", "self.next(self.a0, self.b0)")
    for level in range(200):
        text += method(f"a{level}", f"self.next(self.a{level + 1}, self.b{level + 1})" if level < 199 else "self.next(self.j199)")
        text += method(f"b{level}", f"self.next(self.j{level})")
        text += method(f"j{level}", f"self.next(self.{f'j{level - 1}' if level else 'end'})", inputs=True)
    definition = machine(compiled(tmp_path, text + method("end", "pass")))
    depth = 0
    while "start-split" in definition["States"] or f"a{depth - 1}-split" in definition["States"]:
        name = "start-split" if depth == 0 else f"a{depth - 1}-split"
        definition = definition["States"][name]["Branches"][0]
        depth += 1
    assert depth == 200


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (machine_name("Flow"), "Flow"),
        (machine_name("shop.main.Flow"), "shop-main-Flow"),
        (state_name("train", "switch"), "train-switch"),
        (job_name("shop.main.Flow", "train"), "shop-main-Flow-train"),
        (resource_name("Flow", "on-a b"), "flowc-Flow-on-a_b-" + "c03573ec"),
    ],
)
def test_names(made: str, expected: str) -> None:
    assert made[: len(expected) - 8] == expected[: len(expected) - 8]
    assert len(made) == len(expected)


def test_names_that_are_cut_stay_apart() -> None:
    long = ["x" * 100, "x" * 101, "x" * 79, "größe", "gr__e", "grö_e"]
    for make, limit in ((state_name, 80), (map_label, 40), (machine_name, 80)):
        made = [make(name) for name in long]
        assert len(set(made)) == len(long)
        assert all(len(name) <= limit and name.isascii() for name in made)
    assert len({machine_name(name) for name in ("a.b.F", "a.b-F.F", "a-b.F", "a_b.F")}) == 4
    assert len(state_name("x" * 100, "caught")) == 80
    assert len(job_name("F" * 200, "s" * 200)) == 128


CRON: list[tuple[str, str]] = [
    ("*/5 * * * *", "*/5 * * * ? *"),
    ("0 9 * * 1-5", "0 9 ? * MON-FRI *"),
    ("0 9 * * 0", "0 9 ? * SUN *"),
    ("0 9 * * 7", "0 9 ? * SUN *"),
    ("0 9 * * 5-7", "0 9 ? * FRI,SAT,SUN *"),
    ("0 9 * * fri-mon", "0 9 ? * FRI,SAT,SUN,MON *"),
    ("0 0 * * */2", "0 0 ? * SUN,TUE,THU,SAT *"),
    ("0 0 * * 1-5/2", "0 0 ? * MON,WED,FRI *"),
    ("0 0 1,15 jan *", "0 0 1,15 JAN ? *"),
    ("0 0 L * ?", "0 0 L * ? *"),
    ("0 0 * * mon#1", "0 0 ? * MON#1 *"),
    ("0 10 ? * 2 *", "0 10 ? * 2 *"),
    ("0 10 1 * ? 2027", "0 10 1 * ? 2027"),
    ("@daily", "0 0 * * ? *"),
    ("@weekly", "0 0 ? * SUN *"),
]


@pytest.mark.parametrize(("text", "expected"), CRON)
def test_cron(text: str, expected: str) -> None:
    assert eventbridge_cron(text) == expected


@pytest.mark.parametrize("text", ["0 0 13 * 5", "0 0 ? * ? *", "0 0 1 * 1 *", "0 0 * * L", "0 0 * *", "61 * * * *"])
def test_cron_that_eventbridge_has_not(text: str) -> None:
    with pytest.raises(CronError):
        eventbridge_cron(text)


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        [{}],
        {"a": []},
        {"a": {"b": [1, 2.5, None, True, 'é\n"\\']}},
        {"k" * 200: ["v" * 200, {"x": "y" * 150}]},
        [[[[["x" * 130]]]]],
    ],
)
def test_both_texts_of_a_value_mean_it(value: Any) -> None:
    assert json.loads(pretty(value)) == value
    assert compact(value) == json.dumps(value, separators=(",", ":"))
    assert all(
        len(line) <= 140
        for line in pretty(value).splitlines()
        if "vvv" not in line and "xxx" not in line and "kkk" not in line and "yyy" not in line
    )
