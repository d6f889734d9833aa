"""`flowc.testing.run_step`, and through it what a step may do: next, artifacts, inputs, merge, parameters."""

import os
import sys
from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest

from flowc import Config, FlowSpec, JSONType, Parameter, current, environment, secrets, step
from flowc.runtime_shim.exceptions import (
    InvalidNextException,
    MetaflowException,
    MissingInMergeArtifactsException,
    UnhandledInMergeArtifactsException,
)
from flowc.testing import StepResult, run_step


class Sample(FlowSpec):
    alpha = Parameter("alpha", default=0.5)
    sizes = Parameter("sizes", type=JSONType, default='{"a": 1}')
    names = Parameter("the-names", default="a,b", separator=",")
    computed = Parameter("computed", default=lambda context: f"{context.flow_name}/{context.parameter_name}")
    settings = Config("settings", default_value={"tree": {"depth": 3}})
    LIMIT = 10

    @classmethod
    def limit(cls):
        return cls.LIMIT, cls.alpha

    @step
    def start(self):
        self.total = self.alpha + self.LIMIT
        self.seen = (self.sizes, self.names, self.computed, self.settings.tree.depth, self.settings["tree"]["depth"], self.limit())
        self.where = (current.step_name, current.run_id, current.is_running_flow, "project_name" in current)
        self.next(self.opens)

    @step
    def opens(self):
        self.next(self.body, foreach="xs")

    @step
    def body(self):
        self.got = (self.index, self.input, self.foreach_stack())
        self.next(self.join)

    @step
    def gang(self):
        self.next(self.body, num_parallel=self.size)

    @step
    def join(self, inputs):
        self.first = inputs[0].x
        self.all = [found.x for found in inputs]
        self.number = len(inputs)
        self.next(self.chooses)

    @step
    def chooses(self):
        self.next({"a": self.start, 1: self.body}, condition="kind")

    @step
    def end(self):
        pass


def test_a_step_reads_what_is_fixed_and_leaves_artifacts():
    result = run_step(Sample, "start", parameters={"alpha": "2", "the-names": "x,y"}, artifacts={"kept": 1})
    assert result.total == 12.0
    assert result.seen == ({"a": 1}, ["x", "y"], "Sample/computed", 3, 3, (10, 2.0))
    assert result.where == ("start", "test", True, False)
    assert (result.kept, result.next, result.count) == (1, ("opens",), None)
    assert set(result.artifacts) == {"total", "seen", "where", "kept"}
    assert isinstance(Sample.__dict__["alpha"], Parameter)
    assert Sample.alpha is Sample.__dict__["alpha"]


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ([1, 2], [1, 2]),
        ((1,), [1]),
        ("ab", ["a", "b"]),
        ({"k": 1, "l": 2}, ["k", "l"]),
        ({5}, [5]),
        (range(2), [0, 1]),
        (deque([7, 8]), [7, 8]),
        (np.array([3, 4]), [3, 4]),
    ],
    ids=repr,
)
def test_a_foreach_takes_what_has_a_size(value, items):
    result = run_step(Sample, "opens", artifacts={"xs": value})
    assert (result.next, result.count, result.items) == (("body",), len(items), items)


@pytest.mark.parametrize(
    ("artifacts", "said"),
    [
        ({}, "foreach artifact self.xs does not exist"),
        ({"xs": []}, "foreach artifact self.xs is empty"),
        ({"xs": {}}, "foreach artifact self.xs is empty"),
        ({"xs": 5}, "foreach artifact self.xs is of type int, which cannot be iterated"),
        ({"xs": None}, "foreach artifact self.xs is of type NoneType, which cannot be iterated"),
        ({"xs": (x for x in "ab")}, "foreach artifact self.xs is of type generator, whose number of items is not known"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_foreach_refuses(artifacts, said):
    with pytest.raises(InvalidNextException, match=said):
        run_step(Sample, "opens", artifacts=artifacts)


def test_items_of_a_foreach():
    assert run_step(Sample, "body", input="b", index=1).got == (1, "b", [(1, 2, "b")])
    assert run_step(Sample, "body", foreach_stack=[(0, 2, "x"), (3, 4, "y")]).got == (3, "y", [(0, 2, "x"), (3, 4, "y")])
    assert run_step(Sample, "body").got == (None, None, [])


def test_a_gang_has_a_size():
    result = run_step(Sample, "gang", artifacts={"size": 4})
    assert (result.next, result.count) == (("body",), 4)
    for size in (0, "4", True, 1.5):
        with pytest.raises(InvalidNextException, match="whole number from 1 on"):
            run_step(Sample, "gang", artifacts={"size": size})


@pytest.mark.parametrize(("kind", "target"), [("a", "start"), (1, "body"), (1.0, "body"), (True, "body")])
def test_a_switch_compares_by_equality(kind, target):
    assert run_step(Sample, "chooses", artifacts={"kind": kind}).next == (target,)


@pytest.mark.parametrize("kind", ["b", None, [1]])
def test_a_value_without_a_case_lists_the_cases(kind):
    with pytest.raises(RuntimeError, match=r"self\.kind is .*, which has no case; the cases are 'a', 1"):
        run_step(Sample, "chooses", artifacts={"kind": kind})


@pytest.mark.parametrize(
    "inputs",
    [[{"x": 1}, {"x": 2}], [SimpleNamespace(x=1), SimpleNamespace(x=2)], {"left": {"x": 1}, "right": {"x": 2}}],
    ids=["mappings", "objects", "by name"],
)
def test_inputs_are_what_a_test_has_at_hand(inputs):
    result = run_step(Sample, "join", inputs=inputs)
    assert (result.first, result.all, result.number) == (1, [1, 2], 2)


def test_results_are_inputs():
    results = [StepResult("body", {"x": number}, ("join",), None, None) for number in range(3)]
    assert run_step(Sample, "join", inputs=results).all == [0, 1, 2]


def test_what_a_call_cannot_do():
    with pytest.raises(TypeError, match="has no step 'nowhere'"):
        run_step(Sample, "nowhere")
    with pytest.raises(TypeError, match="takes inputs"):
        run_step(Sample, "join")
    with pytest.raises(TypeError, match="does not take inputs"):
        run_step(Sample, "start", inputs=[])
    with pytest.raises(TypeError, match="is no flow of flowc"):
        run_step(dict, "start")  # type: ignore[arg-type]


class Free(FlowSpec):
    alpha = Parameter("alpha", default=1)
    LIMIT = 1
    action = None

    @step
    def start(self):
        ACTIONS[self.wanted](self)

    @step
    def other(self):
        pass

    @step
    def join(self, inputs):
        ACTIONS[self.LIMIT](self, inputs)


ACTIONS = {}


def do(action, **artifacts):
    ACTIONS["now"] = action
    return run_step(Free, "start", artifacts={"wanted": "now", **artifacts})


def join(action, *inputs):
    ACTIONS[1] = action
    return run_step(Free, "join", inputs=list(inputs))


@pytest.mark.parametrize("name", ["alpha", "LIMIT", "other"])
def test_what_is_fixed_cannot_be_set_or_deleted(name):
    with pytest.raises(AttributeError, match=f"self.{name} is"):
        do(lambda self: setattr(self, name, 2))
    with pytest.raises(AttributeError, match=f"self.{name} is fixed"):
        do(lambda self: delattr(self, name))


def test_deleting_an_artifact_that_came_from_a_parent():
    def delete(self):
        del self.x
        assert not hasattr(self, "x")

    assert "x" not in do(delete, x=1).artifacts
    with pytest.raises(AttributeError, match="has no artifact 'y' in step 'start'"):
        do(lambda self: delattr(self, "y"))


def test_an_artifact_that_is_not_there():
    with pytest.raises(AttributeError, match="flow Free has no artifact 'nothing' in step 'start'"):
        do(lambda self: self.nothing)
    with pytest.raises(AttributeError, match=r"read inputs\[0\].x, or call self.merge_artifacts"):
        join(lambda self, inputs: self.x, {"x": 1})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda self: self.next(), "without a step"),
        (lambda self: self.next(self.other, times=2), "unknown keyword argument 'times'"),
        (lambda self: self.next(print), "no step of this flow"),
        (lambda self: self.next({"a": self.other}), "without condition"),
        (lambda self: self.next({}, condition="x"), "one dictionary of cases"),
        (lambda self: self.next(self.other, self.start, foreach="x"), "2 steps"),
        (lambda self: self.next(self.other, foreach="x", condition="y"), "mixes condition and foreach"),
        (lambda self: self.next(self.other, foreach=["x"]), "name of an artifact"),
        (lambda self: (self.next(self.other), self.next(self.other)), "twice"),
        (lambda self: self.next({"a": self.other}, condition="gone"), "condition artifact self.gone does not exist"),
    ],
)
def test_calls_of_next_that_lead_nowhere(call, said):
    with pytest.raises(InvalidNextException, match=said):
        do(call)


def merged(**arguments):
    return lambda self, inputs: self.merge_artifacts(inputs, **arguments)


def test_merge_takes_what_branches_agree_on():
    result = join(merged(), {"same": [1], "left": 1}, {"same": [1], "right": 2})
    assert result.artifacts == {"same": [1], "left": 1, "right": 2}


def test_merge_refuses_a_conflict_and_sets_nothing():
    with pytest.raises(UnhandledInMergeArtifactsException) as raised:
        join(merged(), {"x": 1, "y": 1, "z": 0}, {"x": 2, "y": 2, "z": 0})
    assert raised.value.artifact_names == ["x", "y"]
    assert str(raised.value).startswith("step 'join' cannot merge x, y: the branches have different values. Set self.x, self.y before")


def test_merge_leaves_alone_what_the_step_has_set():
    def act(self, inputs):
        self.x = "mine"
        self.merge_artifacts(inputs)

    assert join(act, {"x": 1}, {"x": 2}).x == "mine"


def test_merge_includes_and_excludes():
    assert join(merged(exclude=["x"]), {"x": 1, "y": 3}, {"x": 2, "y": 3}).artifacts == {"y": 3}
    assert join(merged(include=["y"]), {"x": 1, "y": 3}, {"x": 2}).artifacts == {"y": 3}
    with pytest.raises(MissingInMergeArtifactsException) as raised:
        join(merged(include=["y", "gone"]), {"y": 3}, {"y": 3})
    assert raised.value.artifact_names == ["gone"]
    with pytest.raises(MetaflowException, match="exclude or include, not both"):
        join(merged(include=["x"], exclude=["y"]), {})
    with pytest.raises(MetaflowException, match="works in a join only"):
        do(lambda self: self.merge_artifacts([]))


def test_inputs_are_a_sequence():
    def act(self, inputs):
        self.seen = (len(inputs), inputs[-1].x, [found.x for found in inputs[1:]], inputs.a.x, 3 in [found.x for found in inputs])
        with pytest.raises(IndexError, match="this join has 3 inputs"):
            inputs[3]
        with pytest.raises(AttributeError, match="no branch 'd'; it has a, b, c"):
            inputs.d  # noqa: B018

    ACTIONS[1] = act
    result = run_step(Free, "join", inputs={"a": {"x": 1}, "b": {"x": 2}, "c": {"x": 3}})
    assert result.seen == (3, 3, [2, 3], 1, True)


def test_a_flow_cannot_be_an_artifact():
    import pickle

    def act(self, inputs):
        with pytest.raises(MetaflowException, match="a flow cannot be stored"):
            pickle.dumps(inputs[0])

    join(act, {"x": 1})


class Variables(FlowSpec):
    @secrets(sources=[{"type": "inline", "id": "x", "options": {"env_vars": {"TOKEN_OF_TEST": "t"}}}])
    @environment(vars={"NAME_OF_TEST": 5})
    @step
    def start(self):
        self.seen = os.environ["NAME_OF_TEST"] + os.environ["TOKEN_OF_TEST"]

    @secrets(sources=["aws-secrets-manager.db"])
    @step
    def cloud(self):
        pass

    @secrets(sources=["kubernetes.db", {"type": "kubernetes", "id": "other"}])
    @step
    def pod(self):
        self.seen = os.environ.get("TOKEN_OF_POD"), current.tempdir


def test_environment_and_inline_secrets_hold_while_the_step_runs():
    assert run_step(Variables, "start").seen == "5t"
    assert "NAME_OF_TEST" not in os.environ
    with pytest.raises(MetaflowException, match="@secrets source 'aws-secrets-manager' cannot be read"):
        run_step(Variables, "cloud")


def test_what_a_pod_sets_is_left_to_it(monkeypatch):
    assert run_step(Variables, "pod").seen == (None, ".")
    monkeypatch.setenv("TOKEN_OF_POD", "t")
    monkeypatch.setenv("FLOWC_TEMPDIR", "/scratch")
    assert run_step(Variables, "pod").seen == ("t", "/scratch")


def test_a_flow_file_written_for_metaflow_is_named_by_its_file(tmp_path):
    path = tmp_path / "train.py"
    path.write_text(
        "from metaflow import FlowSpec, step\n\nclass TrainFlow(FlowSpec):\n    @step\n    def start(self):\n        self.x = 1\n"
        "\nif __name__ == '__main__':\n    raise SystemExit('guards do not run')\n"
    )
    before = list(sys.path)
    try:
        assert run_step(f"{path}:TrainFlow", "start").x == 1
        assert run_step(path, "start").x == 1
    finally:
        sys.path[:] = before
        sys.modules.pop("train", None)
