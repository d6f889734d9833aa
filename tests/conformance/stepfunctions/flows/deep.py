"""Three levels of foreach of which one inner item may fail; a loop of a switch around a foreach inside."""

from flowc import FlowSpec, Parameter, step


class Deep(FlowSpec):
    broken = Parameter("broken", default="")

    @step
    def start(self):
        self.rows = [1, 2, 3]
        self.next(self.row, foreach="rows")

    @step
    def row(self):
        self.number = self.input
        self.cells = list(range(self.number))
        self.next(self.leaf, foreach="cells")

    @step
    def leaf(self):
        self.place = f"{self.number - 1}.{self.index}"
        if self.place == self.broken:
            raise ValueError("broken on purpose")
        self.next(self.leaves)

    @step
    def leaves(self, inputs):
        self.places = [one.place for one in inputs]
        self.turns = 0
        self.next(self.turn)

    @step
    def turn(self):
        self.turns += 1
        self.more = self.turns < 2
        self.next({True: self.turn, False: self.done}, condition="more")

    @step
    def done(self):
        self.next(self.rows_done)

    @step
    def rows_done(self, inputs):
        self.all = [place for one in inputs for place in one.places]
        self.turned = [one.turns for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Deep()
