"""Requests to a bucket made by a process of its own: `python -m flowc.runtime_shim.stores.agent URL`, started when it is first asked.

For processes that fork, and for those that user code forked: obstore's threads do not survive a fork, a started program does.
Questions and answers are pickles over two pipes, each behind its length; the agent ends when its standard input does.
"""

import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Iterator, Sequence

from flowc.runtime_shim.stores.base import Buffer, Exists, Listed, StoreError, StoreUnavailable
from flowc.runtime_shim.stores.bucket import Bucket, Conflict, Head, Range
from flowc.runtime_shim.typed import Any, BinaryIO

_LENGTH = struct.Struct("<Q")
_RAISED = {"Conflict": Conflict, "Exists": Exists, "StoreUnavailable": StoreUnavailable, "StoreError": StoreError}


class AgentBucket:
    """`Bucket` by a program that this process starts; a fork of this process starts one of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._process = 0
        self._lock = threading.Lock()
        self._questions: BinaryIO | None = None
        self._answers: BinaryIO | None = None

    def get(self, key: str, most: int | None = None) -> bytes | None:
        """Return an object, None where there is none."""
        found: bytes | None = self._ask("get", key, most)
        return found

    def create(self, key: str, data: Buffer) -> None:
        """Put an object by one request with `If-None-Match: *`."""
        self._ask("create", key, bytes(data))

    def put(self, key: str, data: Buffer) -> None:
        """Put an object by one request, whatever stands there."""
        self._ask("put", key, bytes(data))

    def put_parts(self, key: str, pieces: Sequence[Buffer]) -> None:
        """Put an object by a multipart upload."""
        self._ask("put_parts", key, [bytes(piece) for piece in pieces])

    def read(self, key: str, offset: int, length: int) -> Range | None:
        """Return a range of an object."""
        found = self._ask("read", key, offset, length)
        return None if found is None else Range(*found)

    def head(self, key: str) -> Head | None:
        """Return what is known of an object, None where there is none."""
        found = self._ask("head", key)
        return None if found is None else Head(*found)

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the names one level below `prefix`."""
        yield from self._ask("list", prefix)

    def walk(self, prefix: str) -> Iterator[Listed]:
        """Yield every object below `prefix`."""
        yield from (Listed(*found) for found in self._ask("walk", prefix))

    def delete(self, key: str) -> None:
        """Remove an object."""
        self._ask("delete", key)

    def _ask(self, method: str, *arguments: Any) -> Any:
        if self._process != os.getpid():
            self._lock = threading.Lock()  # a fork may have copied one that is held
        with self._lock:
            if self._process != os.getpid():
                self._start()
            assert self._questions is not None and self._answers is not None, "it was started"  # noqa: PT018
            try:
                _send(self._questions, (method, arguments))
                answer = _receive(self._answers)
            except OSError:
                answer = None
            if answer is None:
                self._process = 0
                raise StoreUnavailable(f"cannot reach {self._url}: the process that makes the requests has ended")
        name, value = answer
        if name:
            raise _RAISED[name](value)
        return value

    def _start(self) -> None:
        read_question, write_question = os.pipe()
        read_answer, write_answer = os.pipe()
        os.set_inheritable(read_question, True)
        os.set_inheritable(write_answer, True)
        command = [sys.executable, "-P", "-m", __name__, self._url]
        actions = [(os.POSIX_SPAWN_DUP2, read_question, 0), (os.POSIX_SPAWN_DUP2, write_answer, 1)]
        os.posix_spawn(sys.executable, command, os.environ, file_actions=actions, setpgroup=0)
        os.close(read_question)
        os.close(write_answer)
        self._questions, self._answers = os.fdopen(write_question, "wb"), os.fdopen(read_answer, "rb")
        self._process = os.getpid()


def serve(bucket: Bucket, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until `questions` ends."""
    while (question := _receive(questions)) is not None:
        method, arguments = question
        try:
            found = getattr(bucket, method)(*arguments)
            if method in ("list", "walk"):
                found = [tuple(one) if isinstance(one, tuple) else one for one in found]
            elif method == "read" and found is not None:
                found = (bytes(found.data), found.whole)
            answer: tuple[str, Any] = ("", found if found is None or isinstance(found, bytes | list) else tuple(found))
        except (Conflict, Exists, StoreError) as error:
            value = error.key if isinstance(error, Exists) else str(error)
            answer = (type(error).__name__ if type(error).__name__ in _RAISED else "StoreError", value)
        _send(answers, answer)


def _send(pipe: BinaryIO, message: Any) -> None:
    data = pickle.dumps(message, 5)
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: BinaryIO) -> Any:
    """Return a message, None at the end."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = pipe.read(length)
    return pickle.loads(data) if len(data) == length else None


def main(url: str) -> None:
    """Serve `url` over standard input and output; signals to end are for the process that asks."""
    from flowc.runtime_shim.stores.s3 import s3_bucket

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(s3_bucket(url), sys.stdin.buffer, answers)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
