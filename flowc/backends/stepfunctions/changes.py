"""What a deploy does in AWS: a change that carries the calls which make it."""

from collections.abc import Callable
from dataclasses import dataclass

from flowc.backends.deploying import Change


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class AwsChange(Change):
    """`do` makes it; called at most once, and only where something changes."""

    do: Callable[[], object] = _nothing
