"""A base that the file starts is a flow like the one that derives from it."""

from flowc import FlowSpec, step


class Base(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


class Derived(Base):
    pass


class NotStarted(Derived):
    pass


if __name__ == "__main__":
    Base()
