"""Edges as a person writes them: `start >> [left, right] >> joined`, one line for each arm of a switch."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from flowc.backends.airflow.python_text import columns

Edges = Sequence[tuple[str, str]]
Link = str | tuple[str, ...]


def chains(edges: Edges, apart: frozenset[str]) -> list[tuple[Link, ...]]:
    """Return chains that hold every edge once, in the order of the edges' sources.

    A link of several ids stands for a list. The targets of an id in `apart` (a switch) get a chain each, never a list.
    """
    ahead: dict[str, list[str]] = {}
    for source, target in edges:
        ahead.setdefault(source, []).append(target)
    found = []
    for source in list(ahead):
        while ahead[source]:
            found.append(_chain(source, ahead, apart))
    return found


def _chain(source: str, ahead: dict[str, list[str]], apart: frozenset[str]) -> tuple[Link, ...]:
    links: list[Link] = [source]
    here = source
    while targets := ahead.get(here):
        if len(targets) == 1 or (here in apart and len(links) == 1):
            here = targets.pop(0)
            links.append(here)
            continue
        if here in apart:
            break
        links.append(tuple(targets))
        meeting = {tuple(ahead.get(target, ())) for target in targets}
        ahead[here] = []
        if len(meeting) != 1 or len(next(iter(meeting))) != 1:
            break
        here = next(iter(meeting))[0]
        for target in targets:
            ahead[target] = []
        links.append(here)
    return tuple(links)


def lines(chain: Sequence[Link], texts: Mapping[str, str], inline: frozenset[str], room: int) -> list[str]:
    """Return the statements of a chain, none wider than `room` where names allow it.

    `texts` says how an id is written. An id in `inline` is written as the call that makes its task, so no statement is cut there.
    """
    wide = next((i for i, link in enumerate(chain) if isinstance(link, tuple) and columns(_text(link, texts)) > room // 2), None)
    if wide is not None:
        return [
            *lines(chain[:wide], texts, inline, room),
            *(line for edge in _edges(chain[wide - 1 : wide + 2]) for line in lines(edge, texts, inline, room)),
            *lines(chain[wide + 1 :], texts, inline, room),
        ]
    statements, begin = [], 0
    while begin < len(chain) - 1:
        end, width = 0, columns(_text(chain[begin], texts))
        for i in range(begin + 1, len(chain)):
            width += columns(_text(chain[i], texts)) + 4
            if end and width > room:
                break
            if i == len(chain) - 1 or chain[i] not in inline:
                end = i
        statements.append(" >> ".join(_text(link, texts) for link in chain[begin : end + 1]))
        begin = end
    return statements


def _text(link: Link, texts: Mapping[str, str]) -> str:
    return texts[link] if isinstance(link, str) else "[" + ", ".join(texts[item] for item in link) + "]"


def _edges(chain: Sequence[Link]) -> list[tuple[Link, ...]]:
    """The edges of a chain one by one."""
    found: list[tuple[Link, ...]] = []
    for left, right in pairwise(chain):
        sources = (left,) if isinstance(left, str) else left
        targets = (right,) if isinstance(right, str) else right
        found.extend((source, target) for source in sources for target in targets)
    return found
