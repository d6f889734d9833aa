"""A store in S3, by obstore and by boto3: python benchmarks/s3_store.py [--runs N] [--mib 1024] [--width 1000].

One trivial task as a process; the inputs of a wide join; a float64 array saved and loaded. The server is memory_s3.py, in a process of its
own on loopback, so that CPU is that of the client. Metaflow's side saves the same array through its own task datastore, on local files,
which is kinder to it than S3.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flows
from measure import METAFLOW, MISSED, interleaved, machine, python, verdict

ROOT = "s3://bench/root"
CLIENTS = ("obstore", "boto3")
GIB = 2**30
METAFLOW_MIB = 100
THEIRS = """
import os, resource, sys, tempfile
import numpy
from metaflow.datastore.content_addressed_store import ContentAddressedStore
from metaflow.plugins.datastores.local_storage import LocalStorage
import pickle
array = numpy.random.default_rng(7).random(int(sys.argv[1]) * 2**20 // 8)
LocalStorage.datastore_root = tempfile.mkdtemp(dir=os.getcwd())
store = ContentAddressedStore("data", LocalStorage(LocalStorage.datastore_root))
before = resource.getrusage(resource.RUSAGE_SELF)
store.save_blobs(iter([pickle.dumps(array, protocol=4)]))
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
"""


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """The environment of processes that use a started server."""
    command = [sys.executable, str(Path(__file__).with_name("memory_s3.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        url = server.stdout.readline().strip()
        yield {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
        server.stdin.close()


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def task(home: Path, environment: dict[str, str], runs: int) -> tuple[bool, dict[str, float]]:
    """Measure the step process of the shim; return whether the gate held, and the CPU of each client."""
    from flowc.runtime_shim.contract import Attempt, commit_key
    from flowc.runtime_shim.environment import attempt_to_environment
    from flowc.runtime_shim.stores import open_store

    path = flows.write(home / "ours", "passing.py", flows.passing())
    command = [sys.executable, "-m", "flowc", "run", "--root", ROOT, "--run-id", "base", str(path)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    os.environ.update(environment)
    store = open_store(ROOT)
    code = json.loads(store.get("Passing/runs/base/_run") or b"")["code"]
    variables = attempt_to_environment(Attempt("airflow", "Passing", ROOT, "base", "middle", "r", code=code))
    key = commit_key("Passing", "base", "middle", "r")
    shim = [sys.executable, "-m", "flowc.runtime_shim", "step", "middle"]
    chosen = {client: ["env", f"FLOWC_S3_CLIENT={client}", *shim] for client in CLIENTS}
    commands = {"pass": python("pass"), "import obstore": python("import obstore"), **chosen}
    before = {client: (lambda: store.delete(key)) for client in CLIENTS}
    costs = interleaved(commands, runs=runs, env={**environment, **variables}, cwd=home, before=before)
    for name, cost in costs.items():
        print(f"  {name}: {cost.cpu * 1000:.0f} ms CPU, {cost.wall * 1000:.0f} ms wall, {cost.peak:.0f} MiB")
    alone = costs["pass"].cpu
    held = verdict("step process, obstore / python -c pass", costs["obstore"].cpu / alone, 5)
    print(f"    without importing obstore: {(costs['obstore'].cpu - costs['import obstore'].cpu + alone) / alone:.3g}")
    print(f"  step process, boto3 / python -c pass: {costs['boto3'].cpu / alone:.3g}")
    return held, {client: costs[client].cpu for client in CLIENTS}


def join_child(width: int) -> dict[str, float]:
    """Read the records of all inputs of a join, as the shim does before its step; return CPU and wall of one input."""
    from flowc.diagnostics import Report
    from flowc.frontend import read_flows
    from flowc.ir.plan import build_plan
    from flowc.ir.structure_regions import structure_regions
    from flowc.runtime_shim.addresses import parents
    from flowc.runtime_shim.contract import commit_key
    from flowc.runtime_shim.records import commit
    from flowc.runtime_shim.stores import open_store
    from flowc.runtime_shim.stores.threads import in_threads
    from flowc.runtime_shim.task_records import RunRecords
    from flowc.runtime_shim.values import save_value

    with tempfile.TemporaryDirectory() as folder:
        path = flows.write(Path(folder), "wide.py", flows.foreach(width))
        report = Report()
        (graph,) = read_flows(path, report, project_root=path.parent).flows
        tree = structure_regions(graph, report)
        assert tree is not None
        plan = build_plan(tree)
    opener = next(name for name, step in plan["steps"].items() if step["kind"] == "foreach")
    body, join = plan["steps"][opener]["next"][0], plan["steps"][opener]["join"]
    store = open_store(ROOT)
    artifacts = {name: save_value(store, "Wide", list(range(20)))[0] for name in ("a", "b", "c")}

    def record(step: str, at: str, control: dict[str, Any]) -> None:
        base = {"flow": "Wide", "run": "1", "step": step, "at": at, "attempt": 0, "nonce": at, "status": "ok"}
        commit(store, commit_key("Wide", "1", step, at), {**base, "control": control, "artifacts": artifacts})

    record(opener, "r", {"count": width, "var": "xs"})
    in_threads(lambda index: record(body, f"r.{index}", {}), range(width), store.at_once)
    records = RunRecords(open_store(ROOT), "Wide", "1")
    records.run_record()
    used, wall = cpu(), time.perf_counter()
    found = parents(plan, join, "r", records.commit, records.loop_exit, at_once=records.store.at_once)
    assert sum(1 for _ in found.records) == width
    return {"cpu": (cpu() - used) / width, "wall": (time.perf_counter() - wall) / width}


def array_child(role: str, size: int, kept: Path) -> dict[str, float]:
    """Save an array, or load the one that was saved; `base` does nothing but import."""
    import numpy as np

    from flowc.runtime_shim.artifacts import Artifacts
    from flowc.runtime_shim.stores import open_store

    store = open_store(ROOT)
    store.get("F/warm")
    if role == "base":
        return {"peak": peak()}
    if role == "load":
        artifacts = Artifacts(store, "Bench", json.loads(kept.read_text()))
        wall, used = time.perf_counter(), cpu()
        array = artifacts.get("array")
        wall, used = time.perf_counter() - wall, cpu() - used
        assert array.nbytes == size
        return {"peak": peak(), "wall": wall, "cpu": used}
    array = np.random.default_rng(os.getpid()).random(size // 8)  # another one each time: what is there already is not sent
    artifacts = Artifacts(store, "Bench", {})
    artifacts.set("array", array)
    wall, used = time.perf_counter(), cpu()
    entries = artifacts.finish()
    wall, used = time.perf_counter() - wall, cpu() - used
    kept.write_text(json.dumps(entries))
    return {"peak": peak(), "wall": wall, "cpu": used}


def child(environment: dict[str, str], client: str, *role: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", *role]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**environment, "FLOWC_S3_CLIENT": client})
    found: dict[str, float] = json.loads(done.stdout)
    return found


def joins(environment: dict[str, str], width: int) -> bool:
    held = True
    for client in CLIENTS:
        found = child(environment, client, "join", str(width))
        print(f"  join of {width}, {client}: {found['cpu'] * 1000:.2f} ms CPU, {found['wall'] * 1000:.2f} ms wall an input")
        if client == "obstore":
            held = verdict("join: client CPU ms of one input, obstore", found["cpu"] * 1000, 0.2)
    return held


def arrays(environment: dict[str, str], mib: int, home: Path) -> bool:
    held = True
    size = mib * 2**20
    for client in CLIENTS:
        base, saved, loaded = (child(environment, client, role, str(size), str(home / client)) for role in ("base", "save", "load"))
        for name, found in ("save", saved), ("load", loaded):
            over = (found["peak"] - base["peak"]) / size
            rate = f"{found['cpu'] / size * GIB:.2f} s CPU, {found['wall'] / size * GIB:.2f} s wall per GiB"
            print(f"  {name} {mib} MiB, {client}: {rate}, peak {over:.2f} x the array")
            if client == "obstore":
                held &= verdict(f"{name}: peak memory / array, obstore", over, 1.1)
    return held


def against_metaflow(environment: dict[str, str], home: Path) -> bool:
    if not Path(METAFLOW).exists():
        print(f"  Metaflow is not installed at {METAFLOW}: `make engines` installs it; its figure is left out")
        return True
    command = [METAFLOW, "-c", THEIRS, str(METAFLOW_MIB)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=home, env={**environment, "HOME": str(home)})
    theirs = float(done.stdout)
    size, kept = str(METAFLOW_MIB * 2**20), str(home / "hundred")
    signed = child(environment, "obstore", "save", size, kept)["cpu"]
    ours = child({**environment, "FLOWC_S3_SIGN_PAYLOADS": "0"}, "obstore", "save", size, kept)["cpu"]
    print(
        f"  save {METAFLOW_MIB} MiB of float64: Metaflow {theirs:.2f} s CPU; "
        f"ours {ours:.3f} s as over https, {signed:.3f} s signed as over http"
    )
    return verdict("save: CPU of Metaflow / ours, as over https", theirs / ours, 25, at_least=True)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=11)
    options.add_argument("--mib", type=int, default=1024)
    options.add_argument("--width", type=int, default=1000)
    options.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        role, size, *rest = given.child
        print(json.dumps(join_child(int(size)) if role == "join" else array_child(role, int(size), Path(rest[0]))))
        return 0
    print(f"a store in S3, server in memory on loopback; {machine()}")
    home = Path(tempfile.mkdtemp())
    try:
        with served() as variables:
            environment = {**os.environ, **variables}
            held, _ = task(home, environment, given.runs)
            held &= joins(environment, given.width)
        with served() as variables:
            held &= arrays({**os.environ, **variables}, given.mib, home)
            held &= against_metaflow({**os.environ, **variables}, home)
    finally:
        shutil.rmtree(home)
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
