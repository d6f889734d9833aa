"""YAML that every parser reads alike: a text stands bare only where none could take it for something else, else in double quotes.

Kubernetes reads YAML 1.1 by Go rules, where `y`, `1e3` and `0o17` are no text; the rule is stricter than all of them.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import yaml

_BARE: Final = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*\Z")
_WORDS: Final = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_BASE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Inline(dict[str, Any]):
    """A mapping that stands on one line, in braces."""


class InlineList(list[Any]):
    """A list that stands on one line, in brackets."""


class _Dumper(_BASE):  # type: ignore[misc]  # the C dumper where there is one
    """A dumper of our own, so that nobody's representers, hera's for one, change what it writes."""

    def ignore_aliases(self, data: object) -> bool:
        """Nothing is written as an alias: who reads a file wants to see it all."""
        return True


def to_yaml(documents: Sequence[Any]) -> str:
    """Return one YAML stream; the same text for the same data, whatever the version of libyaml. Keys keep their order."""
    text: str = yaml.dump_all(
        documents,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        explicit_start=len(documents) > 1,
        width=2**30,
    )
    return text


def _represent_text(dumper: Any, text: str) -> Any:
    bare = _BARE.match(text) is not None and text.lower() not in _WORDS
    style = None if bare else "|" if _is_block(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _is_block(text: str) -> bool:
    """Whether several lines can stand as they are: printable, no blank at either end of a line that YAML would lose or misread."""
    lines = text.split("\n")
    return len(lines) > 1 and not text.startswith((" ", "\n")) and all(line.isprintable() and line == line.rstrip() for line in lines)


def _represent_inline(dumper: Any, mapping: Inline) -> Any:
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping, flow_style=True)


def _represent_inline_list(dumper: Any, items: InlineList) -> Any:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Inline, _represent_inline)
_Dumper.add_representer(InlineList, _represent_inline_list)
