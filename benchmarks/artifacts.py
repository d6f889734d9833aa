"""A large float64 array saved, loaded and passed on: python benchmarks/artifacts.py [--mib 256] [--runs N] [--folder DIR].

Saving and loading run in processes of their own, so that their peak memory is theirs; speeds are the best of N turns, because a busy
machine only ever makes them worse. The first write of a size is not counted: on a virtual machine the host first has to find the memory.
"""

import argparse
import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measure import MISSED, machine, verdict

GIB = 2**30
ROLES = ("base", "save", "load")


class Recording:
    """A store that counts requests and the bytes that they carry."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.requests = 0
        self.bytes = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def call(*arguments: Any) -> Any:
            self.requests += 1
            answer = found(*arguments)
            for carried in (*arguments[1:], answer):
                parts = carried if isinstance(carried, list | tuple) else (carried,)
                self.bytes += sum(len(part) for part in parts if isinstance(part, bytes | bytearray | memoryview))
            return answer

        return call


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def child(role: str, size: int, folder: Path, runs: int) -> dict[str, Any]:
    """Play one role in this process and return its figures; `load` reads what `save` left."""
    import numpy as np

    from flowc.runtime_shim.artifacts import Artifacts
    from flowc.runtime_shim.stores import open_store

    store = open_store((folder / "store").as_uri())
    kept = folder / "entries.json"
    if role == "base":
        return {"peak": peak_bytes()}
    if role == "load":
        begin, used = time.perf_counter(), cpu()
        artifacts = Artifacts(store, "Bench", json.loads(kept.read_text()))
        array = artifacts.get("array")
        wall, used = time.perf_counter() - begin, cpu() - used
        array.sum()
        return {"peak": peak_bytes(), "wall": wall, "cpu": used}
    array = np.random.default_rng(7).random(size // 8)
    turns = []
    for turn in range(runs + 1):
        begin, used = time.perf_counter(), cpu()
        hashlib.sha256(array).digest()
        hashed, hashed_cpu = time.perf_counter() - begin, cpu() - used
        shutil.rmtree(folder / "store", ignore_errors=True)
        artifacts = Artifacts(store, "Bench", {})
        artifacts.set("array", array)
        begin, used, own = time.perf_counter(), cpu(), time.thread_time()
        entries = artifacts.finish()
        wall, used, own = time.perf_counter() - begin, cpu() - used, time.thread_time() - own
        turns.append((hashed, hashed_cpu, wall, used, max(own, used - own)))
        if turn == 0:
            turns.clear()
    kept.write_text(json.dumps(entries))
    names = ("sha256", "sha256 cpu", "wall", "cpu", "busiest thread")
    return {"peak": peak_bytes(), **dict(zip(names, map(min, zip(*turns, strict=True)), strict=True))}


def untouched(folder: Path) -> tuple[Recording, Recording]:
    """Pass the saved array on, in a step that touches another artifact; return what the store saw for both."""
    from flowc.runtime_shim.artifacts import Artifacts
    from flowc.runtime_shim.stores import open_store

    entries = json.loads((folder / "entries.json").read_text())
    seen = []
    for change in (False, True):
        store = Recording(open_store((folder / "store").as_uri()))
        artifacts = Artifacts(store, "Bench", entries)  # type: ignore[arg-type]  # a store by what it does
        if change:
            artifacts.set("other", "x" * 100_000)
        assert artifacts.finish()["array"] == entries["array"]
        seen.append(store)
    return seen[0], seen[1]


def measured(role: str, given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", role, "--mib", str(given.mib), "--runs", str(given.runs), "--folder", str(folder)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mib", type=int, default=256)
    options.add_argument("--runs", type=int, default=11)
    options.add_argument("--folder", type=Path, help="where the store is made; by default where temporary files go")
    options.add_argument("--child", choices=ROLES, help=argparse.SUPPRESS)
    given = options.parse_args()
    size = given.mib * 2**20
    if given.child:
        print(json.dumps(child(given.child, size, given.folder, given.runs)))
        return 0
    print(f"a float64 array of {given.mib} MiB, file:// store; {machine()}")
    with tempfile.TemporaryDirectory(dir=given.folder) as home:
        base, saved, loaded = (measured(role, given, Path(home)) for role in ROLES)
        passed, beside = untouched(Path(home))
    print(f"  interpreter, numpy and shim: {base['peak'] / 2**20:.0f} MiB; peaks below are what comes on top, as a share of the array")
    print(f"  sha256 in memory: {saved['sha256'] / size * GIB:.2f} s wall per GiB")
    for name, found in (("save", saved), ("load", loaded)):
        print(f"  {name}: {found['cpu'] / size * GIB:.2f} s CPU per GiB, {found['wall'] / size * GIB:.2f} s wall per GiB")
    held = verdict("save: peak memory / array", (saved["peak"] - base["peak"]) / size, 1.1)
    held &= verdict("load: peak memory / array", (loaded["peak"] - base["peak"]) / size, 1.1)
    held &= verdict("save: CPU s per GiB", saved["cpu"] / size * GIB, 2)
    held &= verdict("load: CPU s per GiB", loaded["cpu"] / size * GIB, 2)
    held &= verdict("save: speed / speed of sha256 in memory", saved["sha256"] / saved["wall"], 0.9, at_least=True)
    alone = saved["sha256 cpu"] / saved["busiest thread"]
    print(f"    by the CPU of its busiest thread, which is what wall comes to where both threads have a core: {alone:.3g}")
    held &= verdict("untouched: requests", passed.requests, 0)
    held &= verdict("untouched: bytes", passed.bytes, 0)
    held &= verdict("untouched beside a 100 kB artifact that is set: bytes", beside.bytes, 110_000)
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
