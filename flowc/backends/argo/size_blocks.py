"""What stands in one DAG: branches of splits stay in the DAG of their opener while it has room, else they become DAGs of their own.

Long DAGs are cut into parts, one behind the other. Argo's own limit is 200 tasks, so both happen in large flows only.
"""

from collections.abc import Iterator

from flowc.ir.regions import Block, Falls, Goes, Invoke, Region, Split, Switch
from flowc.ir.traversal import each_block

_ROOM_FOR_PARTS = 2
"""Opener and join stand beside the branches of a split."""


def find_outlined(root: Block, most: int) -> frozenset[Block]:
    """Return the branches of splits that become DAGs of their own, so that no stretch between two joins has more than `most` tasks."""
    sizes: dict[Block, int] = {}
    outlined: set[Block] = set()
    for block in reversed(list(each_block(root))):
        pending = [block]
        while pending:
            here = pending[-1]
            inner = [branch for item in here.items if isinstance(item, Split) for branch in item.branches if branch not in sizes]
            if inner:
                pending.extend(inner)
                continue
            pending.pop()
            sizes[here] = _size(here, sizes, outlined, most - _ROOM_FOR_PARTS)
    return frozenset(outlined)


def _size(block: Block, sizes: dict[Block, int], outlined: set[Block], most: int) -> int:
    total = int(isinstance(block.end, Goes))
    for item in block.items:
        if not isinstance(item, Split):
            total += _width(item)
            continue
        inside = sum(sizes[branch] for branch in item.branches)
        for branch in sorted(item.branches, key=lambda each: -sizes[each]):
            if inside <= most or sizes[branch] == 1:
                break
            inside -= sizes[branch] - 1
            outlined.add(branch)
        total += min(inside, most)
    return total


def _width(item: Region) -> int:
    return sum(bool(arm.block.items) for arm in item.arms) if isinstance(item, Switch) else 1


def units(block: Block) -> Iterator[tuple[Region, ...]]:
    """Yield the items of a block in groups that must share a DAG: a step or loop, and what it opens or decides."""
    group: list[Region] = []
    for item in block.items:
        if group and not (isinstance(item, Split | Switch) or _opened(item)):
            yield tuple(group)
            group = []
        group.append(item)
    if group:
        yield tuple(group)


def cut(block: Block, outlined: frozenset[Block], most: int) -> tuple[Block, ...]:
    """Return `block` in parts of at most `most` tasks each, as far as its units are that small; only the last has its end."""
    parts: list[list[Region]] = [[]]
    size = 0
    for unit in units(block):
        width = tasks_of(unit, outlined, most)
        if parts[-1] and size + width > most - isinstance(block.end, Goes):
            parts.append([])
            size = 0
        parts[-1].extend(unit)
        size += width
    if len(parts) == 1:
        return (block,)
    return (*(Block(tuple(part), Falls(None)) for part in parts[:-1]), Block(tuple(parts[-1]), block.end))


def tasks_of(unit: tuple[Region, ...], outlined: frozenset[Block], most: int) -> int:
    """Return how many tasks the items take in one DAG, inlined branches included; at most `most` for the branches of one split."""
    total = 0
    pending: list[Region] = list(unit)
    while pending:
        item = pending.pop()
        if not isinstance(item, Split):
            total += _width(item)
        elif len(item.branches) > most - _ROOM_FOR_PARTS:
            total += -(-len(item.branches) // most)
        else:
            total += sum(branch in outlined for branch in item.branches)
            for branch in item.branches:
                if branch not in outlined:
                    total += isinstance(branch.end, Goes)
                    pending.extend(branch.items)
    return total


def _opened(item: Region) -> bool:
    return not isinstance(item, Invoke) and not hasattr(item, "exits")
