"""Runs in Metaflow's own interpreter: prints the graph of one flow as Metaflow has it. Imports nothing of flowc."""

import json
import runpy
import sys
from pathlib import Path


def main(path: str, name: str) -> None:
    sys.path.insert(0, str(Path(path).parent))
    from metaflow.flowspec import FlowStateItems

    flow = runpy.run_path(path, run_name="not_main")[name]
    configs = [(variable, found) for variable, found in flow._get_parameters() if found.IS_CONFIG_PARAMETER]
    parameters = []
    for variable, found in flow._get_parameters():
        if not found.IS_CONFIG_PARAMETER:
            if not configs:
                found.init()
            parameters.append([variable, found.name])
    graph = flow._graph
    steps = {}
    for node in graph:
        steps[node.name] = {
            "inputs": node.num_args > 1,
            "next": node.out_funcs,
            "foreach": None if node.parallel_foreach else node.foreach_param,
            "condition": node.condition,
            "cases": [list(pair) for pair in node.switch_cases.items()],
            "parallel": bool(node.parallel_foreach),
            "line": node.func_lineno,
            "decorators": sorted(found.name for found in node.decorators),
        }
    state = flow._flow_state
    decorators = sorted(name for name, found in state[FlowStateItems.FLOW_DECORATORS].items() for _ in found)
    print(
        json.dumps(
            {
                "start": graph.start_step,
                "end": graph.end_step,
                "steps": steps,
                "parameters": sorted(parameters),
                "configs": sorted([variable, found.name] for variable, found in configs),
                "decorators": decorators,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
