"""`flowc diff` by meaning: one change of a flow or its settings, and the changes that a reviewer is shown."""

from pathlib import Path
from typing import Any

import pytest
from support.flows import golden_flows

from flowc import api
from flowc.backends.meaning import compare
from flowc.backends.stepfunctions.meaning import read_facts
from flowc.errors import UsageError

SETTINGS = {"root": "s3://flows/prod", "image": "registry.example/flows:1", "stepfunctions.job_queue": "flows"}
FLOW = """
from flowc import FlowSpec, batch, catch, environment, retry, schedule, secrets, step, timeout, trigger


@schedule(daily=True)
class F(FlowSpec):
    @step
    def start(self):
        self.xs = [1]
        self.next(self.work, foreach="xs")

    @retry(times=2)
    @step
    def work(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def changes(folder: Path, text: str, settings: dict[str, Any]) -> list[str]:
    """The changes that are shown, but for that of the code: risk, kind, subject, before and after."""
    made = []
    for name, source, given in (("before", FLOW, {}), ("after", text, settings)):
        (folder / name).mkdir()
        (folder / name / "flow.py").write_text(source)
        result = api.compile_flows(
            [folder / name / "flow.py"], ["stepfunctions"], overrides={**SETTINGS, **given}, project_root=folder / name
        )
        result.raise_for_errors()
        made.append({each.path: read_facts(each.text, each.path) for each in result.manifests})
    before, after = made
    assert before.keys() == after.keys()
    found = [change for path in before for change in compare(before[path], after[path]) if change.kind != "code-changed"]
    return [f"{change.risk.value} {change.kind} {change.subject}: {change.before} => {change.after}" for change in found]


CASES: dict[str, tuple[str, str, dict[str, Any], list[str]]] = {
    "nothing": ("", "", {}, []),
    "text": ("pass", "print(1)", {}, []),
    "fewer retries": ("times=2", "times=1", {}, ["medium retries-lowered work: 2 => 1"]),
    "longer wait": ("times=2", "times=2, minutes_between_retries=5", {}, ["medium task-changed work: retry_delay: 120 s => 300 s"]),
    "schedule": (
        "daily=True",
        "cron='0 6 * * 1'",
        {},
        ["medium schedule-changed flow: cron(0 0 * * ? *) UTC => cron(0 6 ? * MON *) UTC"],
    ),
    "image": (
        "",
        "",
        {"image": "registry.example/flows"},
        ["high image-unpinned job definition: registry.example/flows:1 => registry.example/flows"],
    ),
    "root": ("", "", {"root": "s3://flows/test"}, ["high store-changed flow: s3://flows/prod => s3://flows/test"]),
    "queue": (
        "@retry",
        "@batch(queue='other')\n    @retry",
        {},
        [
            "medium task-changed work: queue: flows => other",
            "high permission-widened role machine: None => batch:SubmitJob on arn:aws:batch:${Region}:${Account}:job-queue/other",
        ],
    ),
    "memory": ("@retry", "@batch(memory=8000)\n    @retry", {}, ["low resources-raised work: resources.memory: 4096 => 8000"]),
    "environment": ("@retry", "@environment(vars={'A': '1'})\n    @retry", {}, ["low env-added work: A: None => 1"]),
    "concurrency": ("", "", {"stepfunctions.max_concurrency": 7}, ["medium setting-changed start-map.MaxConcurrency: 100 => 7"]),
    "catch": ("@retry", "@catch(var='e')\n    @retry", {}, ["medium task-changed work: catch: None => yes"]),
    "step between": (
        "self.next(self.end)",
        "self.next(self.more)\n\n    @step\n    def more(self):\n        self.next(self.end)",
        {},
        ["medium step-added more: None => None"],
    ),
    "role": (
        "",
        "",
        {"stepfunctions.job_role": "wide"},
        [
            "high permission-widened job definition: None => jobRoleArn: arn:aws:iam::${Account}:role/wide",
            "medium permission-removed job definition: jobRoleArn: arn:aws:iam::${Account}:role/flowc-F-job => None",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_changes(case: str, tmp_path: Path) -> None:
    old, new, settings, expected = CASES[case]
    assert old in FLOW
    found = changes(tmp_path, FLOW.replace(old, new, 1) if old else FLOW, settings)
    silent = ("role deployer", "role job: name", "flowc:root", "root", "role machine", "role job") if case in ("root", "role") else ()
    assert [line for line in found if not any(word in line for word in silent) or line in expected] == expected


@pytest.mark.parametrize("sample", golden_flows(), ids=lambda sample: sample.name)
def test_edges_between_steps_are_those_of_the_flow(sample: Any) -> None:
    path = sample.path.with_name("state-machine.asl.json")
    if not path.exists():
        pytest.skip("refused on this target")
    graph = api.check(sample.path).flow.graph
    facts = read_facts(path.read_text(), path.name)
    assert set(facts.steps) == set(graph.by_name)
    following: dict[str, set[str]] = {}
    for first, second in facts.edges:
        following.setdefault(first, set()).add(second)
    for step in graph.steps:
        found, waiting = set(), list(following.get(step.name, ()))
        seen = set(waiting)
        while waiting:
            name = waiting.pop()
            if name in facts.steps:
                found.add(name)
                continue
            fresh = following.get(name, set()) - seen
            seen |= fresh
            waiting.extend(fresh)
        assert found == set(step.targets), step.name


@pytest.mark.parametrize("text", ["{", "{}", '{"States": {}, "Comment": "mine"}', "[1]", '{"stateMachine": 1}'])
def test_a_file_of_somebody_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no JSON|was not written by flowc"):
        read_facts(text, "x.json")
