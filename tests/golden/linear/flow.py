"""Three steps in a row; values pass through and change."""

from metaflow import FlowSpec, step


class Linear(FlowSpec):
    """Three steps."""

    greeting = "hello"

    @step
    def start(self):
        self.x = 1
        self.kept = {"a": [1, 2], "b": (3, None)}
        self.gone = "soon"
        self.next(self.middle)

    @step
    def middle(self):
        self.x += 1
        self.kept["a"].append(self.x)
        self.text = f"{self.greeting} {self.gone}"
        self.next(self.end)

    @step
    def end(self):
        self.total = self.x + sum(self.kept["a"])


if __name__ == "__main__":
    Linear()
