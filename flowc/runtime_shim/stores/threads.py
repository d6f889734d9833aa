"""A few threads for requests that may run at the same time."""

import threading
from collections.abc import Callable, Iterable

from flowc.runtime_shim.typed import Any


def in_threads(work: Callable[[Any], None], given: Iterable[Any], at_once: int) -> None:
    """Call `work` with each of `given`, at most `at_once` at the same time, and wait; raise the first error, the rest not begun."""
    rest = iter(given)
    lock = threading.Lock()
    troubles: list[BaseException] = []

    def run() -> None:
        while not troubles:
            with lock:
                try:
                    one = next(rest)
                except StopIteration:
                    return
            try:
                work(one)
            except BaseException as error:
                troubles.append(error)

    threads = [threading.Thread(target=run, name="flowc-store", daemon=True) for _ in range(at_once - 1)]
    for thread in threads:
        thread.start()
    run()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
