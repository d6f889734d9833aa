"""What a generated flow must do: the tasks that a walk through the region tree meets."""

from collections.abc import Mapping

from support.flow_rules import choose, items_of

from flowc.ir.graph import StepName
from flowc.ir.regions import Again, Arms, Block, Chosen, Falls, Foreach, Gang, Goes, Invoke, Leaves, Loop, RegionTree, Split, Switch

Trace = set[tuple[str, str]]


def expected_trace(tree: RegionTree, seed: int = 0) -> Trace:
    """Return every (step, address) that a run of `tree_to_source(tree, seed)` has. Recursion is as deep as the tree."""
    walk = _Walk(tree, seed)
    walk.block(tree.body, "r")
    return walk.trace


def ways_out(tree: RegionTree) -> Mapping[StepName, Mapping[StepName, StepName]]:
    """Return, for each step in loops, where it goes on shortest out of each of them: step -> loop -> target."""
    found: dict[StepName, dict[StepName, StepName]] = {}
    for loop, place in tree.loops.items():
        depth = len(place.loops)
        body = [name for name, here in tree.places.items() if here.scope == place.scope and here.loops[depth : depth + 1] == (loop,)]
        behind: dict[StepName, list[StepName]] = {name: [] for name in body}
        pending: list[StepName] = []
        for name in body:
            for target in onward(tree, name):
                if target in behind:
                    behind[target].append(name)
                elif loop not in found.setdefault(name, {}):
                    found[name][loop] = target
                    pending.append(name)
        for target in pending:
            for name in behind[target]:
                if loop not in found.setdefault(name, {}):
                    found[name][loop] = target
                    pending.append(name)
    return found


def onward(tree: RegionTree, name: StepName) -> tuple[StepName, ...]:
    """Return where the flow goes on from `name` inside its scope: its targets, or the join of what it opens."""
    join = tree.places[name].join
    return (join,) if join is not None else tree.graph.by_name[name].targets


class _Walk:
    def __init__(self, tree: RegionTree, seed: int) -> None:
        self.tree = tree
        self.seed = seed
        self.ways_out = ways_out(tree)
        self.trace: Trace = set()

    def block(self, block: Block, at: str) -> Falls | Again | Leaves:
        """Walk one block at `at` and return how it ended."""
        left: StepName | None = None
        last = StepName("")
        for item in block.items:
            match item:
                case Invoke(step=step):
                    assert (step, at) not in self.trace, f"{step} runs twice at {at}"
                    self.trace.add((step, at))
                    last = step
                case Split(branches=branches):
                    for branch in branches:
                        assert isinstance(self.block(branch, at), Falls)
                case Foreach(step=step, body=body):
                    for index in items_of(self.seed, step, at):
                        assert isinstance(self.block(body, f"{at}.{index}"), Falls)
                case Gang(size=size, body=body):
                    assert isinstance(size, int)
                    for index in range(size):
                        assert isinstance(self.block(body, f"{at}.{index}"), Falls)
                case Loop():
                    left = self.loop(item, at)
                case Switch(on=on, arms=arms):
                    target = self.chosen(last, at) if isinstance(on, Chosen) else left
                    end = self.block(next(arm.block for arm in arms if arm.target == target), at)
                    if not isinstance(end, Falls):
                        return end
        match block.end:
            case Goes(block=tail):
                return self.block(tail, at)
            case Arms():
                raise AssertionError("arms that do not meet came back")
            case Falls() | Again() | Leaves():
                return block.end

    def loop(self, loop: Loop, at: str) -> StepName:
        turn = 0
        while isinstance(end := self.block(loop.body, f"{at}~{turn}"), Again):
            turn += 1
        assert isinstance(end, Leaves)
        return end.to

    def chosen(self, step: StepName, at: str) -> StepName:
        place = self.tree.places[step]
        out = [(loop, self.ways_out[step][loop]) for loop in place.loops]
        return choose(self.seed, step, at, self.tree.graph.by_name[step].targets, out)
