"""Names that every flow needs for itself: the members of `FlowSpec` and the options of a run.

Those of Metaflow 2.19.39 (`lint.py`, `flowspec.py`, `parameters.py`), and `help`, which `flowc run FLOW --help` needs.
"""

from typing import Final

STEP_NAMES: Final = frozenset({"name", "next", "input", "index", "cmd", "foreach_stack", "merge_artifacts", "script_name"})
"""What no step may be called."""

MEMBERS: Final = frozenset({"name", "next", "input", "index", "cmd", "foreach_stack", "merge_artifacts", "script_name"})
"""Attributes of the class that a parameter or config cannot be bound to."""

ATTRIBUTES: Final = frozenset({"next", "input", "index", "foreach_stack", "merge_artifacts"})
"""Attributes of `self` that no step may assign, and no constant or method may replace."""

_OPTIONS: Final = (
    "params",
    "with",
    "tag",
    "namespace",
    "obj",
    "tags",
    "decospecs",
    "run-id-file",
    "max-num-splits",
    "max-workers",
    "max-log-size",
    "user-namespace",
    "run-id",
    "task-id",
    "runner-attribute-file",
    "help",
)

PARAMETER_NAMES: Final = frozenset(_OPTIONS) | frozenset(name.replace("-", "_") for name in _OPTIONS)
"""What no parameter may be called; compare in lower case."""
