"""User text in fields that Airflow renders as Jinja templates: one escape for all of them."""

import json
import re

_RENDERED = re.compile(r"\{[{%#]|\r|\n\Z")
_FILE_NAME = re.compile(r"\.(sh|bash|env|json|jsonl|yaml|yml)\Z")


def literal(text: str) -> str:
    """Return what a templated field must hold so that its rendered value is `text`.

    Jinja eats one line end at the end and rewrites carriage returns; an operator takes a value that ends like a template file for one.
    """
    if _RENDERED.search(text) or _FILE_NAME.search(text):
        return "{{ " + json.dumps(text, ensure_ascii=False) + " }}"
    return text
