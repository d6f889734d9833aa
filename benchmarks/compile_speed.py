"""Compile of large flows against the gates: python benchmarks/compile_speed.py [--runs N] [--sizes 100,1000,10000]."""

import argparse
import sys
import tempfile
from pathlib import Path

import flows
from measure import MISSED, interleaved, machine, python, verdict

FLOWC = [sys.executable, "-m", "flowc"]


def compile_command(path: Path, out: Path, *options: str) -> list[str]:
    return [*FLOWC, "compile", *options, str(path), "--target", "airflow", "-o", str(out)]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--sizes", default="100,1000,10000")
    given = options.parse_args()
    small, middle, large = (int(size) for size in given.sizes.split(","))
    held = True
    with tempfile.TemporaryDirectory() as home:
        here, out = Path(home), Path(home) / "out"
        paths = {size: flows.write(here / str(size), "flow.py", flows.linear(size)) for size in (small, middle)}
        bare = {size: flows.write(here / f"bare{size}", "flow.py", flows.linear(size, decorated=False)) for size in (middle, large)}
        split = {count: flows.write(here / f"split{count}", "flow.py", flows.splits(count)) for count in (100, 200)}
        print(f"compile, one target (airflow); {machine()}")
        costs = interleaved(
            {
                "pass": python("pass"),
                "import libcst": python("import libcst"),
                "ast.parse": python(f"import ast; ast.parse(open({str(paths[middle])!r}).read())"),
                "small": compile_command(paths[small], out, "--no-cache"),
                "middle": compile_command(paths[middle], out, "--no-cache"),
            },
            runs=given.runs,
        )
        for name, cost in costs.items():
            print(f"  {name}: {cost.cpu:.3f} s CPU, {cost.wall:.3f} s wall, {cost.peak:.0f} MiB")
        bare_parse = costs["ast.parse"].cpu - costs["pass"].cpu
        held &= verdict(f"{small} steps / import libcst", costs["small"].cpu / costs["import libcst"].cpu, 4)
        held &= verdict(f"{middle} steps / ast.parse of the same source", costs["middle"].cpu / bare_parse, 7.5)
        wide = interleaved(
            {
                "middle": compile_command(bare[middle], out, "--no-cache"),
                "large": compile_command(bare[large], out, "--no-cache"),
                "100 splits": compile_command(split[100], out, "--no-cache"),
                "200 splits": compile_command(split[200], out, "--no-cache"),
            },
            runs=max(1, given.runs // 2),
            warmup=0,
        )
        for name, cost in wide.items():
            print(f"  {name}, undecorated: {cost.cpu:.3f} s CPU, {cost.peak:.0f} MiB")
        held &= verdict(f"{large} / {middle} linear steps", wide["large"].cpu / wide["middle"].cpu, 12)
        held &= verdict("200 / 100 splits in a row", wide["200 splits"].cpu / wide["100 splits"].cpu, 2.3)
        again = interleaved({"pass": python("pass"), "recompile": compile_command(paths[small], out)}, runs=given.runs)
        held &= verdict(f"recompile of {small} steps / python -c pass", again["recompile"].cpu / again["pass"].cpu, 10)
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
