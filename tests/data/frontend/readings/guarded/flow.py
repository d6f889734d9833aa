"""Classes under conditions that are settled at import."""

import sys
import typing

from flowc import FlowSpec, step

if typing.TYPE_CHECKING:
    class Base(FlowSpec):
        @step
        def start(self):
            self.next(self.end)


class Derived(Base):
    @step
    def end(self):
        pass


class Steps:
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if not __name__ == "__main__":
    class OnImport(Steps, FlowSpec):
        pass
else:
    class AsScript(Steps, FlowSpec):
        pass

if "__main__" != __name__ or sys.argv:
    pass
else:
    class AlsoAsScript(Steps, FlowSpec):
        pass

if __name__ == "__main__" and len(sys.argv) > 1:
    if sys.argv:
        class Inner(Steps, FlowSpec):
            pass

if sys.version_info >= (3, 0):
    class Maybe(Steps, FlowSpec):
        pass

if False:
    class Never(Steps, FlowSpec):
        pass
