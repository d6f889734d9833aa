"""One task as a process, a 1 KB artifact in and out, against `python -c pass`: python benchmarks/task.py [--runs N].

The code package and the parent's record come from a file:// store, as on a worker without baked-in code. Metaflow's side is its own
step process (`metaflow flow.py step …`) on the same flow with its local datastore and metadata; the whole command also starts it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import flows
from measure import METAFLOW, MISSED, interleaved, machine, python, verdict

RUN = "base"
GATE = 5


def prepare(home: Path) -> tuple[dict[str, str], Path]:
    """Run the flow once here; return the environment of the task of `middle`, and the folder of its records."""
    from flowc.runtime_shim.contract import Attempt
    from flowc.runtime_shim.environment import attempt_to_environment

    store = home / "store"
    path = flows.write(home / "ours", "passing.py", flows.passing())
    subprocess.run(
        [sys.executable, "-m", "flowc", "run", "--root", store.as_uri(), "--run-id", RUN, str(path)], check=True, capture_output=True
    )
    code = json.loads((store / "Passing" / "runs" / RUN / "_run").read_bytes())["code"]
    attempt = Attempt(engine="airflow", flow="Passing", root=store.as_uri(), run=RUN, step="middle", at="r", code=code)
    return attempt_to_environment(attempt), store / "Passing" / "runs" / RUN / "middle"


def metaflow_step(home: Path, environment: dict[str, str]) -> list[str]:
    """Run the flow once by Metaflow; return the command of its step process for `middle`."""
    path = flows.write(home / "theirs", "passing.py", flows.passing(module="metaflow"))
    whole = [METAFLOW, str(path), "--no-pylint", "--metadata", "local", "--datastore", "local"]
    subprocess.run([*whole, "run", "--run-id-file", str(home / "run")], check=True, capture_output=True, env=environment, cwd=home)
    run = (home / "run").read_text().strip()
    return [*whole, "step", "middle", "--run-id", run, "--task-id", "99", "--input-paths", f"{run}/start/1"]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=15)
    given = options.parse_args()
    print(f"one task as a process, file:// store; {machine()}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        variables, records = prepare(home)
        environment = {**os.environ, **variables, "METAFLOW_HOME": folder, "METAFLOW_USER": "bench", "HOME": folder}
        commands = {"pass": python("pass"), "shim": [sys.executable, "-m", "flowc.runtime_shim", "step", "middle"]}
        costs = interleaved(commands, runs=given.runs, env=environment, cwd=home, before={"shim": lambda: shutil.rmtree(records)})
        if not (records / "r" / "commit").exists():
            raise RuntimeError("the measured task committed nothing")
        if Path(METAFLOW).exists():
            theirs = {"metaflow step": metaflow_step(home, environment)}
            costs |= interleaved(theirs, runs=max(1, given.runs // 5), env=environment, cwd=home)
        else:
            print(f"  Metaflow is not installed at {METAFLOW}: `make engines` installs it; its figure is left out")
    for name, cost in costs.items():
        print(f"  {name}: {cost.cpu * 1000:.0f} ms CPU, {cost.wall * 1000:.0f} ms wall, {cost.peak:.0f} MiB")
    held = verdict("step process of the shim / python -c pass", costs["shim"].cpu / costs["pass"].cpu, GATE)
    if "metaflow step" in costs:
        print(f"  step process of Metaflow / of the shim: {costs['metaflow step'].cpu / costs['shim'].cpu:.3g}")
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
