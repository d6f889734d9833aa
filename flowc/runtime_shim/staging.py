"""Large values on their way into a store that need not know their key yet: one thread writes the bytes while another digests them.

Both let other threads of Python run meanwhile, so on two cores saving takes as long as the sha256 alone.
"""

import threading
from collections.abc import Sequence

from flowc.runtime_shim.codecs import Encoded
from flowc.runtime_shim.contract import object_prefix
from flowc.runtime_shim.objects import Packed, Segment, digest_segment, lay_out
from flowc.runtime_shim.stores.base import Buffer, Staged, Store

STAGED_FROM = 8 * 1024 * 1024
"""From this many bytes on a thread is worth its start."""
_PIECE = 16 * 1024 * 1024


class Staging:
    """The bytes of a data object without its index, being written by a thread of their own. One of `finish` and `discard` ends it."""

    def __init__(self, staged: Staged, parts: Sequence[Buffer]) -> None:
        self._staged = staged
        self._stop = False
        self._trouble: BaseException | None = None
        self._thread = threading.Thread(target=self._write, args=(parts,), name="flowc-write", daemon=True)
        self._thread.start()

    def finish(self, packed: Packed, key: str) -> None:
        """Write what is left of the object and give it its key; raises StoreError."""
        self._thread.join()
        if self._trouble is not None:
            self._staged.discard()
            raise self._trouble
        self._staged.write(packed.parts[-1])
        self._staged.place(key)

    def discard(self) -> None:
        """Stop writing and forget what was written."""
        self._stop = True
        self._thread.join()
        self._staged.discard()

    def _write(self, parts: Sequence[Buffer]) -> None:
        try:
            for part in parts:
                view = memoryview(part)
                for start in range(0, len(view), _PIECE):
                    if self._stop:
                        return
                    self._staged.write(view[start : start + _PIECE])
        except BaseException as error:
            self._trouble = error


def digest_and_stage(store: Store, flow: str, encoded: Encoded) -> tuple[list[Segment], Staging | None]:
    """Return the segments of a value with their digests, and the value on its way into the store if it is large."""
    staged = store.stage(object_prefix(flow)) if sum(map(_size, encoded.segments)) >= STAGED_FROM else None
    if staged is None:
        return [digest_segment(segment) for segment in encoded.segments], None
    staging = Staging(staged, lay_out(encoded.segments).parts)
    try:
        return [digest_segment(segment) for segment in encoded.segments], staging
    except BaseException:
        staging.discard()
        raise


def _size(data: Buffer) -> int:
    return data.nbytes if isinstance(data, memoryview) else len(data)
