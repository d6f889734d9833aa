"""One language, spelt in several places: what the packages offer, what the compiler knows, what a task has."""

import ast
import subprocess
import sys
from pathlib import Path

import flowc
from flowc.frontend import authoring as known
from flowc.runtime_shim import authoring, parallel_map
from flowc.runtime_shim.refused_names import REFUSED

CLIENT = {"Artifact", "Flow", "Run", "Step", "Task"}
ELSEWHERE = {"parallel_imap_unordered", "parallel_map", "profile"}
"""Of the shim, but not loaded with the language."""
OFFERED = "import metaflow; print(*metaflow.__all__)"


def imported_for_type_checkers() -> dict[str, set[str]]:
    tree = ast.parse(Path(flowc.__file__).read_text())
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    return {node.module or "": {alias.name for alias in node.names} for node in block.body if isinstance(node, ast.ImportFrom)}


def test_flowc_offers_the_language_and_the_client() -> None:
    assert set(flowc.__all__) == {*authoring.__all__, *CLIENT, *ELSEWHERE}
    for name in flowc.__all__:
        assert getattr(flowc, name) is not None


def test_type_checkers_see_the_same() -> None:
    names = imported_for_type_checkers()
    assert names["flowc.runtime_shim.authoring"] == set(authoring.__all__)
    assert names["flowc.client"] == CLIENT
    assert names["flowc.runtime_shim.parallel_map"] == {name for name in ELSEWHERE if hasattr(parallel_map, name)} == ELSEWHERE


def test_the_compiler_knows_every_name() -> None:
    assert set(authoring.__all__) <= known.EXPORTS


def test_every_name_of_metaflow_is_offered_or_refused() -> None:
    code = f"from flowc.runtime_shim import alias; alias.install(); {OFFERED}"
    offered = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
    assert known.EXPORTS - offered - set(REFUSED) == set()
    assert offered & set(REFUSED) == set()
