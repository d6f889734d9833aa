"""A foreach whose body is one step."""

from metaflow import FlowSpec, step


class Foreach(FlowSpec):
    @step
    def start(self):
        self.letters = ["a", "b", "c"]
        self.next(self.body, foreach="letters")

    @step
    def body(self):
        self.mark = f"{self.input}{self.index}"
        self.next(self.join)

    @step
    def join(self, inputs):
        self.marks = [branch.mark for branch in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Foreach()
