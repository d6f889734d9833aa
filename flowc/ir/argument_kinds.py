"""What an argument of a decorator may be, and whether a value that was read from source is that."""

from dataclasses import dataclass
from typing import Final, Literal

from flowc.ir.values import Unknown, Value

Kind = Literal["text", "integer", "number", "flag", "mapping", "list"]

_WORDS: Final[dict[Kind, str]] = {
    "text": "a string",
    "integer": "an integer",
    "number": "a number",
    "flag": "True or False",
    "mapping": "a dictionary",
    "list": "a list",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentSpec:
    """One argument of a decorator: kinds it may be of, its default as Metaflow has it, the range of a number, the only texts.

    None is allowed where it is the default. A value known at run time only is always allowed: whoever needs it checks it then.
    """

    name: str
    kinds: tuple[Kind, ...]
    default: Value = None
    required: bool = False
    least: float | None = None
    above: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def wanted(self) -> str:
        """The kinds in words, for a sentence."""
        return " or ".join(_WORDS[kind] for kind in self.kinds)

    def accepts(self, value: Value) -> bool:
        """Whether `value` is of one of the kinds."""
        if isinstance(value, Unknown) or (value is None and self.default is None and not self.required):
            return True
        return any(is_kind(value, kind) for kind in self.kinds)

    def bound_broken(self, value: Value) -> str | None:
        """Return the bound that `value` breaks, as a phrase behind "must", or None; `value` is of one of the kinds."""
        if self.choices and isinstance(value, str) and value.lower() not in {choice.lower() for choice in self.choices}:
            return f"be {' or '.join(self.choices)}"
        read = number(value)
        if read is None or not {"integer", "number"} & set(self.kinds):
            return None
        if self.above is not None and read <= self.above:
            return f"be more than {self.above:g}"
        if self.least is not None and self.most is not None and not self.least <= read <= self.most:
            return f"be from {self.least:g} to {self.most:g}"
        if self.least is not None and read < self.least:
            return f"be {self.least:g} or more"
        return None


def number(value: Value) -> int | float | None:
    """Return `value` as a number; a string that spells one counts, as in Metaflow. None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str):
        return None
    try:
        return int(value)
    except ValueError:
        pass
    try:
        read = float(value)
    except ValueError:
        return None
    return read if read - read == 0 else None


def is_whole(read: int | float | None) -> bool:
    """Whether a number has no fraction; an infinite one has no whole value."""
    return isinstance(read, int) or (isinstance(read, float) and read.is_integer())


def is_kind(value: Value, kind: Kind) -> bool:
    """Whether a known value is of `kind`."""
    match kind:
        case "text":
            return isinstance(value, str)
        case "integer":
            return is_whole(number(value))
        case "number":
            return number(value) is not None
        case "flag":
            return isinstance(value, bool) or (isinstance(value, int) and value in (0, 1))
        case "mapping":
            return isinstance(value, dict)
        case "list":
            return isinstance(value, list | tuple | set)
