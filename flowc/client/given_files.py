"""A file of this machine as the value of a parameter of a run somewhere else."""

from pathlib import Path

from flowc.errors import EngineError, UsageError
from flowc.runtime_shim.given_files import file_value
from flowc.runtime_shim.record_size import INLINE_LIMIT
from flowc.runtime_shim.stores import StoreError, open_store

_SURELY_INLINE = INLINE_LIMIT // 2
"""Bytes of a file that needs no store, however it is encoded."""


def file_argument(path: str, name: str, root: str | None, flow: str) -> str:
    """Return the value of file parameter `name` of a deployed flow; a large one goes into the store at `root`.

    Raises UsageError where that may be needed and there is no root, or the file cannot be read; EngineError where the store refuses.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"--{name}: file {path} cannot be read: {error.strerror}") from error
    if root is None and len(data) > _SURELY_INLINE:
        raise UsageError(f"--{name}: a file of {len(data)} bytes travels through the store", help='set root = "…" in flowc.toml')
    try:
        return file_value(open_store(root or "file:///", durable=True), flow, data)
    except StoreError as error:
        raise EngineError(f"--{name}: the file cannot be stored: {error}") from error
