"""When a DAG runs by itself, and what is called when it is over: schedules, events, exit hooks."""

import ast
import json
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
from support.airflow_units import complaints, lowered, text_of, unit_of
from support.notation import parse_graph

from flowc import api
from flowc.backends.airflow.model import ExitHook
from flowc.diagnostics import Diagnostic, Severity
from flowc.ir.graph import Decorator, FlowGraph
from flowc.source import Span

HERE = Span("flow.py", 1, 1, 1, 1)
SOURCE = """\
import os
from flowc import *

{decorators}
class Sample(FlowSpec):
    {parameter}

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def compiled(folder: Path, decorators: str, parameter: str = "pass", **overrides: object) -> api.CompileResult:
    (folder / "flow.py").write_text(SOURCE.format(decorators=decorators, parameter=parameter))
    return api.compile_flows([folder / "flow.py"], ["airflow"], project_root=folder, overrides=overrides)


def schedule(result: api.CompileResult) -> str:
    result.raise_for_errors()
    [manifest] = result.manifests
    [dag] = [
        call
        for call in ast.walk(ast.parse(manifest.text))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "DAG"
    ]
    return ast.unparse(next(word.value for word in dag.keywords if word.arg == "schedule"))


def errors(result: api.CompileResult) -> list[Diagnostic]:
    return [found for found in result.diagnostics if found.severity is Severity.ERROR]


CRON = "CronTriggerTimetable('{}', timezone='{}')"


@pytest.mark.parametrize(
    ("decorators", "expected"),
    [
        ("", "None"),
        ("@schedule", CRON.format("0 0 * * *", "UTC")),
        ("@schedule()", CRON.format("0 0 * * *", "UTC")),
        ("@schedule(hourly=True)", CRON.format("0 * * * *", "UTC")),
        ("@schedule(weekly=True)", CRON.format("0 0 * * 0", "UTC")),
        ('@schedule(cron="30  2 ? * MON#1,FRI", timezone="Asia/Kolkata")', CRON.format("30 2 ? * MON#1,FRI", "Asia/Kolkata")),
        ('@schedule(cron="0 0 L * *")', CRON.format("0 0 L * *", "UTC")),
        ('@schedule(cron="@monthly")', CRON.format("0 0 1 * *", "UTC")),
        ('@trigger(event="a")', "[Asset('x-flowc://event/a')]"),
        ('@trigger(events=["a", {"name": "b/c"}])', "[Asset('x-flowc://event/a'), Asset('x-flowc://event/b%2Fc')]"),
        ('@trigger_on_finish(flow="Other")', "[Asset('x-flowc://flow/Other/finished')]"),
        ('@trigger_on_finish(flows=["p.b.F", "G"])', "[Asset('x-flowc://flow/p.b.F/finished'), Asset('x-flowc://flow/G/finished')]"),
        (
            '@trigger_on_finish(flow={"name": "F", "project": "p", "project_branch": "test.x"})',
            "[Asset('x-flowc://flow/p.test.x.F/finished')]",
        ),
        ('@project(name="mine")\n@trigger_on_finish(flow="F")', "[Asset('x-flowc://flow/mine.main.F/finished')]"),
        (
            '@project(name="mine")\n@trigger_on_finish(flow={"name": "F", "project_branch": "user.a"})',
            "[Asset('x-flowc://flow/mine.user.a.F/finished')]",
        ),
        (
            '@trigger(events=["a", "b"])\n@trigger_on_finish(flow="F")',
            "Asset('x-flowc://event/a') & Asset('x-flowc://event/b') | Asset('x-flowc://flow/F/finished')",
        ),
        (
            '@schedule\n@trigger(events=["a", "b"])',
            "AssetOrTimeSchedule(timetable=CronTriggerTimetable('0 0 * * *', timezone='UTC'), "
            "assets=[Asset('x-flowc://event/a'), Asset('x-flowc://event/b')])",
        ),
    ],
)
def test_schedules(tmp_path: Path, decorators: str, expected: str) -> None:
    assert schedule(compiled(tmp_path, decorators)) == expected


def test_flows_of_an_environment_wait_for_flows_of_it(tmp_path: Path) -> None:
    (tmp_path / "flowc.toml").write_text('environment = "prod"\n')
    assert schedule(compiled(tmp_path, '@trigger_on_finish(flow="F")')) == "[Asset('x-flowc://flow/prod.F/finished')]"
    found = schedule(compiled(tmp_path, '@project(name="p")\n@trigger_on_finish(flows=["F", "q.b.G"])'))
    assert found == "[Asset('x-flowc://flow/prod.p.main.F/finished'), Asset('x-flowc://flow/prod.q.b.G/finished')]"


@pytest.mark.parametrize(
    ("decorators", "parameter", "message"),
    [
        (
            '@schedule(cron="0 0 * * ? *")',
            "pass",
            "cron expression '0 0 * * ? *' does not fit airflow: "
            "it has six fields, and Airflow reads the sixth as seconds, not as the year",
        ),
        (
            '@schedule(cron="0 0 15W * ?")',
            "pass",
            "cron expression '0 0 15W * ?' does not fit airflow: Airflow does not know the day of month '15W'",
        ),
        (
            '@schedule(cron="0 0 L-3 * ?")',
            "pass",
            "cron expression '0 0 L-3 * ?' does not fit airflow: Airflow does not know the day of month 'L-3'",
        ),
        (
            '@schedule(cron="0 0 ? * 5L")',
            "pass",
            "cron expression '0 0 ? * 5L' does not fit airflow: Airflow does not know the day of week '5L'",
        ),
        ("@schedule", 'p = Parameter("p", required=True)', 'parameter "p" is required, and @schedule starts runs that give it no value'),
        (
            '@trigger(event="e")',
            'p = IncludeFile("p", required=True)',
            'parameter "p" is required, and @trigger starts runs that give it no value',
        ),
        (
            "@schedule(cron=os.environ['CRON'])",
            "pass",
            'argument "cron" of @schedule is known at run time only, and airflow needs it to compile',
        ),
        (
            '@trigger(events=["a", os.environ["E"]])',
            "pass",
            'argument "events" of @trigger is known at run time only, and airflow needs it to compile',
        ),
    ],
)
def test_what_airflow_cannot_take(tmp_path: Path, decorators: str, parameter: str, message: str) -> None:
    assert [found.message for found in errors(compiled(tmp_path, decorators, parameter))] == [message]


EVENT = SimpleNamespace(asset=SimpleNamespace(uri="x-flowc://event/a%20b"), extra={"x": "{{ 7*7 }}", "p": 2, "y": None})
OTHER = SimpleNamespace(dataset=SimpleNamespace(uri="x-flowc://event/c"), extra=None)
FINISHED = SimpleNamespace(asset=SimpleNamespace(uri="x-flowc://flow/a%20b/finished"), extra={"x": "of a flow"})
PARAMETERS = {"p": 1, "q": 'it\'s "$(x)"'}


@pytest.mark.parametrize(
    ("mapping", "given"),
    [
        ('{"p": "x"}', {"p": "{{ 7*7 }}"}),
        ('["p"]', {"p": 2}),
        ('[("q", "x"), "p"]', {"q": "{{ 7*7 }}", "p": 2}),
        ('{"p": "missing", "q": "y"}', {"q": None}),
        ("{}", {}),
    ],
)
@pytest.mark.parametrize("operator", ["bash", "kubernetes"])
def test_payloads_fill_parameters(tmp_path: Path, mapping: str, given: dict[str, object], operator: str) -> None:
    decorators = f'@trigger(events=[{{"name": "a b", "parameters": {mapping}}}, "c"])\n@trigger_on_finish(flow="F")'
    parameters = 'p = Parameter("p", default=1)\n    q = Parameter("q", default="")'
    result = compiled(tmp_path, decorators, parameters, image="i", **{"airflow.operator": operator})
    result.raise_for_errors()
    [manifest] = result.manifests
    constants = {node.targets[0].id: node.value for node in ast.parse(manifest.text).body if isinstance(node, ast.Assign)}
    [template] = [
        ast.literal_eval(constants["PARAMS"]) if isinstance(value, ast.Name) else ast.literal_eval(value)
        for node in ast.walk(ast.parse(manifest.text))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "FLOWC_PARAMS"
    ]
    for name in ("triggering_asset_events", "triggering_dataset_events"):
        text = jinja2.Environment().from_string(template).render({name: {"u": [OTHER, EVENT], "v": [FINISHED]}, "params": PARAMETERS})
        assert json.loads(text.replace("$$", "$") if operator == "kubernetes" else text) == {**PARAMETERS, **given}
    by_hand = jinja2.Environment().from_string(template).render({"triggering_asset_events": {}, "params": PARAMETERS})
    assert json.loads(by_hand.replace("$$", "$") if operator == "kubernetes" else by_hand) == PARAMETERS
    (tmp_path / "out").mkdir()
    (tmp_path / "out/Sample.py").write_text(manifest.text)
    assert complaints(tmp_path / "out") == ""


def hooked(flow: str) -> FlowGraph:
    from dataclasses import replace

    return replace(parse_graph(flow), decorators=(Decorator(name="exit_hook", origin="flowc", arguments=(), span=HERE),))


@pytest.mark.parametrize(
    ("flow", "behind"),
    [
        ("a>b b>end", ["end"]),
        ("a>b,c b>j c>d d>j j!>end", ["b", "c", "d", "end"]),
        ("a>*x x>y y>j j!>end", ["y", "end"]),
        ("a>*x x>p,q p>m q>m m!>j j!>end", ["p", "q", "m", "end"]),
        ("f>*g g>*x x>k k!>l l>j j!>end", ["g", "x", "l", "end"]),
        ("a>h h>x x>h|end", ["end"]),
        ("exit_hook>b b>exit_hook_ exit_hook_>end", ["end"]),
    ],
)
def test_hooks_wait_for_all_that_may_still_run(flow: str, behind: list[str], tmp_path: Path) -> None:
    _, dag = lowered(hooked(flow))
    assert isinstance(dag.exit_hook, ExitHook)
    assert list(dag.exit_hook.behind) == behind
    assert dag.exit_hook.task_id not in behind
    (tmp_path / "dag.py").write_text(text_of(unit_of(hooked(flow))))
    assert complaints(tmp_path) == ""


def test_long_schedules_stay_readable(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for number, decorators in enumerate(
        [
            "@trigger(events=[" + ", ".join(f'"event_number_{i}"' for i in range(9)) + "])",
            '@schedule\n@trigger(events=["one"])\n@trigger_on_finish(flow="F")',
            '@schedule\n@trigger(events=["one", "two"])',
            "@schedule\n@trigger(events=[" + ", ".join(f'"event_number_{i}"' for i in range(9)) + "])",
            "@trigger(events=[" + ", ".join(f'"event_number_{i}"' for i in range(9)) + '])\n@trigger_on_finish(flow="F")',
            "@trigger(events=[" + ", ".join(f'"event_number_{i}"' for i in range(3)) + '])\n@trigger_on_finish(flows=["Flow_one", "F"])',
            "@schedule\n@trigger(events=[" + ", ".join(f'"event_number_{i}"' for i in range(9)) + '])\n@trigger_on_finish(flow="F")',
        ]
    ):
        [manifest] = compiled(tmp_path, decorators).manifests
        (folder / f"dag_{number}.py").write_text(manifest.text)
    assert complaints(folder) == ""
