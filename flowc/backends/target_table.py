"""Reads a target's table of the settings into dataclasses: their fields are the keys, their annotations the types."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from flowc.backends.base import Options
from flowc.errors import UsageError
from flowc.settings import Assigned, Settings

OptionsT = TypeVar("OptionsT", bound=Options)
SiteT = TypeVar("SiteT")
PartT = TypeVar("PartT")

_SHARED = tuple(spec.name for spec in fields(Options))
_SAID: Mapping[object, str] = {str: "a string", int: "an integer", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Site:
    """For a target that has nothing to say about where its scheduler is."""


def read_table(settings: Settings, target: str, options: type[OptionsT], site: type[SiteT]) -> tuple[OptionsT, SiteT]:
    """Return what the table `[target]` says: how to compile, and where the scheduler is.

    A field may have an annotation of str, int, float, bool, a Literal of strings, `tuple[str, ...]`, a Mapping, or one of them or
    None; `metadata={"minimum": n}` bounds a number. Raises UsageError for a key that is no field, and a value of another type.
    """
    table = settings.targets.get(target, {})
    origin = settings.origin or "the settings"
    own = [spec for spec in fields(options) if spec.name not in _SHARED]
    known = {spec.name: spec for spec in (*own, *fields(site))}  # type: ignore[arg-type]
    hints = {**get_type_hints(options), **get_type_hints(site)}
    given = _checked(table, target, known, hints, origin)
    shared: dict[str, Any] = {name: getattr(settings, name) for name in _SHARED}
    own_names = {spec.name for spec in own}
    chosen = {**shared, **{key: value for key, value in given.items() if key in own_names}}
    return options(**chosen), site(**{key: value for key, value in given.items() if key not in own_names})


def read_part(table: object, part: type[PartT], where: str, origin: str) -> PartT:
    """Return what a table inside of a target's says, as `part`, whose fields are as those of `read_table`.

    where: its name with dots. Raises UsageError as `read_table` does.
    """
    if not isinstance(table, Mapping):
        raise UsageError(f"setting {where!r} in {origin} must be a table, not {table!r}")
    known = {spec.name: spec for spec in fields(part)}  # type: ignore[arg-type]
    return part(**_checked(table, where, known, get_type_hints(part), origin))


def _checked(
    table: Mapping[str, Any], where: str, known: Mapping[str, "Field[Any]"], hints: Mapping[str, object], origin: str
) -> dict[str, Any]:
    found = {}
    for key, value in table.items():
        if key not in known:
            raise UsageError(f"unknown setting '{where}.{key}' in {origin}", help=f"[{where}] knows: {', '.join(sorted(known))}")
        read = value.read(as_text=_is_text(hints[key])) if isinstance(value, Assigned) else value
        _check(f"{where}.{key}", read, hints[key], known[key], origin)
        found[key] = tuple(read) if isinstance(read, list) else read
    return found


def _check(key: str, value: object, annotation: object, spec: "Field[Any]", origin: str) -> None:
    wanted = _wanted(value, annotation)
    if wanted is not None:
        raise UsageError(f"setting {key!r} in {origin} must be {wanted}, not {value!r}")
    minimum = spec.metadata.get("minimum")
    if minimum is not None and isinstance(value, int | float) and value < minimum:
        raise UsageError(f"setting {key!r} in {origin} must be at least {minimum}, not {value!r}")


def _is_text(annotation: object) -> bool:
    annotation = _without_none(annotation)
    return annotation is str or get_origin(annotation) is Literal


def _without_none(annotation: object) -> object:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    (found,) = (each for each in get_args(annotation) if each is not NoneType)
    return found


def _wanted(value: object, annotation: object) -> str | None:
    """What the annotation asks for in words, None where `value` is that."""
    annotation = _without_none(annotation)
    origin = get_origin(annotation)
    if origin is Literal:
        choices = get_args(annotation)
        return None if value in choices and isinstance(value, str) else " or ".join(choices)
    if origin is tuple:
        right = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        return None if right else "a list of strings"
    if annotation is float:
        return None if isinstance(value, int | float) and not isinstance(value, bool) else _SAID[float]
    if isinstance(annotation, type) and annotation in _SAID:
        return None if isinstance(value, annotation) and (annotation is bool or not isinstance(value, bool)) else _SAID[annotation]
    return None if isinstance(value, Mapping) else "a table"
