"""What a command that only reads comes to: text, files and an exit code, all decided before anything is printed or written.

The same outcome comes out of the cache while nothing that decided it has changed.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import click

from flowc.cache import Cache
from flowc.cli.flow_argument import FlowArgument
from flowc.collector import no_collector
from flowc.disk import Disk
from flowc.project_folder import find_project_root


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`said` goes to standard output, `findings` to standard error; `files` are texts by path, relative to where they go."""

    code: int
    said: str = ""
    findings: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


cache_option = click.option("--cache/--no-cache", "use_cache", default=True, help="Answer from .flowc/cache where nothing has changed.")


def outcome_of(
    command: str, flows: Sequence[FlowArgument], options: Mapping[str, Any], work: Callable[[Disk], Outcome], *, use_cache: bool
) -> Outcome:
    """Return what `work` gives, or gave before for the same command, flows and options (plain data) on the same disk.

    Raises what `work` raises, which is never kept.
    """
    path = flows[0].path
    if not (use_cache and os.path.exists(path)):
        with no_collector():
            return work(Disk())
    cache = Cache(find_project_root(path / "_" if os.path.isdir(path) else path, Disk()))
    question = [command, [[str(flow.path), os.path.abspath(flow.path), flow.name] for flow in flows], options]
    found = _restored(cache.find(question))
    if found is not None:
        return found
    disk = Disk()
    with no_collector():
        outcome = work(disk)
    facts = disk.facts()
    if facts is not None:
        cache.keep(question, asdict(outcome), facts)
    return outcome


def _restored(kept: Any) -> Outcome | None:
    """Return the outcome in a cache entry, None where it is none."""
    match kept:
        case {"code": int(code), "said": str(said), "findings": str(findings), "files": dict(files)}:
            if all(isinstance(text, str) for text in files.values()):
                return Outcome(code=code, said=said, findings=findings, files=files)
    return None
