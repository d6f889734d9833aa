"""A wide foreach of trivial items, run here and by Metaflow side by side: python benchmarks/local_run.py [--width 100] [--runs N]."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import flows
from measure import METAFLOW, MISSED, interleaved, machine, verdict


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--width", type=int, default=100)
    options.add_argument("--runs", type=int, default=1)
    given = options.parse_args()
    print(f"local run of a foreach of {given.width}; {machine()}")
    with tempfile.TemporaryDirectory() as home:
        ours = flows.write(Path(home) / "ours", "wide.py", flows.foreach(given.width))
        theirs = flows.write(Path(home) / "theirs", "wide.py", flows.foreach(given.width, module="metaflow"))
        run = [sys.executable, "-m", "flowc", "run", "--root", f"file://{home}/store", str(ours)]
        commands = {
            "flowc run": run,
            "flowc run --isolate": [*run[:4], "--isolate", *run[4:]],
        }
        if Path(METAFLOW).exists():
            commands["metaflow run"] = [METAFLOW, str(theirs), "--no-pylint", "run", "--max-workers", "16"]
        else:
            print(f"  Metaflow is not installed at {METAFLOW}: `make engines` installs it; its figures are left out")
        environment = {**os.environ, "METAFLOW_HOME": home, "METAFLOW_USER": "bench", "HOME": home}
        costs = interleaved(commands, runs=given.runs, warmup=0, env=environment, cwd=Path(home))
    for name, cost in costs.items():
        print(f"  {name}: {cost.cpu:.2f} s CPU, {cost.wall:.2f} s wall, {cost.cpu / (given.width + 3) * 1000:.0f} ms CPU per task")
    if "metaflow run" not in costs:
        return 0
    held = verdict("flowc run / metaflow run", costs["flowc run"].cpu / costs["metaflow run"].cpu, 0.1)
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
