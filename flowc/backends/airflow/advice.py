"""What a person should know after a deploy: what to commit, when Airflow sees the file, what unpausing starts."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from flowc.backends.deploying import Change
from flowc.ir.graph import FlowGraph


def advice(graph: FlowGraph, flow: str, changes: Sequence[Change]) -> tuple[str, ...]:
    """Return lines for a person; `changes` are what the deploy of `flow` (its deployed name) writes."""
    written = [change for change in changes if change.changes]
    lines = []
    if not written:
        return ()
    checkout = _checkout(Path(written[0].name).parent)
    if checkout is not None:
        names = " ".join(shlex.quote(os.path.relpath(Path(change.name).resolve(), checkout)) for change in written)
        where = shlex.quote(str(checkout))
        lines.append(f"the folder is a git checkout: git -C {where} add {names} && git -C {where} commit, then push")
    if any(change.before is None for change in changes):
        lines.append(f"Airflow finds a new file within minutes; the DAG {flow} starts paused. {_first_start(graph)}")
    else:
        lines.append(f"Airflow reads {flow} again within a minute; runs that have begun keep their code")
    return tuple(lines)


def _first_start(graph: FlowGraph) -> str:
    """What unpausing starts: facts of 3.3 and 2.11, as run."""
    scheduled = graph.decorator("schedule") is not None
    triggered = graph.decorator("trigger") is not None or graph.decorator("trigger_on_finish") is not None
    if scheduled:
        return "Unpausing it starts one run at once, for the latest tick of its schedule"
    if triggered:
        return "Unpausing it starts nothing: it runs after the next event, not after earlier ones"
    return "Unpausing it starts nothing: runs start by `flowc trigger` or in Airflow's own pages"


def _checkout(folder: Path) -> Path | None:
    """The top of the git work tree that holds `folder`, None outside of one."""
    here = folder.resolve()
    return next((path for path in (here, *here.parents) if (path / ".git").exists()), None)
