"""The flow and its region tree as an indented listing, for people to read."""

from typing import assert_never

from flowc.ir.drawing.picture import case_label
from flowc.ir.graph import NextSwitch, StepName
from flowc.ir.printer import block_names, print_tree
from flowc.ir.regions import (
    Again,
    Arm,
    Arms,
    Block,
    Chosen,
    End,
    Falls,
    Foreach,
    Gang,
    Goes,
    Invoke,
    Leaves,
    Loop,
    Region,
    RegionTree,
    Split,
    Switch,
)

_Line = tuple[int, str | Block]

_DEEPEST = 60
"""Lines that stand deeper are indented no further, so that the text of a deep tree stays in proportion."""


def list_tree(tree: RegionTree) -> str:
    """Return the flow as lines: a head, one line per step and region, and at last the tree in one line, as `print_tree` has it.

    A tail that several arms share is listed once, behind `#name:`; the others say `go on at #name`.
    """
    count = len(tree.graph.steps)
    head = f"flow {tree.graph.name}: {count} step{'s' if count > 1 else ''}"
    lines = [head, *_parameters(tree), "", *_Listing(tree).lines(), "", f"tree: {print_tree(tree)}"]
    return "\n".join(lines) + "\n"


def _parameters(tree: RegionTree) -> list[str]:
    names = ", ".join(f"{parameter.name} ({parameter.type})" for parameter in tree.graph.parameters)
    return [f"parameters: {names}"] if names else []


class _Listing:
    def __init__(self, tree: RegionTree) -> None:
        self.graph = tree.graph
        self.body = tree.body
        self.names = block_names(tree.body)

    def lines(self) -> list[str]:
        listed: list[str] = []
        spelt: set[Block] = set()
        pending: list[_Line] = [(0, self.body)]
        while pending:
            depth, part = pending.pop()
            if isinstance(part, str):
                listed.append(_indent(depth) + part)
            elif part in spelt:
                listed.append(_indent(depth) + f"go on at #{self.names[part]}")
            else:
                if part in self.names:
                    spelt.add(part)
                    listed.append(_indent(depth) + f"#{self.names[part]}:")
                pending.extend(reversed(self.block(part, depth)))
        return listed

    def block(self, block: Block, depth: int) -> list[_Line]:
        lines = [line for item in block.items for line in self.region(item, depth)]
        return [*lines, *self.end(block.end, depth)]

    def end(self, end: End, depth: int) -> list[_Line]:
        match end:
            case Falls() | Arms():
                return []
            case Again() | Leaves():
                return [(depth, _way(end))]
            case Goes(block=tail):
                return [(depth, tail)]
            case other:
                assert_never(other)

    def region(self, region: Region, depth: int) -> list[_Line]:
        match region:
            case Invoke(step=step):
                return [(depth, self.step(step))]
            case Split(branches=branches):
                lines: list[_Line] = [(depth, "split:")]
                for branch in branches:
                    lines += [(depth + 1, "branch:"), (depth + 2, branch)]
                return lines
            case Foreach(over=over, body=body):
                return [(depth, f"foreach {over}:"), (depth + 1, body)]
            case Gang(size=size, body=body):
                return [(depth, f"gang of {size}:" if isinstance(size, int) else "gang:"), (depth + 1, body)]
            case Loop(body=body):
                return [(depth, "loop:"), (depth + 1, body)]
            case Switch(on=on, arms=arms):
                inner = [line for arm in arms for line in self.arm(arm, depth + 1)]
                return [(depth, self.switch(on.step) if isinstance(on, Chosen) else "where the loop was left for:"), *inner]
            case other:
                assert_never(other)

    def step(self, step: StepName) -> str:
        decorators = " ".join(f"@{decorator.name}" for decorator in self.graph.by_name[step].decorators)
        return f"{step}  {decorators}" if decorators else step

    def switch(self, step: StepName) -> str:
        transition = self.graph.by_name[step].transition
        return f"switch {transition.condition}:" if isinstance(transition, NextSwitch) else "switch:"

    def arm(self, arm: Arm, depth: int) -> list[_Line]:
        name = ", ".join(case_label(key) for key in arm.cases) or arm.target
        if arm.block.items:
            return [(depth, f"{name}:"), (depth + 1, arm.block)]
        return [(depth, f"{name}: {_way(arm.block.end)}")]


def _indent(depth: int) -> str:
    return "  " * min(depth, _DEEPEST)


def _way(end: End) -> str:
    match end:
        case Again(loop=loop):
            return f"round again at {loop}"
        case Leaves(to=to):
            return f"leave for {to}"
        case Falls(to=to):
            return f"on to {to}"
        case Goes() | Arms():
            return "on"
        case other:
            assert_never(other)
