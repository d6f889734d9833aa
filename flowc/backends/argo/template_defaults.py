"""What container templates have in common, said once: `templateDefaults`, which Argo merges into each as a strategic merge patch.

A template can replace a default but not take it away, so only what every template has goes there.
https://argo-workflows.readthedocs.io/en/latest/template-defaults/
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

_OWN: Final = frozenset(("name", "inputs", "outputs", "retryStrategy", "activeDeadlineSeconds", "args", "env"))
"""What says which step a template is."""

_REPLACED: Final = frozenset(("command", "tolerations", "envFrom"))
"""Lists that a template replaces as a whole; others are merged entry by entry, so those are shared only where all are alike."""


def take_defaults(templates: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the defaults of `templates`, which lose what they have from them."""
    return _take(list(templates)) if templates else {}


def _take(tables: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in [key for key in tables[0] if key not in _OWN and all(key in table for table in tables)]:
        values = [table[key] for table in tables]
        if all(isinstance(value, dict) for value in values):
            inner = _take(values)
            if inner:
                found[key] = inner
            for table in tables:
                if not table[key]:
                    del table[key]
            continue
        texts = [json.dumps(value, sort_keys=True) for value in values]
        usual, count = Counter(texts).most_common(1)[0]
        if isinstance(values[0], list) and key not in _REPLACED and count < len(tables):
            continue
        found[key] = values[texts.index(usual)]
        for table, text in zip(tables, texts, strict=True):
            if text == usual:
                del table[key]
    return found
