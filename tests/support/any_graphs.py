"""Graphs of any kind for hypothesis: most of them have no region tree. The first step takes no inputs."""

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from support.notation import parse_graph

from flowc.ir.graph import FlowGraph

NAMES = "abcdefg"


@st.composite
def any_graphs(draw: DrawFn, marks: str = ">|,*%", *, joins: bool = True) -> FlowGraph:
    count = draw(st.integers(1, len(NAMES)))
    names = [*NAMES[:count], "end"]
    words = []
    for name in names[:-1]:
        mark = draw(st.sampled_from(marks))
        targets = draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True))
        right = targets[0] if mark == ">" else mark + targets[0] if mark in "*%" else mark.join(targets)
        takes_inputs = joins and name != names[0] and draw(st.integers(0, 2)) == 0
        words.append(f"{name}{'!' if takes_inputs else ''}>{right}")
    words.append("end!>" if joins and draw(st.booleans()) else "end>")
    return parse_graph(" ".join(words))
