"""Everything a flow reaches, and nothing else. The project root is the folder above; `src` is searched too."""

import package.inner.leaf
import space.module as m
from ring_a import RING
from flowc import FlowSpec, step
from installed import something
from in_src import value
from starred import *


class Closure(FlowSpec):
    ring = RING

    @step
    def start(self):
        import importlib

        from late import thing

        importlib.import_module("dynamic.plugin")
        if thing:
            import only_here

        self.next(self.end)

    @step
    def end(self):
        try:
            import package.optional
        except ImportError:
            import json
