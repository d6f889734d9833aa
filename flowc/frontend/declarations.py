"""`Parameter`, `IncludeFile` and `Config` in a class body."""

import ast
from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.frontend.arguments import WRITE_OUT, Given, match_signature, read_arguments, text_of, type_name
from flowc.frontend.configs import ContentError, format_label, format_of, parse_content
from flowc.frontend.data_files import DataFiles
from flowc.frontend.entities import Authoring, ConfigPath, External, OfFunction, Scope
from flowc.frontend.literals import Folder
from flowc.ir.graph import MISSING, Config, Missing, Parameter, ParameterType
from flowc.ir.values import Unknown, Value
from flowc.source import Span

_PARAMETER: Final = ("name", "default", "type", "help", "required", "show_default")
_SHOWN: Final = frozenset({"show_default", "hidden"})
"""Arguments about help texts alone."""
_CLICK_HELP: Final = {
    "multiple": "for several values use type=JSONType, or separator",
    "nargs": "for several values use type=JSONType, or separator",
    "count": "take a number: type=int",
    "callback": "check the value in the first step",
    "envvar": "give the value when a run starts",
    "prompt": "give the value when a run starts",
    "flag_value": "take text, and compare it in the first step",
}
"""Arguments that Metaflow passes on to click (https://click.palletsprojects.com/en/stable/api/#click.Option), with what to do instead."""
_INCLUDE_FILE: Final = ("name", "required", "is_text", "encoding", "help", "parser")
_CONFIG: Final = ("name", "default", "default_value", "help", "required", "parser", "plain")
_MAPPING_HELP: Final = "wrap it in a mapping, or pass plain=True to get it as it is"
_CHOICE: Final = (External("click.Choice"), Authoring("_vendor.click.Choice"))
"""click's own, and the copy that Metaflow brings along, the only one that Metaflow takes."""
_TYPES: Final[dict[str, ParameterType]] = {"str": "str", "int": "int", "float": "float", "bool": "bool"}


class DeclarationReader:
    """Reads declarations of the flows in one project."""

    def __init__(self, folder: Folder, files: DataFiles, report: Report) -> None:
        self._folder = folder
        self._files = files
        self._report = report
        self._configs: dict[int, Config] = {}
        folder.config_of = self._config_path

    def parameter(self, call: ast.Call, scope: Scope, attribute: str, span: Span) -> Parameter:
        """Return what `attribute = Parameter(…)` declares."""
        given = match_signature(
            read_arguments(call, scope, self._folder),
            _PARAMETER,
            frozenset({"separator", "is_flag"}) | _SHOWN,
            "Parameter",
            self._report,
            helps=_CLICK_HELP,
        )
        name = self._name(given, attribute, call, scope, "Parameter")
        default = _default(given)
        choices = self._choices(given.get("type"))
        return Parameter(
            name=name,
            attribute=attribute,
            type="str" if choices else self._type(name, given, default),
            default=default,
            required=self._flag(given, "required", "Parameter", False),
            help=text_of(given.get("help")),
            separator=self._text(given, "separator", "Parameter"),
            choices=choices,
            span=span,
        )

    def include_file(self, call: ast.Call, scope: Scope, attribute: str, span: Span) -> Parameter:
        """Return what `attribute = IncludeFile(…)` declares; the file of its default joins the code package."""
        given = match_signature(
            read_arguments(call, scope, self._folder),
            _INCLUDE_FILE,
            frozenset({"default"}) | _SHOWN,
            "IncludeFile",
            self._report,
            helps=_CLICK_HELP,
        )
        name = self._name(given, attribute, call, scope, "IncludeFile")
        default = _default(given)
        path = None
        if isinstance(default, str):
            path = self._files.include(default, name, "IncludeFile data", given["default"].span)
        return Parameter(
            name=name,
            attribute=attribute,
            type="file",
            default=default,
            required=self._flag(given, "required", "IncludeFile", False),
            help=text_of(given.get("help")),
            is_text=self._flag(given, "is_text", "IncludeFile", True),
            encoding=self._text(given, "encoding", "IncludeFile"),
            path=path,
            span=span,
        )

    def config(self, call: ast.Call, scope: Scope, attribute: str, span: Span) -> Config:
        """Return what `attribute = Config(…)` declares, its content read; the same object for the same call."""
        known = self._configs.get(id(call))
        if known is None:
            known = self._configs[id(call)] = self._read_config(call, scope, attribute, span)
        return known

    def _config_path(self, call: ast.Call, scope: Scope) -> ConfigPath:
        config = self.config(call, scope, "", scope.module.places.span(call))
        return ConfigPath(config.name, config.value)

    def _read_config(self, call: ast.Call, scope: Scope, attribute: str, span: Span) -> Config:
        given = match_signature(read_arguments(call, scope, self._folder), _CONFIG, _SHOWN, "Config", self._report)
        name = self._name(given, attribute, call, scope, "Config")
        required = self._flag(given, "required", "Config", False)
        parser = self._parser(given.get("parser"))
        plain = self._flag(given, "plain", "Config", False)
        default, default_value = given.get("default"), given.get("default_value")
        if default is not None and default.value is not None and default_value is not None and default_value.value is not None:
            self._report(codes.CONFIG_TWO_DEFAULTS, default_value.span, name=name, help="keep one of the two")
        path = None
        value: Value
        if default is not None and default.value is not None:
            path, value = self._from_file(default, name, parser, plain)
        elif default_value is not None and default_value.value is not None:
            value = self._from_value(default_value, name, parser, plain)
        else:
            value = Unknown("it is given when the flow is deployed", span) if required else None
        return Config(
            name=name,
            attribute=attribute,
            value=value,
            path=path,
            parser=parser,
            required=required,
            help=text_of(given.get("help")),
            span=span,
        )

    def _from_file(self, default: Given, name: str, parser: str | None, plain: bool) -> tuple[str | None, Value]:
        if isinstance(default.value, Unknown):
            return None, default.value
        if not isinstance(default.value, str):
            self._report(codes.CONFIG_FILE, default.span, name=name, reason="its path is not a string")
            return None, Unknown("its path is not a string", default.span)
        path, data = self._files.config(default.value, name, default.span)
        if data is None:
            return path, Unknown("its file cannot be read", default.span)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self._report(
                codes.CONFIG_CONTENT, default.span, name=name, format="UTF-8", reason="it holds other bytes", help="save the file as UTF-8"
            )
            return path, Unknown("its file cannot be read", default.span)
        return path, self._parse(text, name, parser, plain, default.span)

    def _from_value(self, given: Given, name: str, parser: str | None, plain: bool) -> Value:
        if isinstance(given.value, str):
            return self._parse(given.value, name, parser, plain, given.span)
        if parser is not None and isinstance(given.value, dict):
            return Unknown(f"`{parser}` reads it when the flow runs", given.span)
        return given.value

    def _parse(self, text: str, name: str, parser: str | None, plain: bool, span: Span) -> Value:
        if plain and parser is None:
            return text
        if not text.strip():
            return Unknown("its value is empty until the flow is deployed", span)
        form = format_of(parser)
        if form is None:
            return Unknown(f"its parser `{parser}` would have to be run", span)
        try:
            value: Value = parse_content(text, form)[1]
        except ContentError as error:
            help = "mend the content, or name what reads it: parser=…"
            self._report(codes.CONFIG_CONTENT, span, name=name, format=format_label(form), reason=str(error), help=help)
            return Unknown("its content cannot be read", span)
        except ImportError:
            return Unknown(f"`{parser}` needs a package that is not installed beside flowc", span)
        if not plain and not isinstance(value, dict):
            self._report(codes.CONFIG_NO_MAPPING, span, name=name, found=type(value).__name__, help=_MAPPING_HELP)
            return Unknown("its content is no mapping", span)
        return value

    def _parser(self, given: Given | None) -> str | None:
        if given is None or given.value is None:
            return None
        if isinstance(given.value, str):
            return given.value
        if given.expression is None:
            return "its parser"
        match self._folder.names.of(given.expression, given.scope):
            case External(name=name) | Authoring(name=name):
                return name
            case OfFunction(node=node, module=module):
                return f"{module.name}.{node.name}"
        return given.scope.module.places.text(given.expression)

    def _name(self, given: dict[str, Given], attribute: str, call: ast.Call, scope: Scope, kind: str) -> str:
        name = given.get("name")
        if name is not None and isinstance(name.value, str):
            return name.value
        span = name.span if name is not None else scope.module.places.span(call)
        why = name.value if name is not None and isinstance(name.value, Unknown) else None
        self._report(
            codes.DECLARATION_NAME,
            span,
            kind=kind,
            notes=[f"flowc cannot know it, because {why.why}"] if why else (),
            help=f'give the name as text: {kind}("{attribute or "name"}")',
        )
        return attribute

    def _type(self, name: str, arguments: dict[str, Given], default: Value | Missing) -> ParameterType:
        given = arguments.get("type")
        is_flag = self._flag(arguments, "is_flag", "Parameter", False)
        if given is None or given.value is None:
            return "bool" if is_flag else _inferred(default)
        known = _TYPES.get(type_name(given, self._folder) or "")
        if is_flag and known != "bool":
            self._report(codes.FLAG_TYPE, arguments["is_flag"].span, name=name, help="take out is_flag, or write type=bool")
        if known is not None:
            return known
        expression = given.expression
        if isinstance(expression, ast.Call):
            expression = expression.func
        if expression is not None and self._folder.names.of(expression, given.scope) in (Authoring("JSONType"), Authoring("JSONTypeClass")):
            return "json"
        self._report(codes.PARAMETER_TYPE, given.span, name=name, help="use JSONType for lists and dicts")
        return _inferred(default)

    def _choices(self, given: Given | None) -> tuple[str, ...]:
        """Return what `type=click.Choice([…])` lists, which Metaflow passes on to click; empty for any other type."""
        call = None if given is None else given.expression
        if given is None or not isinstance(call, ast.Call) or self._folder.names.of(call.func, given.scope) not in _CHOICE:
            return ()
        arguments = read_arguments(call, given.scope, self._folder)
        found = next((argument.value for argument in arguments if argument.name in (None, "choices")), None)
        if isinstance(found, list | tuple) and found and all(isinstance(choice, str) for choice in found):
            return tuple(str(choice) for choice in found)
        self._report(
            codes.ARGUMENT_NOT_KNOWN,
            given.span,
            argument='"choices"',
            kind="Choice",
            notes=[f"flowc cannot know it, because {found.why}"] if isinstance(found, Unknown) else ["it is no list of text"],
            help='write the choices out: click.Choice(["fast", "slow"])',
        )
        return ()

    def _flag(self, given: dict[str, Given], argument: str, kind: str, default: bool) -> bool:
        found = given.get(argument)
        if found is None or found.value is None:
            return default
        if isinstance(found.value, Unknown):
            self._not_known(found, argument, kind)
            return default
        return bool(found.value)

    def _text(self, given: dict[str, Given], argument: str, kind: str) -> str | None:
        found = given.get(argument)
        if found is not None and isinstance(found.value, Unknown):
            self._not_known(found, argument, kind)
        return text_of(found)

    def _not_known(self, given: Given, argument: str, kind: str) -> None:
        why = given.value.why if isinstance(given.value, Unknown) else ""
        notes = [f"flowc cannot know it, because {why}"]
        self._report(codes.ARGUMENT_NOT_KNOWN, given.span, argument=f'"{argument}"', kind=kind, notes=notes, help=WRITE_OUT)


def _default(given: dict[str, Given]) -> Value | Missing:
    found = given.get("default")
    return MISSING if found is None else found.value


def _inferred(default: Value | Missing) -> ParameterType:
    match default:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case list() | dict() | tuple():
            return "json"
    return "str"
