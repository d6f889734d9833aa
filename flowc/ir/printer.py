"""The region tree as one line of text: stable, and short enough to compare by eye."""

from typing import assert_never

from flowc.ir.regions import (
    Again,
    Arm,
    Arms,
    Block,
    End,
    Exit,
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
from flowc.ir.traversal import each_block, first_step, shared_blocks

_Part = str | Block | Arm


def print_tree(tree: RegionTree) -> str:
    """Return the text of `tree`: `w switch{a #d=d | b #d | c: -} end`. A shared block is spelt once, then only named."""
    names = block_names(tree.body)
    spelt: set[Block] = set()
    words: list[str] = []
    pending: list[_Part] = [tree.body]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, Arm):
            pending.extend([part.block] if part.block.items else [_empty(part.block.end), f"{part.target}: "])
        elif part in spelt:
            words.append(f"#{names[part]}")
        else:
            if part in names:
                spelt.add(part)
                words.append(f"#{names[part]}=")
            pending.extend(reversed(_block_parts(part)))
    return "".join(words)


def block_names(root: Block) -> dict[Block, str]:
    """Return a name for each shared block under `root`: its first step, numbered where several begin with the same."""
    shared = shared_blocks(root)
    names: dict[Block, str] = {}
    taken: dict[str, int] = {}
    for block in each_block(root):
        if block in shared:
            step = first_step(block)
            taken[step] = taken.get(step, 0) + 1
            names[block] = step if taken[step] == 1 else f"{step}.{taken[step]}"
    return names


def _block_parts(block: Block) -> list[_Part]:
    parts: list[_Part] = []
    for item in block.items:
        parts += [" ", *_region_parts(item)]
    end = _end_parts(block.end)
    return [*parts, " ", *end][1:] if end else parts[1:]


def _end_parts(end: End) -> list[_Part]:
    match end:
        case Falls() | Arms():
            return []
        case Again():
            return ["again"]
        case Leaves(to=to):
            return [f"leave {to}"]
        case Goes(block=block):
            return [block]
        case other:
            assert_never(other)


def _empty(end: End) -> str:
    match end:
        case Again():
            return "again"
        case Leaves(to=to):
            return f"leave {to}"
        case Falls() | Goes() | Arms():
            return "-"
        case other:
            assert_never(other)


def _region_parts(region: Region) -> list[_Part]:
    match region:
        case Invoke(step=step):
            return [step]
        case Split(branches=branches):
            return ["split{", *_between(list(branches)), "}"]
        case Foreach(body=body):
            return ["each{", body, "}"]
        case Gang(body=body):
            return ["gang{", body, "}"]
        case Loop(body=body):
            return ["loop{", body, "}"]
        case Switch(on=on, arms=arms):
            return ["exits{" if isinstance(on, Exit) else "switch{", *_between(list(arms)), "}"]
        case other:
            assert_never(other)


def _between(parts: list[Block] | list[Arm]) -> list[_Part]:
    spread: list[_Part] = []
    for part in parts:
        spread += [" | ", part]
    return spread[1:]
