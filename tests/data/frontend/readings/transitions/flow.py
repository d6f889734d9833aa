"""Every transition, and arguments that fold."""

from flowc import FlowSpec, parallel, step
from names import KIND, SIZE


class Transitions(FlowSpec):
    OTHER = "other"
    COUNT = SIZE + 1

    @step
    def start(self):
        self.items = [1]
        over = "items"
        self.next(self.body, foreach=over)

    @step
    def body(self):
        self.next(self.join)

    @step
    def join(this, inputs):
        """Its first argument has another name."""
        this.next(this.left, this.right)

    @step
    def left(self):
        self.next(self.meet)

    @step
    def right(self):
        self.next(
            self.meet,
        )

    @step
    def meet(self, inputs):
        self.next(self.gang, num_parallel=self.COUNT)

    @parallel
    @step
    def gang(self):
        self.next(self.gang_join)

    @step
    def gang_join(self, inputs, /):
        self.next(self.later, num_parallel=len(inputs))

    @parallel
    @step
    def later(self):
        self.next(self.later_join)

    @step
    def later_join(self, inputs):
        kind = 1
        self.next(
            {
                "plain": self.end,
                self.OTHER: self.end,
                1: self.end,
                2.5: self.end,
                None: self.end,
                -3: self.end,
                f"{KIND}-x": self.end,
                kind + 1: self.end,
                False: self.end,
            },
            condition=KIND,
            foreach=None,
        )

    @step
    def end(self):
        pass
