"""Parameters of every type, with text that a shell or a template would spoil."""

from metaflow import FlowSpec, JSONType, Parameter, step
from metaflow._vendor import click

HOSTILE = "it's \"$(touch pwned)\" `id` <&> {{ 7*7 }} {% raw %} \\n \n\té run.sh"


class Parameters(FlowSpec):
    """Parameters."""

    count = Parameter("count", default=3, help="How many.")
    rate = Parameter("learning-rate", default=0.1)
    flag = Parameter("flag", default=False)
    text = Parameter("text", default=HOSTILE)
    nothing = Parameter("nothing", type=str, default=None)
    tree = Parameter("tree", type=JSONType, default='{"a": [1, 2.5, null], "b": {"c": "d"}}')
    words = Parameter("words", default="x,y,z", separator=",")
    mode = Parameter("run-mode", type=click.Choice(["fast", "{{ slow }}"]), default="fast", help="How to run.")
    other = Parameter("other_mode", type=click.Choice(["a", "b"]))

    @step
    def start(self):
        self.seen = [self.count, self.rate, self.flag, self.text, self.nothing, self.tree, self.words, self.mode, self.other]
        self.kinds = [type(value).__name__ for value in self.seen]
        self.next(self.end)

    @step
    def end(self):
        self.still = self.count


if __name__ == "__main__":
    Parameters()
