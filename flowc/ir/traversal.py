"""Walks over a region tree that see each shared block once and keep their own stack."""

from collections import Counter
from collections.abc import Iterator
from typing import assert_never

from flowc.ir.graph import StepName
from flowc.ir.regions import Block, Foreach, Gang, Goes, Invoke, Loop, Region, Split, Switch


def blocks_in(region: Region) -> tuple[Block, ...]:
    """Return the blocks right inside `region`, in source order."""
    match region:
        case Invoke():
            return ()
        case Split(branches=branches):
            return branches
        case Foreach(body=body) | Gang(body=body) | Loop(body=body):
            return (body,)
        case Switch(arms=arms):
            return tuple(arm.block for arm in arms)
        case other:
            assert_never(other)


def blocks_below(block: Block) -> tuple[Block, ...]:
    """Return the blocks that `block` refers to, its shared tail last; one that stands twice comes twice."""
    inside = tuple(inner for item in block.items for inner in blocks_in(item))
    return (*inside, block.end.block) if isinstance(block.end, Goes) else inside


def each_block(root: Block) -> Iterator[Block]:
    """Yield every block under `root` once, itself first, in the order of the text."""
    seen: set[Block] = set()
    pending = [root]
    while pending:
        block = pending.pop()
        if block not in seen:
            seen.add(block)
            yield block
            pending.extend(reversed(blocks_below(block)))


def running_order(root: Block) -> list[StepName]:
    """Return every step under `root` once, in the order of the text."""
    names: dict[StepName, None] = {}
    seen: set[Block] = set()
    pending: list[Block | Region] = [root]
    while pending:
        here = pending.pop()
        if isinstance(here, Block):
            if here not in seen:
                seen.add(here)
                pending.extend([here.end.block] if isinstance(here.end, Goes) else [])
                pending.extend(reversed(here.items))
        elif isinstance(here, Invoke):
            names.setdefault(here.step)
        else:
            pending.extend(reversed(blocks_in(here)))
    return list(names)


def shared_blocks(root: Block) -> set[Block]:
    """Return the blocks with items that are referred to more than once."""
    references = Counter(inner for block in each_block(root) for inner in blocks_below(block))
    return {block for block, count in references.items() if count > 1 and block.items}


def first_step(block: Block) -> StepName:
    """Return the step that a block with items begins with."""
    head = block.items[0]
    while isinstance(head, Loop):
        head = head.body.items[0]
    assert isinstance(head, Invoke), "a block begins with an Invoke or a Loop"
    return head.step
