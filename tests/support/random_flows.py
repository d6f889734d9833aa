"""Random flows in the notation of `support.notation`: nested splits, foreaches, gangs, switches and loops, with early exits."""

from hypothesis import strategies as st


class _Writer:
    """Builds a flow from its end: each part is written for the step that follows it, and returns its own first step."""

    def __init__(self, draw: st.DrawFn, budget: int) -> None:
        self._draw = draw
        self._budget = budget
        self._count = 0
        self.ways: dict[str, str] = {}

    def chain(self, following: str, jumps: list[str]) -> str:
        """Write one part or more before `following`. `jumps` are steps of the same scope that a switch may lead to."""
        for _ in range(self._draw(st.integers(1, 3))):
            following = self._part(following, jumps)
        return following

    def _part(self, following: str, jumps: list[str]) -> str:
        kinds = ["step", "split", "foreach", "gang", "switch", "loop"] if self._budget > 0 else ["step"]
        self._budget -= 1
        kind = self._draw(st.sampled_from(kinds))
        step = self._name()
        if kind == "step":
            self.ways[step] = following
        elif kind == "split":
            join = self._join(following)
            branches = [self.chain(join, []) for _ in range(self._draw(st.integers(2, 3)))]
            self.ways[step] = ",".join(branches)
        elif kind == "foreach":
            self.ways[step] = "*" + self.chain(self._join(following), [])
        elif kind == "gang":
            member = self._name()
            self.ways[member] = self._join(following)
            self.ways[step] = "%" + member
        elif kind == "switch":
            self.ways[step] = "|".join(self._arms(following, jumps))
        else:
            self.ways[step] = ""
            closing = self._name()
            self.ways[closing] = "|".join(dict.fromkeys([step, following]))
            inside = [step, following, *jumps]
            body = self.chain(closing, inside)
            turns = self._draw(st.sampled_from([body, f"{body}|{following}", f"{step}|{body}", f"{body}|{closing}"]))
            self.ways[step] = turns
        return step

    def _arms(self, following: str, jumps: list[str]) -> list[str]:
        arms: list[str] = []
        for _ in range(self._draw(st.integers(2, 3))):
            kind = self._draw(st.sampled_from(["chain", "chain", "shared", "empty", "jump"]))
            if kind == "jump" and jumps:
                arms.append(self._draw(st.sampled_from(jumps)))
            elif kind == "shared" and arms:
                arms.append(self.chain(arms[-1], jumps))
            elif kind == "empty":
                arms.append(following)
            else:
                arms.append(self.chain(following, jumps))
        distinct = list(dict.fromkeys(arms))
        return distinct if len(distinct) > 1 else [*distinct, self.chain(following, jumps)]

    def _join(self, following: str) -> str:
        join = self._name()
        self.ways[join + "!"] = following
        return join

    def _name(self) -> str:
        self._count += 1
        return f"s{self._count}"


@st.composite
def flow_texts(draw: st.DrawFn, budget: int = 6) -> str:
    """Draw a flow as `parse_graph` reads it; a few of them have no region tree."""
    writer = _Writer(draw, budget)
    first = writer.chain("end", [])
    names = sorted(writer.ways, key=lambda name: (name != first, name))
    return " ".join(f"{name}>{writer.ways[name]}" for name in names)
