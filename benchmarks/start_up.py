"""Start-up: `flowc --help` and `import flowc` against `python -c pass`: python benchmarks/start_up.py [--runs N]."""

import argparse
import sys

from measure import MISSED, interleaved, machine, python, verdict


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=15)
    given = options.parse_args()
    print(f"start-up; {machine()}")
    costs = interleaved(
        {"pass": python("pass"), "help": [sys.executable, "-m", "flowc", "--help"], "import": python("import flowc")}, runs=given.runs
    )
    for name, cost in costs.items():
        print(f"  {name}: {cost.cpu * 1000:.0f} ms CPU, {cost.wall * 1000:.0f} ms wall")
    held = verdict("flowc --help / python -c pass", costs["help"].cpu / costs["pass"].cpu, 5)
    held &= verdict("import flowc / python -c pass", costs["import"].cpu / costs["pass"].cpu, 2)
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
