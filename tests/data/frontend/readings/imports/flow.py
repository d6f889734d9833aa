"""Every way to import what a flow is written with."""

import metaflow
import metaflow as mf
import flowc
import flowc as fc
from flowc import FlowSpec as Spec
from metaflow import step as s, retry
from metaflow import *
from metaflow.parameters import JSONType
from metaflow.includefile import IncludeFile
import metaflow.decorators
import common
from common import shared_step, Base as Other
from reexport import *

try:
    from metaflow import timeout
except ImportError:
    from flowc import timeout

if True:
    from flowc import resources as needs

spelled = mf.environment


class ImportStyles(Other, Spec):
    a = metaflow.Parameter("a", type=JSONType)
    b = common.mf.Parameter("b", type=fc.JSONType)
    c = IncludeFile("c")

    @s
    @retry
    def start(self):
        self.next(self.one)

    @metaflow.step
    @metaflow.catch(var="x")
    def one(self):
        self.next(self.two)

    @mf.step
    @timeout(minutes=1)
    def two(self):
        self.next(self.three)

    @step
    @needs(cpu=2)
    @spelled(vars={"A": "b"})
    def three(self):
        self.next(self.four)

    @flowc.step
    @flowc.kubernetes(image="python")
    def four(self):
        self.next(self.five)

    @shared_step
    @common.mf.secrets(sources=["db"])
    def five(self):
        self.next(self.six)

    @metaflow.decorators.step
    @card
    def six(self):
        self.next(self.end)

    @starred_step
    def end(self):
        pass
