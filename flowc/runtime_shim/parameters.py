"""`Parameter`, `IncludeFile` and `JSONType`: what a flow declares, and how a given value becomes the declared one."""

import json
import os
from collections.abc import Mapping, Sequence

from flowc.runtime_shim.config import ConfigValue, config_names, find_file, included_path, resolve
from flowc.runtime_shim.contract import Attempt
from flowc.runtime_shim.exceptions import MetaflowException, ParameterFieldFailed, ParameterFieldTypeMismatch
from flowc.runtime_shim.typed import Any, Final, NamedTuple

_TRUE: Final = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE: Final = frozenset({"0", "false", "f", "no", "n", "off"})


class JSONTypeClass:
    """The type of `JSONType`."""

    name = "JSON"

    def __repr__(self) -> str:
        return "JSON"


JSONType: Final = JSONTypeClass()
"""`Parameter("sizes", type=JSONType)`: the value is given as JSON text and arrives as Python data."""


class Choice:
    """`type=Choice(["fast", "slow"])`: text that is one of these. What `from metaflow._vendor import click` has as `click.Choice`."""

    def __init__(self, choices: Sequence[str], case_sensitive: bool = True) -> None:
        self.choices = tuple(choices)


class ParameterContext(NamedTuple):
    """What a function given as `default` learns, under Metaflow's names."""

    flow_name: str
    user_name: str
    parameter_name: str
    logger: Any = print
    ds_type: str = "flowc"
    configs: Any = None


def parameter_context(name: str, flow_class: type | None = None) -> ParameterContext:
    """Return the context for a deploy-time function of parameter or config `name`."""
    configs = ConfigValue(config_names(flow_class)) if flow_class is not None else None
    return ParameterContext(flow_class.__name__ if flow_class else "", user_name() or "", name, configs=configs)


def user_name() -> str | None:
    """Return who runs this process, None where nobody knows (a container without a user)."""
    named = next((os.environ[name] for name in ("LOGNAME", "USER", "LNAME", "USERNAME") if os.environ.get(name)), None)
    if named is not None:
        return named
    try:
        from pwd import getpwuid

        return getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return None


def username(attempt: Attempt) -> str | None:
    """Return who a run is of: on an engine only who the environment names."""
    return user_name() if attempt.engine == "local" else os.environ.get("METAFLOW_USER") or os.environ.get("USER")


class Parameter:
    """A value given to a run: `alpha = Parameter("alpha", default=0.1, type=float, help="…")`, read as `self.alpha`.

    `type` is str, int, float, bool or `JSONType`; without it the type of `default`, else str. A function as `default` is called
    when the run starts, with a `ParameterContext`. `separator` cuts text into a list.
    """

    IS_CONFIG_PARAMETER = False

    def __init__(
        self,
        name: str,
        default: Any = None,
        type: Any = None,
        help: str | None = None,
        required: bool | None = None,
        show_default: bool | None = None,
        separator: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.name = name
        self.attribute = name
        self.default = default
        self.type = type
        self.help = help
        self.required = required
        self.show_default = show_default
        self.separator = separator
        self.kwargs = kwargs

    def __set_name__(self, owner: "type[Any]", name: str) -> None:
        self.attribute = name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        state = getattr(owner, "_flowc_running", None) if instance is None else instance.__dict__.get("_flowc")
        return self if state is None else state.fixed(self.attribute)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def kind(self, default: Any) -> str:
        """Return `str`, `int`, `float`, `bool` or `json`; `default` is the resolved default."""
        declared = bool if self.type is None and self.kwargs.get("is_flag") else self.type
        if declared is None and default is not None and not callable(default):
            declared = type(default)
        if isinstance(declared, JSONTypeClass) or declared is JSONTypeClass or declared in (list, dict, tuple):
            return "json"
        named = getattr(declared, "__name__", None)
        return named if named in ("int", "float", "bool") else "str"

    def convert(self, value: Any, kind: str) -> Any:
        """Return `value` as the declared type, from its text or as typed data. Raises ParameterFieldTypeMismatch."""
        converted = _CONVERT[kind](self.name, value)
        choices = getattr(self.type, "choices", None)
        if choices is not None and converted not in choices:
            raise _mismatch(self.name, converted, f"one of {', '.join(map(str, choices))}")
        if self.separator and isinstance(converted, str):
            return converted.split(self.separator)
        return converted


class FileContent(NamedTuple):
    """A file that was given to a run, already read."""

    data: bytes


class IncludeFile(Parameter):
    """A Parameter whose value is the content of a file: text, or bytes with `is_text=False`, or what `parser` makes of it."""

    def __init__(
        self,
        name: str,
        required: bool | None = None,
        is_text: bool | None = None,
        encoding: str | None = None,
        help: str | None = None,
        parser: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, required=required, help=help, **kwargs)
        self.is_text = is_text is not False
        self.encoding = encoding or "utf-8"
        self.parser = parser

    def kind(self, default: Any) -> str:
        """Return `file`."""
        return "file"

    def convert(self, value: Any, kind: str) -> Any:
        """Return the content of the file that `value` names, or is. Raises ParameterFieldTypeMismatch where it cannot be read."""
        if isinstance(value, FileContent):
            return self._parse(self._text(value.data, "the file that was given"))
        planned = included_path(self.name) if value == self.default else None
        found = find_file(planned or value) if isinstance(value, str) else None
        if found is None:
            raise ParameterFieldTypeMismatch(f"parameter {self.name!r}: there is no file {value!r}")
        try:
            with open(found, "rb") as file:
                content = file.read()
        except (OSError, ValueError) as error:
            raise ParameterFieldTypeMismatch(f"parameter {self.name!r}: file {value!r} cannot be read: {error}") from error
        return self._parse(self._text(content, f"file {value!r}"))

    def _text(self, data: bytes, what: str) -> Any:
        try:
            return data.decode(self.encoding) if self.is_text else data
        except ValueError as error:
            raise ParameterFieldTypeMismatch(f"parameter {self.name!r}: {what} cannot be read: {error}") from error

    def _parse(self, content: Any) -> Any:
        if self.parser is None:
            return content
        from flowc.runtime_shim.config import _parser

        try:
            return _parser(self.parser)(content)
        except Exception as error:
            raise ParameterFieldTypeMismatch(f"parameter {self.name!r}: the file cannot be parsed: {error}") from error


def _mismatch(name: str, value: Any, wanted: str) -> ParameterFieldTypeMismatch:
    shown = repr(value)
    return ParameterFieldTypeMismatch(f"parameter {name!r}: {shown if len(shown) <= 200 else shown[:200] + '…'} is not {wanted}")


def _to_str(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise _mismatch(name, value, f"a str but a {type(value).__name__}")


def _to_int(name: str, value: Any) -> int:
    try:
        if isinstance(value, str):
            return int(value)
        if not isinstance(value, bool) and value == int(value):
            return int(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise _mismatch(name, value, "an int")


def _to_float(name: str, value: Any) -> float:
    try:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise _mismatch(name, value, "a float")


def _to_bool(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = value.strip().lower() if isinstance(value, str) else None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise _mismatch(name, value, "a bool; write true or false")


def _to_json(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise _mismatch(name, value, f"JSON ({error})") from None


_CONVERT: Final = {"str": _to_str, "int": _to_int, "float": _to_float, "bool": _to_bool, "json": _to_json}


def parameters_of(flow_class: type) -> dict[str, Parameter]:
    """Return the flow's Parameters and IncludeFiles by attribute, bases first."""
    found: dict[str, Any] = {}
    for base in reversed(flow_class.__mro__):
        found.update(vars(base))
    return {name: value for name, value in found.items() if isinstance(value, Parameter)}


def parameter_values(flow_class: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every parameter by attribute: the one given under the parameter's name, else its default, else None.

    A given None counts as not given. Raises MetaflowException: a name the flow does not have, a required value that is missing, a
    value that does not fit (the message names parameter, value and type), a deploy-time function that raised.
    """
    declared = parameters_of(flow_class)
    known = {parameter.name for parameter in declared.values()}
    unknown = sorted(set(given) - known)
    if unknown:
        raise MetaflowException(f"flow {flow_class.__name__} has no parameter {unknown[0]!r}; it has {', '.join(sorted(known)) or 'none'}")
    return {attribute: _value(parameter, given.get(parameter.name), flow_class) for attribute, parameter in declared.items()}


def _value(parameter: Parameter, given: Any, flow_class: type) -> Any:
    default = resolve(parameter.default, flow_class)
    kind = parameter.kind(default)
    if given is not None:
        return parameter.convert(given, kind)
    if callable(default):
        try:
            default = default(parameter_context(parameter.name, flow_class))
        except Exception as error:
            raise ParameterFieldFailed(f"parameter {parameter.name!r}: its default raised {type(error).__name__}: {error}") from error
    if default is None:
        if resolve(parameter.required, flow_class):
            raise MetaflowException(f"parameter {parameter.name!r} is required and was not given")
        return None
    return parameter.convert(default, kind)
