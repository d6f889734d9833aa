"""How a value becomes segments of bytes, and a value again.

`p5` is pickle 5: the stream, then its large buffers as segments of their own, which load without a copy. `bytes` is large
`bytes`, `bytearray` and `str`: the type's name, then the raw bytes.
"""

import gc
import pickle
from collections.abc import Callable, Sequence

from flowc.runtime_shim.stores.base import Buffer
from flowc.runtime_shim.typed import Any, NamedTuple

RAW_FROM = 64 * 1024
"""From this many bytes on, text and bytes stay out of the pickle stream."""
BUFFER_FROM = 16 * 1024
"""From this many bytes on, a buffer is a segment of its own; smaller ones would cost more in the record than they save."""
_MANY_BUFFERS = 256
_LARGE_BUFFER = 1024 * 1024


class ArtifactError(Exception):
    """A value cannot be stored or loaded; the message names it and says why."""


class Encoded(NamedTuple):
    """A value as segments. `type` is for people; `codec` alone says how to decode."""

    codec: str
    type: str
    segments: list[Buffer]


def type_name(value: object) -> str:
    """Return the type of `value` as people write it: `dict`, `numpy.ndarray`."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def encode(value: object) -> Encoded:
    """Return `value` as segments, the large buffers being views of its own memory.

    Raises whatever pickle raises for a value that cannot be pickled; ArtifactError for one of a class of `__main__`.
    """
    kind = type(value)
    if kind is str and len(value) >= RAW_FROM // 4:  # type: ignore[arg-type]  # a str, as just seen
        data = value.encode("utf-8", "surrogatepass")  # type: ignore[attr-defined]  # the same
        if len(data) >= RAW_FROM:
            return Encoded("bytes", "str", [b"str", data])
    elif (kind is bytes or kind is bytearray) and len(value) >= RAW_FROM:  # type: ignore[arg-type]  # the same
        return Encoded("bytes", kind.__name__, [kind.__name__.encode(), value])  # type: ignore[list-item]  # the same
    segments: list[Buffer] = [b""]
    stream = pickle.dumps(value, 5, buffer_callback=_collector(segments))
    if b"__main__" in stream:
        _refuse_main(stream)
    segments[0] = stream
    return Encoded("p5", type_name(value), segments)


def encode_bytes(data: Buffer) -> Encoded:
    """Return `data` under the codec `bytes`, whatever its size: for what must be readable without unpickling."""
    return Encoded("bytes", "bytes", [b"bytes", data])


def decode(codec: str, segments: Sequence[Buffer]) -> object:
    """Return the value that `segments` hold; its buffers are the segments themselves.

    Raises ArtifactError for an unknown codec, and whatever unpickling raises.
    """
    if codec == "p5":
        return _unpickled(segments)
    if codec == "bytes":
        kind, data = bytes(segments[0]), segments[1]
        if kind == b"str":
            return str(data, "utf-8", "surrogatepass")
        return bytes(data) if kind == b"bytes" else bytearray(data)
    raise ArtifactError(f"its codec {codec!r} is unknown to this version of flowc")


def _unpickled(segments: Sequence[Buffer]) -> object:
    """Keeps the cycle collector quiet meanwhile: unpickling makes many objects and no garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return pickle.loads(segments[0], buffers=segments[1:])
    finally:
        if was_on:
            gc.enable()


def _collector(segments: list[Buffer]) -> Callable[[pickle.PickleBuffer], bool]:
    """Return a buffer callback that takes large buffers out of band, and bounds how many the record must list."""

    def take(buffer: pickle.PickleBuffer) -> bool:
        try:
            raw = buffer.raw()
        except BufferError:  # Not contiguous: pickle's own message says so.
            return True
        if raw.nbytes < BUFFER_FROM or (len(segments) > _MANY_BUFFERS and raw.nbytes < _LARGE_BUFFER):
            return True
        segments.append(raw)
        return False

    return take


def _refuse_main(stream: bytes) -> None:
    """Raise ArtifactError where `stream` names something of `__main__`, which is another module in every other process."""
    import pickletools

    pushed: list[Any] = []
    memo: list[Any] = []
    for code, argument, _ in pickletools.genops(stream):
        if code.name == "MEMOIZE":
            memo.append(pushed[-1] if pushed else None)
        elif code.name in ("BINGET", "LONG_BINGET"):
            pushed.append(memo[argument] if isinstance(argument, int) and argument < len(memo) else None)
        elif code.name == "STACK_GLOBAL" and pushed[-2:-1] == ["__main__"]:
            raise ArtifactError(
                f"it holds `__main__.{pushed[-1]}`, which no other process can find: define it in the flow's file or a module beside it"
            )
        else:
            pushed.append(argument if isinstance(argument, str) else None)
            del pushed[:-4]
