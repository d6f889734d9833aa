"""The DAG file of 100 steps against Metaflow's for the same flow: python benchmarks/airflow_file.py [--runs N] [--steps N] [--airflow 3.3].

Both are of pods. Metaflow's file loads on no Airflow from 2.11 on: it is patched where it breaks (PATCHES), and nowhere else. Parse is CPU
of executing the file in a process that has imported all of Airflow that either file imports, as the DAG processor has.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import flows
from measure import METAFLOW, MISSED, REPO, interleaved, machine, verdict

sys.path[:0] = [str(REPO / "tests/engines/s3"), str(REPO / "tests/engines/airflow")]

IMAGE = "registry.example/flows:1"
PATCHES = (
    (
        r'get_provider_info\(\)\["versions"\]\[0\]',
        '__import__("importlib.metadata").metadata.version("apache-airflow-providers-cncf-kubernetes")',
    ),
    (r"from airflow\.kubernetes\.secret import", "from airflow.providers.cncf.kubernetes.secret import"),
    (r"operators\.kubernetes_pod import", "operators.pod import"),
    (r"'schedule_interval': ", "'schedule': "),
)
"""What has to change in Metaflow's file so that it loads."""
AIRFLOW_ALONE = {
    "bash": "try:\n    from airflow.providers.standard.operators.bash import BashOperator\n"
    "except ImportError:\n    from airflow.operators.bash import BashOperator\n",
    "kubernetes": "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n",
}
AIRFLOW_NAMES = (
    "import json\nfrom datetime import datetime, timedelta, timezone\n"
    "try:\n    from airflow.sdk import DAG, Asset, Param, task, task_group\n"
    "except ImportError:\n    from airflow.datasets import Dataset as Asset\n    from airflow.decorators import task, task_group\n"
    "    from airflow.models.dag import DAG\n    from airflow.models.param import Param\n"
)
PARSE = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
files = json.loads(sys.argv[1])
seen = {name: [] for name in files}
for turn in range(int(sys.argv[2]) + 1):
    for name, path in files.items():
        begin = time.process_time()
        names = {"__name__": name, "__file__": path}
        exec(compile(open(path).read(), path, "exec"), names)
        spent = time.process_time() - begin
        if turn:
            seen[name].append(spent)
        assert len(names["dag"].tasks) == int(sys.argv[3]), path
print(json.dumps(seen))
"""


def metaflow_file(home: Path, text: str) -> str:
    """Return the DAG file that Metaflow makes of a flow, by its own command, with an S3 server of ours as its datastore."""
    from s3_servers import s3_server

    flow = flows.write(home / "theirs", "flow_file.py", text)
    package = home / "stub/kubernetes"
    (package / "client").mkdir(parents=True)
    for name in ("__init__.py", "config.py", "client/__init__.py"):
        (package / name).touch()
    (package / "client/rest.py").write_text("class ApiException(Exception): ...\n")
    with s3_server("moto", home / "s3") as server:
        server.make_bucket("flows")
        known = {
            "PYTHONPATH": str(home / "stub"),  # the command asks whether the package is there, and needs nothing of it
            "HOME": str(home),
            "METAFLOW_HOME": str(home),
            "METAFLOW_USER": "bench",
            "METAFLOW_S3_ENDPOINT_URL": server.url,
            "METAFLOW_DATASTORE_SYSROOT_S3": "s3://flows/metaflow",
            "METAFLOW_KUBERNETES_CONTAINER_IMAGE": IMAGE,
        }
        command = [
            METAFLOW,
            str(flow),
            "--no-pylint",
            "--datastore",
            "s3",
            "--metadata",
            "local",
            "airflow",
            "create",
            str(home / "theirs.txt"),
        ]
        done = subprocess.run(
            command, env={**os.environ, **server.environment, **known}, cwd=home / "theirs", capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(f"Metaflow: {done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return (home / "theirs.txt").read_text()


def our_file(home: Path, text: str, operator: str) -> str:
    """Return the DAG file that flowc makes of a flow."""
    flow = flows.write(home / "ours", "flow_file.py", text)
    command = [
        sys.executable,
        "-m",
        "flowc",
        "compile",
        str(flow),
        "--target",
        "airflow",
        "--root",
        "s3://flows/flowc",
        "--operator",
        operator,
    ]
    subprocess.run([*command, "--image", IMAGE, "-o", str(home / operator)], check=True, capture_output=True)
    [found] = (home / operator).rglob("*.py")
    return found.read_text()


def parse_cpu(airflow: Path, home: Path, texts: Mapping[str, str], steps: int, runs: int) -> dict[str, float]:
    """Return median CPU seconds of executing each file in one process of that Airflow, in turn."""
    files = {}
    for name, text in texts.items():
        files[name] = str(home / f"{name}_dag.py")
        Path(files[name]).write_text(text)
    environment = {**os.environ, "AIRFLOW_HOME": str(home / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    command = [str(airflow / "bin/python"), "-c", PARSE, json.dumps(files), str(runs), str(steps)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=home)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    seen = json.loads(done.stdout.splitlines()[-1])
    return {name: statistics.median(costs) for name, costs in seen.items()}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=9)
    options.add_argument("--steps", type=int, default=100)
    options.add_argument("--airflow", default="3.3")
    given = options.parse_args()
    airflow = REPO / f".venvs/airflow-{given.airflow}"
    print(f"DAG file of {given.steps} steps, Airflow {given.airflow}; {machine()}")
    if not (airflow / "bin/python").exists():
        print(f"  Airflow is not installed at {airflow}: `make engines` installs it; nothing is measured")
        return 0
    held = True
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        texts = {operator: our_file(home, flows.linear(given.steps), operator) for operator in ("bash", "kubernetes")}
        if Path(METAFLOW).exists():
            theirs = metaflow_file(home, flows.linear(given.steps, module="metaflow"))
            for pattern, replacement in PATCHES:
                theirs = re.sub(pattern, lambda _, text=replacement: text, theirs)
            texts["metaflow"] = theirs
        else:
            print(f"  Metaflow is not installed at {METAFLOW}: `make engines` installs it; its figures are left out")
        costs = parse_cpu(airflow, home, texts, given.steps, given.runs)
        sizes = {name: len(text.encode()) / given.steps for name, text in texts.items()}
        for name in texts:
            print(f"  {name}: {sizes[name]:.0f} bytes a step, {costs[name] * 1000:.1f} ms CPU to parse")
        if "metaflow" in texts:
            held &= verdict("bytes a step, pods / Metaflow", sizes["kubernetes"] / sizes["metaflow"], 1 / 6)
            held &= verdict("CPU to parse, pods / Metaflow", costs["kubernetes"] / costs["metaflow"], 1)
        held &= imports(airflow, home, flows.linear(2), given.runs)
    return 0 if held else MISSED


def imports(airflow: Path, home: Path, text: str, runs: int) -> bool:
    """Compare a fresh process that runs the file of two steps with one that imports Airflow's own classes alone."""
    commands = {}
    for operator, own in AIRFLOW_ALONE.items():
        file = home / f"two_{operator}.py"
        file.write_text(our_file(home / f"two-{operator}", text, operator))
        commands[f"file {operator}"] = [str(airflow / "bin/python"), str(file)]
        commands[f"airflow {operator}"] = [str(airflow / "bin/python"), "-c", AIRFLOW_NAMES + own]
    environment = {**os.environ, "AIRFLOW_HOME": str(home / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    costs = interleaved(commands, runs=max(1, runs // 2), env=environment, cwd=home)
    held = True
    for operator in AIRFLOW_ALONE:
        file, own = costs[f"file {operator}"].cpu, costs[f"airflow {operator}"].cpu
        print(f"  {operator}: {file:.2f} s CPU for a process with the file, {own:.2f} s with Airflow's classes alone")
        held &= verdict(f"whole process with the file / Airflow's own imports, {operator}", file / own, 1.15)
    return held


if __name__ == "__main__":
    sys.exit(main())
