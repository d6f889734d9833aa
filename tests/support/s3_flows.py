"""The flow whose attempts are broken in every way: large and small artifacts, a loop that is left, a foreach and its join."""

BODY = """
    @step
    def start(self):
        self.big = list(range(20_000))
        self.small = "same"
        self.next(self.work)

    @step
    def work(self):
        self.big.append("more")
        self.way = "again" if len(self.big) < 20_002 else "out"
        print("line " * 5_000)
        self.next({"again": self.work, "out": self.fan}, condition="way")

    @step
    def fan(self):
        self.xs = ["x" * 70_000, "y", "z"]
        self.next(self.each, foreach="xs")

    @step
    def each(self):
        self.got = self.input[:3] + self.small
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = [one.got for one in inputs]
        self.merge_artifacts(inputs, exclude=["got"])
        self.next(self.end)

    @step
    def end(self):
        self.length = len(self.big)
"""
"""`work` turns twice: r~0 goes round again, r~1 leaves for `fan`."""

ORDER = [
    ("start", "r"),
    ("work", "r~0"),
    ("work", "r~1"),
    ("fan", "r"),
    *(("each", f"r.{i}") for i in range(3)),
    ("join", "r"),
    ("end", "r"),
]
BROKEN = [("start", "r"), ("work", "r~1"), ("fan", "r"), ("each", "r.0"), ("join", "r")]
"""The tasks that are worth breaking: each writes or reads something that the others do not."""
SOME = [(("work", "r~1"), "obstore"), (("fan", "r"), "boto3")]
"""Of these, with the client of each, what CI has time for."""
