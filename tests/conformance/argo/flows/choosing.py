"""A choice whose arms run, fail, or are empty."""

from flowc import FlowSpec, Parameter, step


class Choosing(FlowSpec):
    way = Parameter("way", default="good")

    @step
    def start(self):
        self.next({"good": self.good, "bad": self.bad, "none": self.end}, condition="way")

    @step
    def good(self):
        self.seen = "good"
        self.next(self.end)

    @step
    def bad(self):
        raise ValueError("broken on purpose")
        self.next(self.end)

    @step
    def end(self):
        self.over = True


if __name__ == "__main__":
    Choosing()
