"""Content of a `Config` to data, by parsers that flowc knows. Parsers of the user's own would have to be run: Unknown."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from flowc.frontend.requirement_files import parse_conda_environment, parse_pyproject, parse_requirements


class ContentError(ValueError):
    """The content is not what its parser reads."""


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


_FORMATS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "json": ("JSON", json.loads),
    "toml": ("TOML", _toml),
    "yaml": ("YAML", _yaml),
    "requirements": ("requirements", parse_requirements),
    "pyproject": ("TOML", lambda text: parse_pyproject(_toml(text))),
    "conda": ("environment", parse_conda_environment),
}
_PARSERS: Final[Mapping[str, str]] = {
    "json.loads": "json",
    "tomllib.loads": "toml",
    "tomli.loads": "toml",
    "toml.loads": "toml",
    "yaml.safe_load": "yaml",
    "yaml_parser": "yaml",
    "requirements_txt_parser": "requirements",
    "pyproject_toml_parser": "pyproject",
    "conda_environment_yml_parser": "conda",
}


def format_of(parser: str | None) -> str | None:
    """Return the format that `parser` reads (None is JSON), or None for a parser flowc does not know.

    `parser` is a dotted name as Metaflow takes it; one that starts with a dot, or with `metaflow.`, is looked up by its last part.
    """
    if parser is None:
        return "json"
    if parser in _PARSERS:
        return _PARSERS[parser]
    if parser.startswith((".", "metaflow.", "flowc.")):
        return _PARSERS.get(parser.rpartition(".")[2])
    return None


def parse_content(text: str, form: str) -> tuple[str, Any]:
    """Return the format's name for people and the data in `text`; raises ContentError with a phrase that says why not."""
    label, parse = _FORMATS[form]
    try:
        return label, _data(parse(text))
    except ContentError:
        raise
    except RecursionError:
        raise ContentError("it is nested too deeply") from None
    except ValueError as error:
        raise ContentError(_phrase(error)) from None


def format_label(form: str) -> str:
    """Return the format's name for people."""
    return _FORMATS[form][0]


def _phrase(error: ValueError) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]


def _data(value: Any) -> Any:
    """Return `value` if it is plain data; TOML and YAML dates become ISO text, as JSON would have them."""
    if isinstance(value, dict):
        return {key if isinstance(key, str | int | float | bool | None) else str(key): _data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_data(item) for item in value]
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, bytes):
        raise ContentError("it holds bytes")
    iso = getattr(value, "isoformat", None)
    return iso() if iso is not None else str(value)
