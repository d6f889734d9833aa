"""From a structured flow to its code package: what the flow itself asks for, and its plan."""

import os
from collections.abc import Sequence
from pathlib import Path

from flowc.diagnostics.model import Report
from flowc.ir.graph import FlowGraph
from flowc.ir.plan import build_plan, plan_bytes
from flowc.ir.regions import RegionTree
from flowc.package.build import build_package
from flowc.package.model import AskedFile, CodePackage, SourceMember


def package_flow(
    tree: RegionTree, closure: Sequence[SourceMember], project_root: Path, *, include: Sequence[str] = (), report: Report | None = None
) -> CodePackage:
    """Return the code package of the flow of `tree`: its plan, `closure`, the files of its Configs and IncludeFiles, and `include`.

    Findings go as `build_package` says.
    """
    return build_package(
        plan_bytes(build_plan(tree)),
        closure,
        include,
        project_root,
        asked=asked_files(tree.graph, project_root),
        report=report,
        span=tree.graph.span,
    )


def asked_files(graph: FlowGraph, project_root: Path) -> tuple[AskedFile, ...]:
    """Return the files that Configs, and IncludeFiles by their default, name; paths posix and relative to `project_root`.

    A default is looked for from the project root, then from the folder of the flow's file; where it is in neither, it is
    returned as written, and is no error: a run may give another file.
    """
    configs = tuple(AskedFile(config.path, f"Config {config.name!r}", config.span) for config in graph.configs if config.path is not None)
    folder = graph.project_path.rpartition("/")[0]
    files = tuple(
        AskedFile(_find(parameter.default, folder, project_root), f"IncludeFile {parameter.name!r}", parameter.span, required=False)
        for parameter in graph.parameters
        if parameter.type == "file" and isinstance(parameter.default, str) and parameter.default
    )
    return configs + files


def _find(text: str, folder: str, project_root: Path) -> str:
    for base in (project_root, project_root / folder):
        path = Path(os.path.normpath(base / text))
        if path.is_relative_to(project_root) and path.is_file():
            return path.relative_to(project_root).as_posix()
    return text
