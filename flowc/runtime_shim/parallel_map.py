"""`parallel_map`, `parallel_imap_unordered` and `profile`, as flows know them from Metaflow: work on several cores inside one step."""

import os
import pickle
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from flowc.runtime_shim.typed import Any


class MulticoreException(Exception):  # noqa: N818  # Metaflow's name
    """The function raised in a child process, or the process died; its traceback is in the log."""


def parallel_imap_unordered(
    func: Callable[[Any], Any], iterable: Iterable[Any], max_parallel: int | None = None, dir: str | None = None
) -> Iterator[Any]:
    """Yield `func(item)` of every item as they get done, each worked out in a forked child process.

    func may be a lambda; its results must be picklable. max_parallel: children at once, else one for each core. dir: Metaflow's
    folder for temporary files, of which this makes none. Raises MulticoreException.
    """
    import selectors

    pending = iter(list(iterable))
    most = max_parallel or os.cpu_count() or 1
    children: dict[int, _Child] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while True:
                while len(children) < most:
                    try:
                        item = next(pending)
                    except StopIteration:
                        break
                    child = _Child(func, item)
                    children[child.reading] = child
                    selector.register(child.reading, selectors.EVENT_READ)
                if not children:
                    return
                for key, _ in selector.select():
                    if children[key.fd].is_done():
                        selector.unregister(key.fd)
                        yield children.pop(key.fd).result()
        finally:
            for child in children.values():
                child.kill()


def parallel_map(func: Callable[[Any], Any], iterable: Iterable[Any], max_parallel: int | None = None, dir: str | None = None) -> list[Any]:
    """Return `func(item)` of every item, in their order; arguments and errors are those of `parallel_imap_unordered`."""
    done = parallel_imap_unordered(lambda numbered: (numbered[0], func(numbered[1])), enumerate(iterable), max_parallel, dir)
    return [result for _, result in sorted(done, key=lambda found: found[0])]


@contextmanager
def profile(label: str, stats_dict: dict[str, int] | None = None) -> Iterator[None]:
    """Measure a block: print the milliseconds it took, or add them to `stats_dict[label]`, where it is left without an exception."""
    if stats_dict is None:
        print(f"PROFILE: {label} starting", flush=True)
    started = time.perf_counter()
    yield
    took = int((time.perf_counter() - started) * 1000)
    if stats_dict is None:
        print(f"PROFILE: {label} completed in {took}ms", flush=True)
    else:
        stats_dict[label] = stats_dict.get(label, 0) + took


class _Child:
    """A forked process that works out one result and writes it, pickled, to a pipe."""

    def __init__(self, func: Callable[[Any], Any], item: Any) -> None:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        self.reading, writing = os.pipe()
        self._data = bytearray()
        self._pid = os.fork()
        if self._pid == 0:
            _work(func, item, writing)
        os.close(writing)

    def is_done(self) -> bool:
        """Read what there is; return whether that was the last of it."""
        data = os.read(self.reading, 1024 * 1024)
        self._data += data
        return not data

    def result(self) -> Any:
        """Return what the function returned. Raises MulticoreException."""
        if self._bury() != 0:
            raise MulticoreException("Child failed")
        return pickle.loads(self._data)

    def kill(self) -> None:
        """End the process."""
        import signal

        os.kill(self._pid, signal.SIGKILL)
        self._bury()

    def _bury(self) -> int:
        os.close(self.reading)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def _work(func: Callable[[Any], Any], item: Any, writing: int) -> None:
    code = 1
    try:
        data = memoryview(pickle.dumps(func(item), protocol=5))
        while data:
            data = data[os.write(writing, data) :]
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)
