"""Files given to a run that starts somewhere else: a file parameter's value is text that says how its content is stored.

What is small stands in the text itself; the rest is a data object of the store, which nothing refers to until the first task has
committed: `flowc gc` leaves such objects alone for a week.
"""

import json
from collections.abc import Mapping

from flowc.runtime_shim.codecs import ArtifactError
from flowc.runtime_shim.parameters import FileContent, IncludeFile, parameters_of
from flowc.runtime_shim.stores import Store, StoreError
from flowc.runtime_shim.typed import Any, Final
from flowc.runtime_shim.values import load_value, save_bytes

PREFIX: Final = "flowc-file:"


def file_value(store: Store, flow: str, data: bytes) -> str:
    """Return the value of a file parameter whose file holds `data`; raises StoreError where that is not small and cannot be stored."""
    return PREFIX + json.dumps(save_bytes(store, flow, data), separators=(",", ":"))


def with_files(store: Store, flow: str, flow_class: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values given to a run with the content of such files in place of the text; raises StoreError for one that is not there."""
    files = {parameter.name for parameter in parameters_of(flow_class).values() if isinstance(parameter, IncludeFile)}
    return {
        name: _content(store, flow, name, value) if name in files and isinstance(value, str) and value.startswith(PREFIX) else value
        for name, value in given.items()
    }


def _content(store: Store, flow: str, name: str, text: str) -> FileContent:
    try:
        return FileContent(bytes(load_value(store, flow, json.loads(text.removeprefix(PREFIX)))))
    except (ArtifactError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"parameter {name!r}: the file that was given cannot be read: {error}") from error
