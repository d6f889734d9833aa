"""A flow file runs as a script, where relative imports fail."""

from flowc import FlowSpec, step

from . import beside
from .beside import NAME


class Relative(FlowSpec):
    name = NAME
    other = beside.NAME

    @step
    def start(self):
        pass
