"""One task as its container runs it on Argo, artifacts in S3, our command and Metaflow's: python benchmarks/container.py [--runs N].

Both are as emitted. The step `middle` of the same flow takes a 1 KB artifact and leaves another; an S3 server (moto) stands behind a
proxy that counts requests. What Argo and Kubernetes fill in is filled in here. Metaflow's command writes to /tmp and /mnt, so it runs
where these are its own: that takes root. `pip install`, with which it begins, finds everything installed and downloads nothing.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import flows
import yaml
from measure import METAFLOW, MISSED, REPO, interleaved, machine, python, verdict

sys.path[:0] = [str(REPO / "tests/engines/s3"), str(REPO / "tests/engines/airflow")]

WORKFLOW = "passing-x1"
GATE_CPU = 30
GATE_SHIM = 5
OWN_FOLDERS = 'mount -t tmpfs none /tmp && mount -t tmpfs none /mnt && mkdir /mnt/out && cd "$1" && exec bash -c "$2"'


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with the tags of a workflow in it replaced."""
    for tag, value in values.items():
        text = text.replace("{{" + tag + "}}", value)
    return text


def environment(entries: list[dict[str, Any]], values: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a container; what Kubernetes would take from the pod is `pod`."""
    return {entry["name"]: filled(entry["value"], values) if entry.get("value") is not None else "pod" for entry in entries}


def ours(home: Path, base: dict[str, str], root: str) -> tuple[list[str], dict[str, str], Callable[[], None]]:
    """Compile and run `start`; return the command and environment of `middle`, and what takes its commit away."""
    path = flows.write(home / "ours", "passing.py", flows.passing())
    words = ["compile", "--target", "argo", "--image", "any", "--root", root, "-o", str(home / "build"), str(path)]
    subprocess.run([sys.executable, "-m", "flowc", *words], check=True, capture_output=True, env=base)
    spec = yaml.safe_load((home / "build/argo/Passing/workflow-template.yaml").read_text())["spec"]
    shared = spec["templateDefaults"]["container"]
    values = {"workflow.name": WORKFLOW, "workflow.uid": "uid-1", "inputs.parameters.at": "r", "retries": "0"}

    def task(name: str) -> tuple[list[str], dict[str, str]]:
        own = next(template for template in spec["templates"] if template["name"] == name)["container"]
        command = [sys.executable, *shared["command"][1:], *own["args"]]
        return command, base | environment([*shared["env"], *own["env"]], values)

    from flowc import api
    from flowc.package import upload
    from flowc.runtime_shim.contract import commit_key
    from flowc.runtime_shim.stores import open_store

    os.environ.update({name: value for name, value in base.items() if name.startswith("AWS_") or name.lower() == "no_proxy"})
    [flow] = api.compile_flows([path], ["argo"], overrides={"root": root, "image": "any"}).flows
    upload(open_store(root), flow.name, flow.package)
    command, variables = task("start")
    subprocess.run(command, check=True, capture_output=True, env=variables, cwd=home)
    return *task("middle"), lambda: open_store(root).delete(commit_key("Passing", WORKFLOW, "middle", "r"))


def theirs(home: Path, base: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """Let Metaflow write its workflow and run `start`; return the command and environment of `middle`."""
    path = flows.write(home / "theirs", "passing.py", flows.passing(module="metaflow"))
    known = {
        "HOME": str(home),
        "METAFLOW_HOME": str(home),
        "METAFLOW_USER": "bench",
        "METAFLOW_S3_ENDPOINT_URL": base["AWS_ENDPOINT_URL"],
        "METAFLOW_DATASTORE_SYSROOT_S3": "s3://flows/metaflow",
        "METAFLOW_KUBERNETES_CONTAINER_IMAGE": "any",
        "PATH": f"{Path(METAFLOW).parent}:{base['PATH']}",
    }
    words = [METAFLOW, str(path), "--no-pylint", "--datastore", "s3", "--metadata", "local", "argo-workflows", "create", "--only-json"]
    done = subprocess.run(words, env=base | known, capture_output=True, text=True, cwd=home)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    templates = {template["name"]: template for template in json.loads(done.stdout[done.stdout.index("{") :])["spec"]["templates"]}
    values = {"workflow.name": WORKFLOW, "workflow.creationTimestamp": "2026-11-24T00:00:00Z"}

    def task(name: str) -> tuple[list[str], dict[str, str]]:
        container = templates[name]["container"]
        folder = home / f"container-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        text = filled(container["command"][-1], values)
        command = ["unshare", "--mount", "bash", "-c", OWN_FOLDERS, "bash", str(folder), text]
        return command, base | known | environment(container["env"], values)

    command, variables = task("start")
    kept = command[-1].replace("exit $c", "cp /mnt/out/task_id $HOME/task_id; exit $c")
    done = subprocess.run([*command[:-1], kept], env=variables, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"Metaflow's start exited {done.returncode}\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    values["inputs.parameters.input-paths"] = f"argo-{WORKFLOW}/start/{(home / 'task_id').read_text().strip()}"
    return task("middle")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    given = options.parse_args()
    from fault_proxy import proxied
    from s3_servers import s3_server

    print(f"one task as its container runs it, artifacts in S3; {machine()}")
    held = True
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, s3_server("moto", Path(folder) / "s3") as server:
        home = Path(folder)
        server.make_bucket("flows")
        with proxied(server.url) as proxy:
            base = {**os.environ, **server.behind(proxy.url).environment}
            command, variables, again = ours(home, base, "s3://flows/flowc")
            costs = interleaved(
                {"pass": python("pass"), "flowc": command}, runs=given.runs * 3, env=variables, cwd=home, before={"flowc": again}
            )
            again()
            proxy.forget()
            subprocess.run(command, check=True, capture_output=True, env=variables, cwd=home)
            requests = {"flowc": proxy.counts()}
            if not Path(METAFLOW).exists():
                print(f"  Metaflow is not installed at {METAFLOW}: `make engines` installs it; its figures are left out")
            elif os.geteuid():
                print("  Metaflow's command needs folders of its own, and only root can make them: its figures are left out")
            else:
                command, variables = theirs(home, base)
                fresh = {"metaflow": lambda: [shutil.rmtree(path, ignore_errors=True) for path in (home / "container-middle").iterdir()]}
                costs |= interleaved({"metaflow": command}, runs=given.runs, env=variables, cwd=home, before=fresh)
                fresh["metaflow"]()
                proxy.forget()
                subprocess.run(command, check=True, capture_output=True, env=variables, cwd=home)
                requests["metaflow"] = proxy.counts()
    for name, cost in costs.items():
        asked = f", {sum(requests[name].values())} requests {dict(requests[name])}" if name in requests else ""
        print(f"  {name}: {cost.cpu * 1000:.0f} ms CPU, {cost.wall * 1000:.0f} ms wall, {cost.peak:.0f} MiB{asked}")
    held &= verdict("container of the shim / python -c pass", costs["flowc"].cpu / costs["pass"].cpu, GATE_SHIM)
    if "metaflow" in costs:
        ratio = costs["metaflow"].cpu / costs["flowc"].cpu
        held &= verdict("container of Metaflow / of the shim", ratio, GATE_CPU, at_least=True)
    return 0 if held else MISSED


if __name__ == "__main__":
    sys.exit(main())
