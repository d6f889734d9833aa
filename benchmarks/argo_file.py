"""Files for Argo of generated flows, beside Metaflow's for the same flow: python benchmarks/argo_file.py [--runs N] [--steps 100,1000].

Bytes are of compact JSON, as Kubernetes gets it. Metaflow's side is its own command `argo-workflows create --only-json`, with an S3 server
of ours as its datastore and without a cluster.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import flows
import yaml
from measure import METAFLOW, MISSED, REPO, interleaved, machine, python, verdict

sys.path[:0] = [str(REPO / "tests/engines/s3"), str(REPO / "tests/engines/airflow")]

IMAGE = "registry.example/flows:1"
COMPILE = [sys.executable, "-m", "flowc", "compile", "--no-cache", "--target", "argo", "--image", IMAGE, "--root", "s3://flows/flowc"]


def our_bytes(folder: Path) -> int:
    """Return the bytes of all objects of Argo in a folder that flowc wrote."""
    objects = [item for path in sorted(folder.rglob("*.yaml")) for item in yaml.load_all(path.read_text(), yaml.CSafeLoader)]
    return sum(len(json.dumps(item, separators=(",", ":"))) for item in objects if item["apiVersion"].startswith("argoproj.io/"))


def metaflow_bytes(home: Path, steps: int) -> int:
    """Return the bytes of what Metaflow makes of the same flow. Raises RuntimeError where its command fails."""
    from s3_servers import s3_server

    flow = flows.write(home / "theirs", "flow_file.py", flows.linear(steps, module="metaflow"))
    with s3_server("moto", home / "s3") as server:
        server.make_bucket("flows")
        known = {
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
            "argo-workflows",
            "create",
            "--only-json",
        ]
        done = subprocess.run(command, env={**os.environ, **server.environment, **known}, capture_output=True, text=True)
    begin = done.stdout.find("{")
    if done.returncode or begin < 0:
        raise RuntimeError(f"Metaflow: {done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return len(json.dumps(json.JSONDecoder().raw_decode(done.stdout[begin:])[0], separators=(",", ":")))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--steps", default="100,1000")
    given = options.parse_args()
    held = True
    print(f"files for Argo; {machine()}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        sizes = [int(size) for size in given.steps.split(",")]
        paths = {size: flows.write(home / str(size), "flow.py", flows.linear(size)) for size in sizes}
        large = paths[sizes[-1]]
        commands = {str(size): [*COMPILE, str(path), "-o", str(home / f"out{size}")] for size, path in paths.items()}
        parse = {"pass": python("pass"), "ast.parse": python(f"import ast; ast.parse(open({str(large)!r}).read())")}
        costs = interleaved({**parse, **commands}, runs=given.runs)
        for size in sizes:
            bytes_a_step = our_bytes(home / f"out{size}") / size
            print(f"  {size} steps: {bytes_a_step:.0f} bytes a step, {costs[str(size)].cpu:.2f} s CPU to compile")
            held &= verdict(f"bytes a step, {size} steps", bytes_a_step, 1000)
        held &= verdict(
            f"{sizes[-1]} steps / ast.parse of the same source",
            costs[str(sizes[-1])].cpu / (costs["ast.parse"].cpu - costs["pass"].cpu),
            7.5,
        )
        if Path(METAFLOW).exists():
            try:
                theirs = metaflow_bytes(home, sizes[0]) / sizes[0]
            except RuntimeError as error:
                print(f"  {error}\n  Metaflow's figures are left out: its command needs the package kubernetes, for one by PYTHONPATH")
                return 0 if held else MISSED
            ours = our_bytes(home / f"out{sizes[0]}") / sizes[0]
            print(f"  Metaflow, {sizes[0]} steps: {theirs:.0f} bytes a step")
            held &= verdict("bytes a step / Metaflow", ours / theirs, 1 / 8)
        else:
            print(f"  Metaflow is not installed at {METAFLOW}: `make engines` installs it; its figures are left out")
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
