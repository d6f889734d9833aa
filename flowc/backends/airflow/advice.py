"""What a person should know after a deploy: what to commit, when Airflow sees the file, what unpausing starts."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from flowc.backends.airflow.checkout import Checkout
from flowc.backends.deploying import Change
from flowc.ir.graph import FlowGraph


def advice(graph: FlowGraph, flow: str, changes: Sequence[Change]) -> tuple[str, ...]:
    """Return what Airflow does next; `changes` are what the deploy of `flow` (its deployed name) writes."""
    if not any(change.changes for change in changes):
        return ()
    if any(change.before is None for change in changes):
        return (f"Airflow finds a new file within minutes; the DAG {flow} starts paused. {_first_start(graph)}",)
    return (f"Airflow reads {flow} again within a minute; runs that have begun keep their code",)


def to_commit(checkout: Checkout, changes: Sequence[Change]) -> tuple[str, ...]:
    """Return what stands between the files and whoever ships the checkout: what to commit, on what branch, what is unpushed already."""
    names = {Path(change.name): change for change in changes}
    dirty = set(checkout.uncommitted(names))
    open_ = [path for path, change in names.items() if change.changes or path in dirty]
    if not open_:
        return tuple(_unpushed(checkout))
    where, files = shlex.quote(str(checkout.top)), " ".join(shlex.quote(checkout.relative(path)) for path in open_)
    lines = [f"the folder is a git checkout{_state(checkout)}: git -C {where} add {files} && git -C {where} commit, then push"]
    lines += [
        f"{checkout.relative(path)} had changes that no commit holds; they are {'replaced' if change.changes else 'still there'}"
        for path, change in names.items()
        if path in dirty and change.before is not None
    ]
    return tuple(lines)


def committed(checkout: Checkout) -> tuple[str, ...]:
    """Return what is left to do behind a commit."""
    return (f"committed in {checkout.top}{_state(checkout)}: push it with git -C {shlex.quote(str(checkout.top))} push",)


def _unpushed(checkout: Checkout) -> list[str]:
    if not checkout.ahead:
        return []
    return [f"the folder is a git checkout{_state(checkout)}: push it with git -C {shlex.quote(str(checkout.top))} push"]


def _state(checkout: Checkout) -> str:
    """In parentheses, what git said before the deploy."""
    if checkout.trouble is not None:
        return f" (its state is not known: {checkout.trouble})"
    parts = ["no branch" if checkout.branch is None else f"branch {checkout.branch}"]
    if checkout.upstream is None:
        parts += ["no upstream"] if checkout.branch is not None else []
    else:
        parts += [
            f"{count} {word} {checkout.upstream}" for count, word in ((checkout.ahead, "ahead of"), (checkout.behind, "behind")) if count
        ]
    return f" ({', '.join(parts)})"


def _first_start(graph: FlowGraph) -> str:
    """What unpausing starts: facts of 3.3 and 2.11, as run."""
    scheduled = graph.decorator("schedule") is not None
    triggered = graph.decorator("trigger") is not None or graph.decorator("trigger_on_finish") is not None
    if scheduled:
        return "Unpausing it starts one run at once, for the latest tick of its schedule"
    if triggered:
        return "Unpausing it starts nothing: it runs after the next event, not after earlier ones"
    return "Unpausing it starts nothing: runs start by `flowc trigger` or in Airflow's own pages"
