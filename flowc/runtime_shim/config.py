"""`Config` and `config_expr`: values that are fixed when a flow is compiled and stand in its code package.

A Config reads its file when it is first asked, which may be while the flow is imported (`@resources(cpu=config.cpu)`). Where the
file lies says the plan; without a plan (tests) the folders that `search_in` was told.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.typed import Any, NoReturn

_UNPACK = "_flowc_unpack_"

_folders: tuple[str, ...] = ()
_planned: Mapping[str, Mapping[str, Any]] = {}
_paths: Mapping[str, str] = {}


def search_in(
    folders: tuple[str, ...], planned: Mapping[str, Mapping[str, Any]] | None = None, paths: Mapping[str, str] | None = None
) -> None:
    """Look for files of configs and IncludeFiles in `folders`, then in the working directory.

    Of the plan, by name: `planned` are the configs, `paths` the files of IncludeFiles; they are relative to the first folder.
    """
    global _folders, _planned, _paths
    _folders, _planned, _paths = folders, planned or {}, paths or {}


def included_path(name: str) -> str | None:
    """Return the path of the file that the default of IncludeFile `name` means, None where the plan has none."""
    return _paths.get(name)


def find_file(path: str) -> str | None:
    """Return the file that `path` names, relative to one of the folders of the flow or the working directory; None if there is none."""
    given = os.path.expanduser(path)
    return next((found for found in (*(os.path.join(folder, given) for folder in _folders), given) if os.path.isfile(found)), None)


class ConfigValue(dict[str, Any]):
    """A parsed configuration: read-only, with `config.a.b` beside `config["a"]["b"]`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({key: _wrap(value) for key, value in data.items()})

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"this configuration has no {name!r}; it has {', '.join(map(repr, self)) or 'nothing'}") from None

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries all the way down."""
        return {key: _unwrap(value) for key, value in self.items()}

    def copy(self) -> "ConfigValue":
        """Return an equal ConfigValue."""
        return ConfigValue(self)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a ConfigValue cannot be changed; make a dictionary of it with to_dict()")

    __setattr__ = __delattr__ = __setitem__ = __delitem__ = _refuse
    clear = update = setdefault = pop = popitem = __ior__ = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return ConfigValue, (self.to_dict(),)


def _wrap(value: Any) -> Any:
    if isinstance(value, ConfigValue):
        return value
    if isinstance(value, Mapping):
        return ConfigValue(value)
    if isinstance(value, list | tuple):
        return type(value)(_wrap(part) for part in value)
    return value


def _unwrap(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _unwrap(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_unwrap(part) for part in value)
    return value


class Config:
    """A configuration of the flow, from the file `default` or from `default_value`; JSON unless `parser` reads it.

    Gives a `ConfigValue` (with `plain=True` what the parser returned), None where there is neither file nor value and it is not
    required. Unlike a Parameter it is known while the flow is imported, so decorators may use it.
    """

    IS_CONFIG_PARAMETER = True

    def __init__(
        self,
        name: str,
        default: str | Callable[..., Any] | None = None,
        default_value: Any = None,
        help: str | None = None,
        required: bool | None = None,
        parser: str | Callable[[str], Any] | None = None,
        plain: bool = False,
        **kwargs: Any,
    ) -> None:
        if default is not None and default_value is not None:
            raise MetaflowException(f"config {name!r} has both default and default_value; give one of them")
        self.__dict__.update(name=name, attribute=name, help=help, required=bool(required), parser=parser, plain=plain)
        self.__dict__.update(_default=default, _default_value=default_value, kwargs=kwargs)

    def __set_name__(self, owner: type, name: str) -> None:
        self.__dict__["attribute"] = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else self.value

    @property
    def value(self) -> Any:
        """The parsed value; reads the file at the first call. Raises MetaflowException where that cannot be done."""
        if "_value" not in self.__dict__:
            found = self._parsed()
            self.__dict__["_value"] = found if self.__dict__["plain"] else _wrap(found)
        return self.__dict__["_value"]

    def _parsed(self) -> Any:
        own = self.__dict__
        planned = _planned.get(own["name"], {})
        path, value = own["_default"], own["_default_value"]
        if callable(path):
            path = path(_context(own["name"]))
        if callable(value):
            value = value(_context(own["name"]))
        path = planned.get("path", path)
        if path is not None:
            found = find_file(path)
            if found is None:
                raise MetaflowException(f"config {own['name']!r}: file {path!r} does not exist")
            with open(found, encoding="utf-8") as file:
                value = file.read()
        elif value is None:
            value = planned.get("value")
            if value is None and own["required"]:
                raise MetaflowException(f"config {own['name']!r} is required and has no value")
        if not isinstance(value, str):
            return value
        try:
            return _parser(own["parser"])(value)
        except Exception as error:
            raise MetaflowException(f"config {own['name']!r} cannot be parsed: {error}") from error

    def _mapping(self) -> Any:
        value = self.value
        if value is None:
            raise MetaflowException(f"config {self.__dict__['name']!r} has no value")
        return value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._mapping(), name)

    def __getitem__(self, key: Any) -> Any:
        return self._mapping()[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._mapping())

    def __len__(self) -> int:
        return len(self._mapping())

    def __bool__(self) -> bool:
        return True

    def keys(self) -> Any:
        """Return the keys, so that `**config` works."""
        return self._mapping().keys()


def _context(name: str) -> Any:
    from flowc.runtime_shim.parameters import parameter_context

    return parameter_context(name)


def _parser(parser: str | Callable[[str], Any] | None) -> Callable[[str], Any]:
    if parser is None:
        return json.loads
    if callable(parser):
        return parser
    module, dot, name = parser.rpartition(".")
    if not dot:
        raise MetaflowException(f"{parser!r} names no function; write module.function")
    found: Callable[[str], Any] = getattr(import_module(f"metaflow{module}" if parser.startswith(".") else module), name)
    return found


class ConfigExpression:
    """An expression over the flow's configs, worked out when a decorator's argument is needed."""

    def __init__(self, text: str, names: Mapping[str, Any], path: tuple[Any, ...] = ()) -> None:
        self._text = text
        self._names = names
        self._path = path

    def __getattr__(self, name: str) -> "ConfigExpression":
        if name.startswith("__"):
            raise AttributeError(name)
        return ConfigExpression(self._text, self._names, (*self._path, name))

    def __getitem__(self, key: Any) -> "ConfigExpression":
        if isinstance(key, str) and key.startswith(_UNPACK):
            return self
        return ConfigExpression(self._text, self._names, (*self._path, key))

    def keys(self) -> list[str]:
        """Return one key that stands for all of them, so that `**config_expr("model")` can be resolved later."""
        return [f"{_UNPACK}{id(self)}"]

    def resolve(self, flow_class: type) -> Any:
        """Return the value, worked out of the configs of `flow_class`. Raises MetaflowException where the expression fails."""
        try:
            value = eval(self._text, {**self._names, **config_names(flow_class)})
            for key in self._path:
                value = value[key.resolve(flow_class) if isinstance(key, ConfigExpression) else key]
        except Exception as error:
            spelt = self._text + "".join(f".{key}" for key in self._path)
            raise MetaflowException(f"config expression {spelt!r} cannot be worked out: {type(error).__name__}: {error}") from error
        return value


def config_expr(expr: str) -> ConfigExpression:
    """Return a value worked out of the flow's configs when it is needed: `config_expr("model.size * 2")`, `config_expr("model").size`."""
    return ConfigExpression(expr, sys._getframe(1).f_globals)


def resolve(value: Any, flow_class: type) -> Any:
    """Return `value` with every config and config expression in it replaced by what it stands for in `flow_class`."""
    if isinstance(value, ConfigExpression):
        return _unwrap(value.resolve(flow_class))
    if isinstance(value, Config):
        return _unwrap(value.value)
    if isinstance(value, Mapping):
        resolved: dict[Any, Any] = {}
        for key, part in value.items():
            if isinstance(key, str) and key.startswith(_UNPACK):
                resolved.update(resolve(part, flow_class))
            else:
                resolved[resolve(key, flow_class)] = resolve(part, flow_class)
        return resolved
    if type(value) in (list, tuple, set):
        return type(value)(resolve(part, flow_class) for part in value)
    return value


def configs_of(flow_class: type) -> dict[str, Config]:
    """Return the flow's configs by attribute."""
    found: dict[str, Any] = {}
    for base in reversed(flow_class.__mro__):
        found.update(vars(base))
    return {name: value for name, value in found.items() if isinstance(value, Config)}


def config_names(flow_class: type) -> dict[str, Any]:
    """Return the values of the flow's configs, each under its name and its attribute, for `config_expr`."""
    named: dict[str, Any] = {}
    for attribute, config in configs_of(flow_class).items():
        named[attribute] = config.value
        if config.__dict__["name"].isidentifier():
            named[config.__dict__["name"]] = config.value
    return named
