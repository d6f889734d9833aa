"""Settings of a project: `flowc.toml`, or `[tool.flowc]` in `pyproject.toml`, then the table `env.NAME` that `--env` chooses.

Settings never come from the process environment, so that what is compiled does not depend on who compiles it.
"""

import posixpath
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from flowc.disk import Disk
from flowc.errors import UsageError
from flowc.source import SourceFile, Span
from flowc.toml_places import places_of_list

TARGETS: Final = ("airflow", "argo", "stepfunctions")
"""The targets, each with a table of its own in the settings: `[airflow]`."""


class Assigned(str):
    """What `--set KEY=VALUE` gives: a text where the setting is one, else what TOML makes of it."""

    def read(self, *, as_text: bool) -> Any:
        """Return the value of a setting that is a text, or of another one; a text may stand in quotes."""
        try:
            value = tomllib.loads(f"value = {self}")["value"]
        except tomllib.TOMLDecodeError:
            return str(self)
        return str(self) if as_text and not isinstance(value, str) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a project says once for all its flows.

    root: the store, such as `s3://bucket/prefix`; None where none is set.
    include: glob patterns, relative to the project root, of files that every code package carries.
    image: the container image of the steps.
    python: the interpreter that a worker starts for a step where no image is used.
    kubernetes: what @kubernetes says on every step that does not say it itself, under the same names.
    environment: stands in front of a flow's deployed name, for schedulers that share a store.
    severity: what findings count as, by code: "off", "warning" or "error".
    targets: the tables of the targets, by name; each target checks its own when it is used.
    source: the file they come from, None where there is none; include_places: where in it each pattern of `include` stands.
    """

    root: str | None = None
    include: tuple[str, ...] = ()
    image: str | None = None
    python: str = "python"
    kubernetes: Mapping[str, Any] = field(default_factory=dict)
    environment: str | None = None
    severity: Mapping[str, Any] = field(default_factory=dict)
    targets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    origin: str | None = field(default=None, compare=False)
    source: SourceFile | None = field(default=None, compare=False, repr=False)
    include_places: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)

    def with_overrides(self, given: Mapping[str, Any]) -> "Settings":
        """Return them with some set by hand: `airflow.operator` is a key of a target's table. None takes what is set away.

        Raises UsageError for a key that flowc does not know, or a value of another type.
        """
        values: dict[str, Any] = {}
        targets = {name: dict(table) for name, table in self.targets.items()}
        for key, value in given.items():
            table, dot, name = key.partition(".")
            if isinstance(value, Assigned) and table not in TARGETS:
                value = value.read(as_text=_KINDS.get(key) is str)
            if dot and table in TARGETS:
                targets.setdefault(table, {})[name] = value
                if value is None:
                    del targets[table][name]
            elif dot and table in ("kubernetes", "severity"):
                values[table] = {**values.get(table, getattr(self, table)), name: value}
            elif value is None and key in _KINDS:
                values[key] = getattr(Settings(), key)
            else:
                _check(key, value, _BY_HAND)
                values[key] = tuple(value) if key == "include" else value
        return replace(self, **values, targets=targets)


_BY_HAND: Final = "what was given by hand"
_SCHEMES = ("file", "s3", "gs", "az")
_KINDS: Final[dict[str, type]] = {
    "root": str,
    "include": list,
    "image": str,
    "python": str,
    "kubernetes": dict,
    "environment": str,
    "severity": dict,
    **dict.fromkeys(TARGETS, dict),
}


def load_settings(project_root: Path, env: str | None = None, *, disk: Disk | None = None, spelt: str = "") -> Settings:
    """Return the settings of the project at `project_root`; defaults where it has none.

    `disk` remembers what was read; `spelt` is how findings name the root.

    Raises UsageError for a file that is no TOML, a key flowc does not know, a value of another type, or an `env` without a table.
    """
    disk = disk or Disk()
    origin, table = _table(project_root, disk)
    environments = table.pop("env", {})
    values = dict(table)
    if env is not None:
        if not isinstance(environments, dict) or env not in environments:
            known = ", ".join(sorted(environments)) if isinstance(environments, dict) and environments else "none"
            raise UsageError(f"no settings for environment {env!r} (found: {known})", help=_where_to_add(env, origin))
        for key, value in environments[env].items():
            shared = values.get(key)
            values[key] = {**shared, **value} if isinstance(shared, dict) and isinstance(value, dict) else value
    for key, value in values.items():
        _check(key, value, origin)
    if "include" in values:
        values["include"] = tuple(values["include"])
    source = _source(project_root, origin, spelt, disk)
    values["targets"] = {name: values.pop(name) for name in TARGETS if name in values}
    return Settings(**values, origin=origin, source=source, include_places=_include_places(source, env) if "include" in values else {})


def _source(project_root: Path, origin: str | None, spelt: str, disk: Disk) -> SourceFile | None:
    if origin is None:
        return None
    name = origin.partition(" ")[0]
    data = disk.read(project_root / name)
    return SourceFile(posixpath.normpath(posixpath.join(spelt, name)), name, data, data.decode("utf-8"))


def _include_places(source: SourceFile | None, env: str | None) -> Mapping[str, Span]:
    if source is None:
        return {}
    top = "tool.flowc" if source.project_path == "pyproject.toml" else ""
    tables = {top} if env is None else {top, f"{top}.env.{env}".lstrip(".")}
    return places_of_list(source, tables, "include")


def check_target_root(root: str | None) -> None:
    """Raise UsageError unless `root` is None or a URL that means the same on every machine, as the file of a target needs it."""
    if root is None:
        return
    scheme, found, rest = root.partition("://")
    if not found or scheme not in _SCHEMES or not rest.strip("/") or (scheme == "file" and not rest.startswith("/")):
        raise UsageError(
            f"root {root!r} means nothing to a worker on another machine",
            help="write an absolute URL: file:///mnt/flows, s3://bucket/prefix",
        )


def _where_to_add(env: str, origin: str | None) -> str:
    if origin is not None and origin.startswith("pyproject.toml"):
        return f"add a table [tool.flowc.env.{env}] to pyproject.toml"
    return f"add a table [env.{env}] to flowc.toml"


def _table(project_root: Path, disk: Disk) -> tuple[str | None, dict[str, Any]]:
    own = project_root / "flowc.toml"
    if disk.is_file(own):
        return own.name, _parse(own, disk)
    shared = project_root / "pyproject.toml"
    if disk.is_file(shared):
        table = _parse(shared, disk).get("tool", {}).get("flowc", {})
        return f"{shared.name} [tool.flowc]", dict(table)
    return None, {}


def _parse(path: Path, disk: Disk) -> dict[str, Any]:
    try:
        return tomllib.loads(disk.read(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} is not valid TOML: {error}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _check(key: str, value: object, origin: str | None) -> None:
    if key not in _KINDS:
        raise UsageError(f"unknown setting {key!r} in {origin}", help=f"flowc knows: {', '.join(sorted(_KINDS))}")
    kind = _KINDS[key]
    wrong_item = kind is list and isinstance(value, list) and any(not isinstance(item, str) for item in value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool) or wrong_item:
        wanted = {list: "a list of strings", str: "a string", int: "an integer", bool: "true or false", dict: "a table"}[kind]
        raise UsageError(f"setting {key!r} in {origin} must be {wanted}, not {value!r}")
