"""`verify` stops at every invariant: each tree here is right but for one thing."""

from dataclasses import replace

import pytest
from support.notation import parse_graph

from flowc.diagnostics import Report
from flowc.ir.graph import ArtifactName, StepName
from flowc.ir.regions import Again, Arm, Arms, Block, Chosen, Exit, Falls, Foreach, Goes, Invoke, Leaves, Loop, Region, Split, Switch
from flowc.ir.structure_regions import structure_regions
from flowc.ir.verify import InvariantError, verify

SWITCH = "w>a|c a>c c>end"
SPLIT = "p>a,b a>j b>j j!>end"
EACH = "f>*x x>j j!>end"
LOOP = "h>x|end x>h"
OVER = Falls(None)
EXITS = "h>x|c|end x>h c>end"


def steps(*names: str, to: str | None) -> Block:
    return Block(tuple(Invoke(StepName(name)) for name in names), Falls(StepName(to) if to else None))


def arm(target: str, block: Block) -> Arm:
    return Arm(StepName(target), (target,), block)


def exit_arm(target: str, block: Block) -> Arm:
    return Arm(StepName(target), (), block)


def switch(step: str, *arms: Arm) -> tuple[Region, Region]:
    return Invoke(StepName(step)), Switch(Chosen(StepName(step)), arms)


def flow(*items: Region, end: Falls | Arms | Goes = OVER) -> Block:
    return Block(items, end)


def split(*branches: Block, join: str = "j") -> tuple[Region, Region]:
    return Invoke(StepName("p")), Split(StepName("p"), branches, StepName(join))


def loop(*arms: Arm, first: str = "h", exits: tuple[str, ...] = ("end",)) -> Loop:
    body = Block(switch("h", *arms), Arms())
    return Loop(StepName(first), body, tuple(StepName(name) for name in exits))


END, JOIN, A, B, C = (Invoke(StepName(name)) for name in ("end", "j", "a", "b", "c"))
H, END_NAME = StepName("h"), StepName("end")
SKIP = Block((), Falls(StepName("c")))
ROUND = Block((Invoke(StepName("x")),), Again(H))
OUT = Block((), Leaves(H, END_NAME))
ALONE_A, ALONE_B = steps("a", to="j"), steps("b", to="j")

BROKEN = [
    (SWITCH, flow(*switch("w", arm("a", steps("a", to="end")), arm("c", SKIP)), C, END), 'falls to "end" where "c" follows'),
    (SWITCH, flow(*switch("w", arm("a", steps("a", to="c"))), C, END), 'behind step "w" is not what it opens'),
    (SWITCH, flow(*switch("w", arm("a", SKIP), arm("c", SKIP)), C, END), 'arm for "a" begins with another step'),
    (SWITCH, flow(Invoke(StepName("w")), A, C, END), 'behind step "w" is not what it opens'),
    (SWITCH, flow(*switch("w", arm("a", steps("a", to="c")), arm("c", SKIP)), C), 'nothing follows step "c"'),
    (SWITCH, flow(*switch("w", arm("a", steps("a", to="c")), arm("c", SKIP)), C, END, A, END), "goes on behind its end"),
    (
        SWITCH,
        flow(*switch("w", arm("a", steps("a", to="c")), Arm(StepName("a"), ("c",), steps("a", to="c"))), C, END),
        'behind step "w" is not what it opens',
    ),
    (SWITCH, flow(C, END), 'edge "a" -> "c" stands only in the graph'),
    (SWITCH, flow(*switch("w", arm("a", steps("a", to="c")), arm("c", SKIP)), end=Goes(SKIP)), "shared tail"),
    (SWITCH, flow(C, END, end=Arms()), "ends in arms but not in a switch"),
    (SPLIT, flow(*split(ALONE_A, ALONE_B), END), "does not stand right behind the branches"),
    (SPLIT, flow(*split(ALONE_A), JOIN, END), "fewer than two branches"),
    (SPLIT, flow(*split(ALONE_A, ALONE_A), JOIN, END), 'edge "b" -> "j" stands only in the graph'),
    (SPLIT, flow(*split(ALONE_A, Block((), Falls(StepName("j")))), JOIN, END), 'a branch of "p" has no steps'),
    (SPLIT, flow(*split(steps("a", to="end"), ALONE_B), JOIN, END), 'falls to "end" where "j" follows'),
    (SPLIT, flow(Invoke(StepName("p")), A, JOIN, END), 'behind step "p" is not what it opens'),
    (SPLIT, flow(split(ALONE_A, ALONE_B)[1], JOIN, END), "does not stand right behind it"),
    (SPLIT, flow(*split(ALONE_A, steps("b", "a", to="j")), JOIN, END), 'step "a" stands outside its scope or loop'),
    (
        EACH,
        flow(Invoke(StepName("f")), Foreach(StepName("f"), ArtifactName("other"), steps("x", to="j"), StepName("j")), JOIN, END),
        'behind step "f" is not what it opens',
    ),
    (LOOP, flow(loop(arm("x", ROUND), arm("end", OUT), exits=("x",)), END), "not its exit"),
    (LOOP, flow(loop(arm("x", ROUND), arm("end", OUT), first="x"), END), "does not begin with it"),
    (LOOP, flow(loop(arm("x", Block(ROUND.items, Falls(H))), arm("end", OUT)), END), "where nothing follows"),
    (LOOP, flow(loop(arm("x", Block(ROUND.items, Again(END_NAME))), arm("end", OUT)), END), 'goes round "end" in loop "h"'),
    (LOOP, flow(loop(arm("x", Block(ROUND.items, Leaves(H, H))), arm("end", OUT)), END), "leaves it"),
    (LOOP, flow(*switch("h", arm("x", steps("x", to="end")), arm("end", Block((), Falls(END_NAME)))), END), "outside its scope or loop"),
    (EXITS, flow(loop(arm("x", ROUND), arm("c", Block((), Leaves(H, StepName("c")))), arm("end", OUT)), C, END), "not its exit"),
    (
        EXITS,
        flow(
            loop(arm("x", ROUND), arm("c", Block((), Leaves(H, StepName("c")))), arm("end", OUT), exits=("c", "end")),
            Switch(Exit(H), (exit_arm("c", steps("c", to="end")),)),
            END,
        ),
        "are not its exits",
    ),
    (
        EXITS,
        flow(loop(arm("x", ROUND), arm("c", Block((), Leaves(H, StepName("c")))), arm("end", OUT), exits=("c", "end")), C, END),
        "no switch over them",
    ),
]


@pytest.mark.parametrize(("text", "body", "message"), BROKEN, ids=[f"{number} {text}" for number, (text, _, _) in enumerate(BROKEN)])
def test_verify_stops(text: str, body: Block, message: str) -> None:
    tree = structure_regions(parse_graph(text), Report())
    assert tree is not None
    with pytest.raises(InvariantError, match="this is a bug in flowc") as caught:
        verify(replace(tree, body=body))
    assert message in str(caught.value)


def test_verify_passes_a_tree_built_by_hand() -> None:
    tree = structure_regions(parse_graph(EXITS), Report())
    assert tree is not None
    body = flow(
        loop(arm("x", ROUND), arm("c", Block((), Leaves(H, StepName("c")))), arm("end", OUT), exits=("c", "end")),
        Switch(Exit(H), (exit_arm("c", steps("c", to="end")), exit_arm("end", Block((), Falls(END_NAME))))),
        END,
    )
    verify(replace(tree, body=body))
