"""A flow whose parameters an event fills."""

from flowc import FlowSpec, Parameter, step, trigger


@trigger(event={"name": "fx rates/new", "parameters": {"rate": "value", "note": "a note"}})
class Priced(FlowSpec):
    rate = Parameter("rate", default=0.5)
    note = Parameter("note", default="none")
    other = Parameter("other", default=1)

    @step
    def start(self):
        self.seen = (self.rate, self.note, self.other)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Priced()
