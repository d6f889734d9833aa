"""What stands around a step or a run: decorators of the user's own, foreach frames in the run, exit hooks."""

from pathlib import Path

from support.shim_tasks import Tasks

from flowc.runtime_shim.exit_hooks import hooks_of
from flowc.runtime_shim.loading import LoadedFlow
from flowc.runtime_shim.parameters import Parameter
from flowc.testing import load_flow, run_step

OWN = """
from metaflow import FlowSpec, step, UserStepDecorator, user_step_decorator, USER_SKIP_STEP, retry
import functools


def careless(function):
    def wrapper(self):
        self.trail = [*getattr(self, "trail", []), "careless"]
        function(self)
    return wrapper


def careful(function):
    @functools.wraps(function)
    def wrapper(self):
        function(self)
        self.trail.append("careful")
    return wrapper


@user_step_decorator
def traced(step_name, flow, inputs=None, attributes=None):
    flow.trail = ["before " + step_name]
    try:
        yield
    except ValueError as error:
        flow.trail.append(str(error))
    flow.trail.append("after")


class skipped(UserStepDecorator):
    def init(self, *names, word="none"):
        self.word = word

    def pre_step(self, step_name, flow, inputs=None):
        flow.trail = [self.word]
        return lambda flow: flow.next(flow.end)


class F(FlowSpec):
    @careful
    @retry
    @step
    @careless
    def start(self):
        self.trail.append("start")
        self.next(self.around)

    @traced
    @step
    def around(self):
        raise ValueError("swallowed")

    @skipped(word="skip")
    @step
    def never(self):
        raise RuntimeError

    @step
    def end(self):
        pass
"""


def test_decorators_of_the_users_own_wrap_the_step(tmp_path: Path) -> None:
    (tmp_path / "own_flow.py").write_text(OWN)
    flow = load_flow(tmp_path / "own_flow.py")
    assert run_step(flow, "start").trail == ["careless", "start", "careful"]
    assert run_step(flow, "around").trail == ["before around", "swallowed", "after"]
    result = run_step(flow, "never")
    assert (result.trail, result.next) == (["skip"], ("end",))


SWALLOWS = """
    @swallow
    @step
    def start(self):
        raise ValueError

    @step
    def end(self):
        self.ended = True
"""


def test_a_step_kept_from_calling_next_goes_on_as_compiled(tmp_path: Path) -> None:
    top = """
        from metaflow import user_step_decorator

        @user_step_decorator
        def swallow(step_name, flow, inputs=None):
            try:
                yield
            except ValueError:
                pass
    """
    body = SWALLOWS.replace("raise ValueError", "if True:\n            raise ValueError\n        self.next(self.end)")
    tasks = Tasks(tmp_path, body, top=top)
    tasks.run_all()
    assert tasks.values("end") == {"ended": True}


CARELESS = """
    @careless
    @step
    def start(self):
        self.next(self.end)

    @careless
    @step
    def end(self):
        pass
"""


def test_a_decorator_that_forgets_the_mark_still_wraps_a_step(tmp_path: Path) -> None:
    top = "def careless(function):\n    def wrapper(self):\n        self.wrapped = True\n        function(self)\n    return wrapper"
    tasks = Tasks(tmp_path, CARELESS, top=top)
    tasks.run_all()
    assert tasks.values("end") == {"wrapped": True}


NESTED = """
    @step
    def start(self):
        self.xs = {"a", "b"}
        self.order = list(self.xs)
        self.next(self.outer, foreach="xs")

    @step
    def outer(self):
        self.xs = "gone"
        self.ys = [1, 2]
        self.next(self.inner, foreach="ys")

    @step
    def inner(self):
        self.stack = self.foreach_stack()
        self.next(self.inner_join)

    @step
    def inner_join(self, inputs):
        self.mine = (self.index, self.input, self.foreach_stack())
        self.below = [(found.index, found.input, found.stack) for found in inputs]
        self.next(self.join)

    @step
    def join(self, inputs):
        self.mines = [found.mine for found in inputs]
        self.belows = [found.below for found in inputs]
        self.outside = (self.index, self.input, self.foreach_stack())
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def test_items_are_those_of_the_split_in_every_step_of_the_body(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, NESTED)
    tasks.run_all()
    order = tasks.values("start")["order"]
    values = tasks.values("join")
    assert values["mines"] == [(number, item, [(number, 2, item)]) for number, item in enumerate(order)]
    assert values["belows"] == [
        [(inner, inner + 1, [(number, 2, item), (inner, 2, inner + 1)]) for inner in range(2)] for number, item in enumerate(order)
    ]
    assert values["outside"] == (None, None, [])


HOOKED = """
from metaflow import FlowSpec, step, exit_hook
import sys


def fine():
    print("fine")


def told(run=None):
    print("told", run.pathspec)


def broken():
    raise ValueError("hook broke")


@exit_hook(on_success=[fine, "told"], on_error=[broken, "hooked_flow.fine"])
class F(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def test_hooks_by_function_and_by_name(tmp_path: Path) -> None:
    (tmp_path / "hooked_flow.py").write_text(HOOKED)
    loaded = LoadedFlow({}, load_flow(tmp_path / "hooked_flow.py"), str(tmp_path))  # type: ignore[typeddict-item]  # hooks need no plan
    assert [name for name, _ in hooks_of(loaded, succeeded=True)] == ["fine", "told"]
    assert [name for name, _ in hooks_of(loaded, succeeded=False)] == ["broken", "hooked_flow.fine"]


def test_a_parameter_is_known_by_its_attribute() -> None:
    class Holder:
        rate = Parameter("the-rate")

    assert Holder.__dict__["rate"].attribute == "rate"


def test_hooks_of_a_run_whose_code_nobody_names(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, CARELESS, top="def careless(function):\n    return function")
    ended = tasks.run("start", verb="exit-hook", code_dir=None)
    assert ended.code == 1
    assert ended.out.startswith("flowc: the exit hooks cannot be called: nothing says which code run 'run 1' uses")
    (tasks.code / "flow.py").write_text("import nowhere_to_be_found\n")
    ended = tasks.run("start", verb="exit-hook")
    assert ended.code == 1
    assert ended.out.splitlines()[-1] == "ModuleNotFoundError: No module named 'nowhere_to_be_found'"
