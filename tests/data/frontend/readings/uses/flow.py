"""What steps do to self, in order of evaluation."""

import helpers
from flowc import FlowSpec, Parameter, step


class Above(FlowSpec):
    def shared(self):
        self.from_above = self.kept


class Uses(Above):
    alpha = Parameter("alpha")

    @step
    def start(self):
        self.x = self.alpha + self.y
        self.x += self.step_size
        del self.old
        self.rows[0] = self.first
        for self.cursor in self.rows:
            pass
        with open(self.path) as self.handle:
            pass
        self.pairs = [(a, self.scale) for a in self.source if self.wanted]
        self.a, (self.b, *self.c) = self.d
        if (n := self.walrus) > 1:
            print(f"{self.formatted:>{self.width}}")
        self.typed: int = self.value
        self.only_typed: int
        self.next(self.calls, foreach="pairs")

    @step
    def calls(self):
        self.local()
        self.local()
        list(map(self.mapped, self.rows))
        print(self.prop)
        super().shared()
        self.input, self.index
        self.next(self.by_name)

    def local(self):
        self.in_local = 1
        self.deeper()

    def deeper(self):
        self.local()
        self.in_deeper = self.read_deeper

    def mapped(self, row):
        return self.in_mapped

    @property
    def prop(self):
        return self.in_prop

    def shared(self):
        self.in_own_shared = 1

    @staticmethod
    def fixed(self):
        return self.not_an_artifact

    @step
    def by_name(self):
        getattr(self, "got")
        getattr(self, "with_default", None)
        setattr(self, "given", self.value)
        delattr(self, "dropped")
        hasattr(self, "asked")
        print(self, isinstance(self, Uses), type(self))
        self.next(self.nested)

    @step
    def nested(self):
        def inner():
            self.from_inner = 1

        def other(self):
            self.not_ours = 1

        class Local:
            def method(self):
                self.not_ours_either = 1

        inner()
        (lambda: self.from_lambda)()
        self.next(self.passed_away)

    @step
    def passed_away(self):
        helpers.fill(self)
        self.next(self.as_dict)

    @step
    def as_dict(self):
        self.__dict__["x"] = 1
        self.next(self.any_name)

    @step
    def any_name(self):
        for name in "ab":
            setattr(self, name, 1)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.merge_artifacts(inputs, exclude=["x"])
        self.best = max(inputs, key=lambda branch: branch.score).score
        self.next(self.through_helper)

    @step
    def through_helper(self):
        self.leak()
        self.next(self.end)

    def leak(self):
        vars(self)

    @step
    def end(self):
        pass
