"""How generated flows decide and where their steps stand: pure functions, which every generated file carries word for word.

An address is computed here a second time, from the edge taken alone, so that it can be held against the shim's.
"""

from hashlib import sha256


def draw(seed, *parts, below):
    """Return a number from 0 to `below` - 1 that depends on the arguments alone."""
    text = "|".join(map(str, (seed, *parts)))
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big") % below


def turns_of(at, depth):
    """Return the turns of the `depth` innermost loops of a step that stands at `at`, outermost first."""
    turns = []
    for _ in range(depth):
        at, _, turn = at.rpartition("~")
        turns.insert(0, int(turn))
    return turns


def choose(seed, step, at, targets, ways_out):
    """Return where a switch goes on. `ways_out` has, per loop around it, outermost first, its first step and a way out of it.

    A loop is left from turn 0 to 2 on, at the latest.
    """
    for (loop, way_out), turn in zip(ways_out, turns_of(at, len(ways_out)), strict=True):
        if turn >= draw(seed, "turns", loop, below=3):
            return way_out
    return targets[draw(seed, step, at, below=len(targets))]


def items_of(seed, step, at):
    """Return the items of a foreach: one to three numbers."""
    return list(range(1 + draw(seed, "items", step, at, below=3)))


def stand(at, came, step, loops, opener=None, index=None):
    """Return the address of `step` when `came` (None: the run) leads to it; `loops` has the loops around each step.

    `opener` opened the branch that `step` begins, if it begins one; `index` is its item, if the branch is an item.
    """
    inside = step in loops[step]
    if came is None:
        return "r~0" if inside else "r"
    if came == opener:
        item = at if index is None else f"{at}.{index}"
        return f"{item}~0" if inside else item
    for loop in loops[came]:
        if loop not in loops[step]:
            at = at.rpartition("~")[0]
    if step in loops[came]:
        at, _, turn = at.rpartition("~")
        return f"{at}~{int(turn) + 1}"
    return f"{at}~0" if inside else at


def stand_behind(at, came, loops, *, each):
    """Return the address of a join whose branch ended with `came` at `at`; `each`: the branch is an item."""
    for _ in loops[came]:
        at = at.rpartition("~")[0]
    return at.rpartition(".")[0] if each else at


def merged(traces):
    """Return the entries of several traces in order, each once."""
    return list(dict.fromkeys(entry for trace in traces for entry in trace))
