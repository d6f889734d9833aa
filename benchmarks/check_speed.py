"""`flowc check` against the gates: python benchmarks/check_speed.py [--runs N] [--flows N].

One typical flow of 50 lines against `import libcst`, many flows in one command against one, and what has not changed against
`python -c pass`.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import flows
from measure import MISSED, interleaved, machine, python, verdict

CHECK = [sys.executable, "-m", "flowc", "check"]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("--flows", type=int, default=100)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        paths = [str(flows.write(folder, f"flow_{number}.py", flows.typical(number))) for number in range(given.flows)]
        print(f"check, {len(flows.typical(0).splitlines())} lines a flow; {machine()}")
        costs = interleaved(
            {
                "pass": python("pass"),
                "import libcst": python("import libcst"),
                "one": [*CHECK, "--no-cache", paths[0]],
                "many": [*CHECK, "--no-cache", *paths],
                "folder": [*CHECK, "--no-cache", home],
                "again": [*CHECK, paths[0]],
                "many again": [*CHECK, *paths],
            },
            runs=given.runs,
        )
    for name, cost in costs.items():
        print(f"  {name}: {cost.cpu * 1000:.0f} ms CPU, {cost.wall * 1000:.0f} ms wall, {cost.peak:.0f} MiB")
    held = verdict("one flow / import libcst", costs["one"].cpu / costs["import libcst"].cpu, 2)
    held &= verdict(f"{given.flows} flows / one", costs["many"].cpu / costs["one"].cpu, 20)
    held &= verdict("a folder of them / one", costs["folder"].cpu / costs["one"].cpu, 20)
    held &= verdict("one again / python -c pass", costs["again"].cpu / costs["pass"].cpu, 10)
    held &= verdict(f"{given.flows} flows again / python -c pass", costs["many again"].cpu / costs["pass"].cpu, 10)
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
