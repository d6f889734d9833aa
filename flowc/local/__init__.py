"""Runs flows on this machine: the engine over the region tree, its processes, its progress."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowc.local.run import RunOutcome, run_flow

__all__ = ["RunOutcome", "run_flow"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from flowc.local import run

        return getattr(run, name)
    raise AttributeError(name)
