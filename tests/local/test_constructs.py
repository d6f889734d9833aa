"""Every construct by real processes: which tasks ran, and what they left."""

from pathlib import Path

import pytest
from support.runs import run, write_flow

FLOWS: dict[str, tuple[str, set[tuple[str, str]]]] = {
    "linear": (
        """
        @step
        def start(self):
            self.x = 1
            self.next(self.end)

        @step
        def end(self):
            assert self.x == 1
        """,
        {("start", "r"), ("end", "r")},
    ),
    "one step": (
        """
        @step
        def start(self):
            self.x = 1
        """,
        {("start", "r")},
    ),
    "split": (
        """
        @step
        def start(self):
            self.next(self.a, self.b)

        @step
        def a(self):
            self.x = "a"
            self.next(self.join)

        @step
        def b(self):
            self.x = "b"
            self.next(self.join)

        @step
        def join(self, inputs):
            self.xs = [i.x for i in inputs]
            self.next(self.end)

        @step
        def end(self):
            assert self.xs == ["a", "b"]
        """,
        {("start", "r"), ("a", "r"), ("b", "r"), ("join", "r"), ("end", "r")},
    ),
    "artifact called name": (
        """
        @step
        def start(self):
            assert self.name == type(self).__name__
            self.words = ["x", "y"]
            self.next(self.a, foreach="words")

        @step
        def a(self):
            self.name = self.input
            self.next(self.b)

        @step
        def b(self):
            assert self.name == self.input
            self.next(self.join)

        @step
        def join(self, inputs):
            assert [i.name for i in inputs] == ["x", "y"]
            assert self.name == type(self).__name__
            self.merge_artifacts(inputs, exclude=["name"])
            self.name = "z"
            self.next(self.end)

        @step
        def end(self):
            assert self.name == "z"
        """,
        {("start", "r"), ("a", "r.0"), ("a", "r.1"), ("b", "r.0"), ("b", "r.1"), ("join", "r"), ("end", "r")},
    ),
    "nested foreach": (
        """
        @step
        def start(self):
            self.xs = [1, 2]
            self.next(self.outer, foreach="xs")

        @step
        def outer(self):
            self.ys = list("ab")[: self.input]
            self.next(self.inner, foreach="ys")

        @step
        def inner(self):
            self.got = (self.input, self.index)
            self.next(self.close)

        @step
        def close(self, inputs):
            self.got = [i.got for i in inputs]
            self.next(self.join)

        @step
        def join(self, inputs):
            self.got = [i.got for i in inputs]
            self.next(self.end)

        @step
        def end(self):
            assert self.got == [[("a", 0)], [("a", 0), ("b", 1)]]
        """,
        {
            ("start", "r"),
            *(("outer", f"r.{n}") for n in (0, 1)),
            *(("inner", at) for at in ("r.0.0", "r.1.0", "r.1.1")),
            *(("close", f"r.{n}") for n in (0, 1)),
            ("join", "r"),
            ("end", "r"),
        },
    ),
    "switch with an empty arm in a foreach": (
        """
        @step
        def start(self):
            self.xs = [0, 1]
            self.next(self.pick, foreach="xs")

        @step
        def pick(self):
            self.kind = "long" if self.input else "short"
            self.got = "p"
            self.next({"long": self.more, "short": self.join}, condition="kind")

        @step
        def more(self):
            self.got += "m"
            self.next(self.join)

        @step
        def join(self, inputs):
            self.got = [i.got for i in inputs]
            self.next(self.end)

        @step
        def end(self):
            assert self.got == ["p", "pm"]
        """,
        {("start", "r"), ("pick", "r.0"), ("pick", "r.1"), ("more", "r.1"), ("join", "r"), ("end", "r")},
    ),
    "loop of two steps that leaves two loops": (
        """
        @step
        def start(self):
            self.trace = []
            self.next(self.outer)

        @step
        def outer(self):
            self.inner_turns = 0
            self.next(self.inner)

        @step
        def inner(self):
            self.inner_turns += 1
            self.trace = self.trace + ["i"]
            self.next(self.decide)

        @step
        def decide(self):
            self.to = "done" if len(self.trace) >= 4 else "again" if self.inner_turns < 2 else "out"
            self.next({"again": self.inner, "out": self.outer, "done": self.end}, condition="to")

        @step
        def end(self):
            assert len(self.trace) == 4
        """,
        {
            ("start", "r"),
            ("outer", "r~0"),
            ("inner", "r~0~0"),
            ("decide", "r~0~0"),
            ("inner", "r~0~1"),
            ("decide", "r~0~1"),
            ("outer", "r~1"),
            ("inner", "r~1~0"),
            ("decide", "r~1~0"),
            ("inner", "r~1~1"),
            ("decide", "r~1~1"),
            ("end", "r"),
        },
    ),
    "shared tail": (
        """
        @step
        def start(self):
            self.k = "a"
            self.next({"a": self.a, "b": self.b, "c": self.c}, condition="k")

        @step
        def a(self):
            self.next(self.tail)

        @step
        def b(self):
            self.next(self.tail)

        @step
        def c(self):
            self.next(self.end)

        @step
        def tail(self):
            self.next(self.end)

        @step
        def end(self):
            pass
        """,
        {("start", "r"), ("a", "r"), ("tail", "r"), ("end", "r")},
    ),
    "gang": (
        """
        @step
        def start(self):
            self.next(self.train, num_parallel=3)

        @parallel
        @step
        def train(self):
            self.who = (current.parallel.node_index, current.parallel.num_nodes)
            self.next(self.join)

        @step
        def join(self, inputs):
            self.who = [i.who for i in inputs]
            self.next(self.end)

        @step
        def end(self):
            assert self.who == [(0, 3), (1, 3), (2, 3)]
        """,
        {("start", "r"), ("train", "r.0"), ("train", "r.1"), ("train", "r.2"), ("join", "r"), ("end", "r")},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [False, True], ids=["forked", "isolated"])
@pytest.mark.parametrize("name", FLOWS)
def test_construct(name: str, isolate: bool, tmp_path: Path) -> None:
    body, tasks = FLOWS[name]
    ran = run(write_flow(tmp_path, body), options=["--isolate"] if isolate else [])
    assert ran.code == 0, ran.said
    assert ran.end()["status"] == "succeeded"
    assert ran.tasks() == tasks
