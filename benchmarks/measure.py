"""Whole-process CPU time and peak memory by `wait4`, commands taken in turn so that a ratio holds when the machine drifts."""

import compileall
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

REPO = Path(__file__).resolve().parents[1]

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
compileall.compile_dir(REPO / "flowc", quiet=2)
# Both sides of a ratio start from bytecode, as an installed package does.

METAFLOW = os.environ.get("FLOWC_METAFLOW_PYTHON", str(REPO / ".venvs/metaflow/bin/python"))
"""The interpreter of an environment with Metaflow, which may not exist: `make engines` makes it."""

MISSED = 3
"""Exit code of a benchmark that ran and missed a gate."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over the runs of one command: CPU seconds (user and system, children that it waited for included), wall seconds, peak MiB."""

    cpu: float
    wall: float
    peak: float


def once(command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, fails: bool = False) -> Cost:
    """Run `command` once; raises RuntimeError with its output where it fails and `fails` does not expect that."""
    import time

    begin = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, cwd=cwd) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not fails:
        raise RuntimeError(f"{' '.join(command)} exited {process.returncode}\n{said.decode(errors='replace')[-3000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024)


def interleaved(
    commands: Mapping[str, Sequence[str]],
    *,
    runs: int = 5,
    warmup: int = 1,
    before: Mapping[str, Callable[[], object]] = MappingProxyType({}),
    **options: object,
) -> dict[str, Cost]:
    """Return the median cost of every command, each run `runs` times in turn after `warmup` rounds that do not count.

    before: what to do, unmeasured, each time before the command of that name.
    """
    seen: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(warmup + runs):
        for name, command in commands.items():
            if name in before:
                before[name]()
            cost = once(command, **options)  # type: ignore[arg-type]
            if turn >= warmup:
                seen[name].append(cost)
    return {
        name: Cost(*(statistics.median(getattr(cost, part) for cost in costs) for part in ("cpu", "wall", "peak")))
        for name, costs in seen.items()
    }


def machine() -> str:
    """Return one line about the machine and the versions measured."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def verdict(name: str, ratio: float, gate: float, *, at_least: bool = False) -> bool:
    """Print one ratio beside its gate and return whether it holds."""
    holds = ratio >= gate if at_least else ratio <= gate
    print(f"  {name}: {ratio:.3g} (gate {'>=' if at_least else '<='} {gate:g}) {'ok' if holds else 'MISSED'}")
    return holds


def python(code: str) -> list[str]:
    """Return the command that runs `code` under the interpreter that measures."""
    return [sys.executable, "-c", code]
