"""What Argo cannot take is said at its place before anything is written; what it can hold by our writing arrives."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.argo_units import objects_of, templates_of, unit_of

from flowc import api
from flowc.backends.argo import BACKEND
from flowc.backends.argo.cron import argo_cron
from flowc.backends.argo.text import BRACE, value_of_variable
from flowc.diagnostics import Report
from flowc.errors import UsageError
from flowc.runtime_shim.environment import attempt_from_environment

SOURCE = """\
import os
from flowc import *

{flow}
class {name}(FlowSpec):
    {members}

    {step}
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""
IMAGE = {"image": "registry.example/flows:1", "root": "s3://flows/prod"}
ROWS: dict[str, tuple[dict[str, str], dict[str, Any], list[str]]] = {
    "nothing": ({}, {}, []),
    "no image": ({}, {"image": None}, ["FLC430", "FLC430"]),
    "flow name of 63": ({"name": "F" * 63}, {}, []),
    "flow name of 64": ({"name": "F" * 64}, {}, ["FLC405"]),
    "scheduled name of 52": ({"name": "F" * 52, "flow": "@schedule(daily=True)"}, {}, []),
    "scheduled name of 53": ({"name": "F" * 53, "flow": "@schedule(daily=True)"}, {}, ["FLC405"]),
    "cron with a year": ({"flow": '@schedule(cron="0 2 * * ? 2027")'}, {}, ["FLC411"]),
    "cron of the last day": ({"flow": '@schedule(cron="0 2 L * ?")'}, {}, ["FLC411"]),
    "cron of the second Monday": ({"flow": '@schedule(cron="0 2 ? * 1#2")'}, {}, ["FLC411"]),
    "cron by a variable": ({"flow": '@schedule(cron=os.environ["X"])'}, {}, ["FLC404"]),
    "required and scheduled": (
        {"flow": "@schedule(daily=True)", "members": 'x = Parameter("x", required=True)'},
        {},
        ["FLC412"],
    ),
    "required and filled by the event": (
        {"flow": '@trigger(event={"name": "e", "parameters": ["x"]})', "members": 'x = Parameter("x", required=True)'},
        {},
        [],
    ),
    "event with a quote": ({"flow": """@trigger(event="it's")"""}, {}, ["FLC447"]),
    "field with a dot": (
        {"flow": '@trigger(event={"name": "e", "parameters": {"x": "a.b"}})', "members": 'x = Parameter("x", default=1)'},
        {},
        ["FLC447"],
    ),
    "nobody announces": ({"flow": '@trigger_on_finish(flow="Other")'}, {}, ["FLC446"]),
    "somebody announces": ({"flow": '@trigger_on_finish(flow="Other")'}, {"argo.event_url": "http://x"}, []),
    "name of the trigger taken": ({"flow": '@trigger(event="e")', "members": 'x = Parameter("flowc-trigger", default="")'}, {}, ["FLC445"]),
    "the same without a trigger": ({"members": 'x = Parameter("flowc-trigger", default="")'}, {}, []),
    "default of 90 KiB": ({"members": 'x = Parameter("x", default="a" * 92160)'}, {}, []),
    "default of 100 KiB": ({"members": 'x = Parameter("x", default="a" * 102400)'}, {}, ["FLC410"]),
    "default not a number": ({"members": 'x = Parameter("x", default=1e999)'}, {}, ["FLC406"]),
    "half a surrogate pair": ({"members": 'x = Parameter("x", default="\\ud800")'}, {}, ["FLC409"]),
    "retries by a variable": ({"step": '@retry(times=os.environ["X"])'}, {}, ["FLC404"]),
    "timeout by a variable": ({"step": '@timeout(minutes=os.environ["X"])'}, {}, ["FLC404"]),
    "variable of ours": ({"step": '@environment(vars={"FLOWC_AT": "r"})'}, {}, ["FLC408"]),
    "variable with a zero byte": ({"step": '@environment(vars={"A": "\\0"})'}, {}, ["FLC407"]),
    "variable of 128 KiB": ({"step": '@environment(vars={"A": "a" * 131072})'}, {}, ["FLC407"]),
    "annotation with a tag": ({"step": '@kubernetes(annotations={"a": "{{x}}"})'}, {}, ["FLC444"]),
    "namespace of a step": ({"step": '@kubernetes(namespace="other")'}, {}, ["FLC431"]),
    "label of Argo": ({"step": '@kubernetes(labels={"workflows.argoproj.io/workflow": "x"})'}, {}, ["FLC431"]),
    "growing waits on 3.6": ({}, {"argo.max_retry_minutes": 5}, ["FLC449"]),
    "growing waits on 3.7": ({}, {"argo.max_retry_minutes": 5, "argo.version": "3.7"}, []),
    "run too large": ({}, {"argo.max_object_bytes": 1000}, ["FLC440"]),
    "batch": ({"step": "@batch(cpu=1)"}, {}, ["FLC400"]),
}
SETTINGS = {
    "argo.version": ("3.5", "must be 3.6 or 3.7 or 4.0 or 4.1"),
    "argo.loop_turns": (0, "at least 1"),
    "argo.priorty": (1, "unknown setting"),
    "argo.pod_gc": ("Never", "must be OnPodCompletion"),
}
CRONS = {
    "0 2 * * *": "0 2 * * *",
    "0 2 * * 7": "0 2 * * 0",
    "0 2 * * 5-7": "0 2 * * 5,6,0",
    "0 2 * * 1,7": "0 2 * * 1,0",
    "0 2 * * fri-mon": "0 2 * * 5,6,0,1",
    "0 2 * * 1-7/2": "0 2 * * 1,3,5,0",
    "*/5 0-6 1,15 * ?": "*/5 0-6 1,15 * ?",
    "0 2 L * *": None,
    "0 2 15W * *": None,
    "0 2 * * 5L": None,
    "0 2 * * 1#1": None,
    "0 2 * * ? 2027": None,
}


def result_of(folder: Path, parts: dict[str, str], settings: dict[str, Any]) -> api.CompileResult:
    names = {"flow": "", "name": "Sample", "members": "pass", "step": "", **parts}
    (folder / "flow.py").write_text(SOURCE.format(**names))
    given = {key: value for key, value in (IMAGE | settings).items() if value is not None}
    return api.compile_flows([folder / "flow.py"], ["argo"], overrides=given, project_root=folder)


@pytest.mark.parametrize("name", ROWS)
def test_rows(name: str, tmp_path: Path) -> None:
    parts, settings, expected = ROWS[name]
    result = result_of(tmp_path, parts, settings)
    assert [found.code.id for found in result.diagnostics if found.code.severity == "error"] == expected
    assert bool(result.manifests) == (not expected)
    assert all(found.help for found in result.diagnostics if found.code.id.startswith("FLC44"))


@pytest.mark.parametrize("key", SETTINGS)
def test_settings_are_checked(key: str, tmp_path: Path) -> None:
    value, said = SETTINGS[key]
    with pytest.raises(UsageError, match=said):
        result_of(tmp_path, {}, {key: value})


@pytest.mark.parametrize("text", CRONS)
def test_cron_expressions(text: str) -> None:
    assert argo_cron(text) == CRONS[text]


def test_nesting_is_bounded() -> None:
    depth = 60
    ways = [f"f{place}>*f{place + 1}" for place in range(depth)] + [f"f{depth}>j{depth - 1}"]
    ways += [f"j{place}!>j{place - 1}" for place in range(depth - 1, 0, -1)] + ["j0!>end"]
    for levels, expected in ((99, []), (50, ["FLC441"])):
        unit = unit_of(" ".join(ways), max_levels=levels)
        report = Report()
        BACKEND.check(unit.tree, unit.plan, unit.options, report)
        assert [found.code.id for found in report.diagnostics] == expected


def test_loops_that_cannot_nest_are_run_by_one_pod() -> None:
    for options, codes in (({"loop_turns": 200}, ["FLC442"]), ({"loop_turns": 100_000}, ["FLC443"]), ({"loops": "fused"}, ["FLC443"])):
        unit = unit_of("a>h h>h|b b>end", **options)
        report = Report()
        BACKEND.check(unit.tree, unit.plan, unit.options, report)
        assert [found.code.id for found in report.diagnostics] == codes


@pytest.mark.parametrize("shape", ["in>and and>or or>nil nil>end", "start>*start_each start_each>j j!>end", "main>on_exit on_exit>end"])
def test_names_give_way(shape: str) -> None:
    objects = objects_of(unit_of(shape))
    templates = templates_of(objects)
    assert len(templates) == len(objects[0]["spec"]["templates"])
    steps = {
        env["value"]
        for template in templates.values()
        for env in template.get("container", {}).get("env", [])
        if env["name"] == "FLOWC_STEP"
    }
    assert steps == set(re.findall(r"\w+", shape))
    for template in templates.values():
        for task in template.get("dag", {}).get("tasks", []):
            assert not {task["name"], task["template"]} & {"in", "and", "or", "nil"}


@pytest.mark.parametrize("text", ["{{workflow.name}}", "$(HOME)", "$$", "a{{{b}}}", "$({{x}})", "{", "{{", "$", "plain"])
def test_variables_arrive(text: str) -> None:
    written = value_of_variable(text)
    assert "{{" not in written
    # As Kubernetes reads it: `$$` is a dollar, `$(NAME)` a variable that stands before.
    read = (
        re.sub(rf"\$\$|\$\({BRACE}\)", lambda match: "$" if match[0] == "$$" else "{", written)
        if "$$" in written or BRACE in written
        else written
    )
    assert read == text


def test_parameters_arrive_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    members = "\n    ".join(
        (
            'a = Parameter("a", default="{{workflow.name}} $(X)")',
            'b = Parameter("b-c", type=int)',
            'c = Parameter("json", default=[1, None], type=JSONType)',
        )
    )
    [template, _] = [yaml.safe_load(manifest.text) for manifest in result_of(tmp_path, {"members": members}, {}).manifests]
    given = {each["name"]: each["value"] for each in template["spec"]["arguments"]["parameters"]}
    assert given == {"a": "{{workflow.name}} $(X)", "b-c": "", "json": "[1, null]"}
    [start] = [each for each in template["spec"]["templates"] if each["name"] == "start"]
    [expression] = [each["value"] for each in start["container"]["env"] if each["name"] == "FLOWC_PARAMS_B64"]
    body = re.fullmatch(r"\{\{=sprig\.b64enc\(toJson\(\{(.*)\}\)\)\}\}", expression)
    assert body is not None
    values: dict[str, Any] = {}
    for name, value in re.findall(r"'([^']+)': (\(.*?\)|workflow\.parameters\['[^']+'\])(?:, |$)", body[1]):
        values[name] = None if value.startswith("(") and given[name] == "" else given[name]
    encoded = base64.b64encode(json.dumps(values).encode()).decode()
    environ = {"FLOWC_FLOW": "F", "FLOWC_ROOT": "file:///x", "FLOWC_RUN": "r", "FLOWC_STEP": "start", "FLOWC_PARAMS_B64": encoded}
    assert attempt_from_environment(environ).parameters == {"a": "{{workflow.name}} $(X)", "b-c": None, "json": "[1, null]"}


def test_choices_are_an_enum_that_holds_the_default(tmp_path: Path) -> None:
    members = 'a = Parameter("a", type=click.Choice(["x", "y"]), default="y")\n    b = Parameter("b", type=click.Choice(["x", "y"]))'
    result = result_of(tmp_path, {"flow": "import click\n\n", "members": members}, {})
    result.raise_for_errors()
    arguments = yaml.safe_load(result.manifests[0].text)["spec"]["arguments"]["parameters"]
    assert [(each["value"], each["enum"]) for each in arguments] == [("y", ["x", "y"]), ("", ["", "x", "y"])]
