"""Run one flow by Metaflow itself and print what happened as JSON. Runs under Metaflow's own interpreter.

python trace.py FLOW.py CLASS [PARAMETER…]
→ {"status": "succeeded" | "failed" | "refused", "said": tail of the output, "graph": […] | null,
   "tasks": [{"step", "index": [item of each foreach around it], "artifacts": {name: canonical text}}, …]}
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))
from canonical import canonical


def graph_of(path, name):
    """Return Metaflow's own graph, a step a row, or None where building it fails."""
    from metaflow.graph import FlowGraph

    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
        graph = FlowGraph(getattr(module, name))
    except BaseException:
        return None
    return [
        {
            "name": node.name,
            "type": node.type,
            "next": list(dict.fromkeys(node.out_funcs)),
            "foreach": node.foreach_param,
            "condition": getattr(node, "condition", None),
            "inputs": node.type == "join" or node.num_args > 1,
        }
        for node in sorted(graph, key=lambda node: node.func_lineno or 0)
    ]


def tasks_of(name, run_id):
    """Return every finished task of the run with its artifacts."""
    from metaflow import Run, namespace

    namespace(None)
    rows = []
    for step in Run(f"{name}/{run_id}"):
        for task in sorted(step, key=lambda task: task.created_at):
            if not task.successful and "_catch_exception" not in task:
                continue
            frames = task["_foreach_stack"].data if "_foreach_stack" in task else []
            values = {artifact.id: canonical(artifact.data) for artifact in task if artifact.id != "name"}
            rows.append({"step": step.id, "index": [frame.index for frame in frames], "artifacts": values})
    return rows


def main(path, name, *parameters):
    """Run and report."""
    path = Path(path).resolve()
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "METAFLOW_DATASTORE_SYSROOT_LOCAL": home,
            "METAFLOW_HOME": home,
            "METAFLOW_USER": "tester",
            "HOME": home,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",  # Metaflow compares re-pickled sets: without one seed, merge_artifacts of an equal set fails by chance
        }
        done = subprocess.run(
            [sys.executable, path.name, "--no-pylint", "run", *parameters], cwd=path.parent, env=environment, capture_output=True, text=True
        )
        said = done.stdout + done.stderr
        os.environ.update(environment)
        started = re.search(r"run-id (\d+)", said)
        status = "succeeded" if done.returncode == 0 else "failed" if started else "refused"
        tasks = tasks_of(name, started.group(1)) if started else []
        print(json.dumps({"status": status, "said": said[-3000:], "graph": graph_of(path, name), "tasks": tasks}))


if __name__ == "__main__":
    main(*sys.argv[1:])
