"""Decorators in any order, with arguments of every form."""

import functools
import os

import flowc
from flowc import FlowSpec, UserStepDecorator, exit_hook, project, retry, schedule, step, trigger, user_step_decorator

TIMES = 2
KUBERNETES = {"cpu": 2, "memory": 4 * 1024}
again = retry(times=TIMES + 1)


def timed(function):
    @functools.wraps(function)
    def run(self):
        return function(self)

    return run


def named(label, size=1):
    return timed


def tell(run):
    pass


@user_step_decorator
def around(step_name, flow, inputs):
    yield


class Around(UserStepDecorator):
    pass


@schedule(cron="0 1 * * *", timezone="Europe/Berlin")
@project(name="churn", branch="test", production=False)
@trigger(events=["a", {"name": "b", "parameters": {"x": "y"}}], options={})
@exit_hook(on_success=[tell], on_error=["tell"])
@flowc.frobnicate(size=1)
@functools.total_ordering
class Decorated(FlowSpec):
    INNER = 5

    @step
    @retry
    @flowc.resources(cpu=INNER, memory=0x1000, disk=1_000)
    @timed
    def start(self):
        self.next(self.middle)

    @again
    @timed
    @named("x", size=3)
    @step()
    @flowc.kubernetes(**KUBERNETES, image=f"python:3.{TIMES + 9}")
    @flowc.environment(vars={"HOME": os.environ["HOME"], "N": str(TIMES), **{"M": "m"}})
    def middle(self):
        self.next(self.other)

    @flowc.catch("x")
    @around
    @Around
    @step
    @retry(**TIMES)
    @flowc.batch(*[1], cpu=-1, gpu=+1, memory=not True, queue=None, image="a" "b", x=1.5e3, y=b"z", z=(1, [2], {3}))
    def other(self):
        self.next(self.end)

    @flowc.conda(packages=dict(numpy="1.26"), python=os.path.join("a", "b"))
    @flowc.pypi(packages={os.getenv("X"): "1"})
    @step
    def end(self):
        pass
