"""From a structured flow to its code package: its plan, and who names its data files."""

import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from flowc.diagnostics.model import Report
from flowc.disk import Disk
from flowc.ir.graph import FlowGraph
from flowc.ir.plan import build_plan, plan_bytes
from flowc.ir.regions import RegionTree
from flowc.package.build import build_package, include_why
from flowc.package.model import CodePackage, NamedFile, SourceMember
from flowc.source import Span


def package_flow(
    tree: RegionTree,
    closure: Sequence[SourceMember],
    project_root: Path,
    *,
    include: Sequence[str] = (),
    include_places: Mapping[str, Span] = MappingProxyType({}),
    report: Report | None = None,
    disk: Disk | None = None,
) -> CodePackage:
    """Return the code package of the flow of `tree`: its plan, `closure` as the frontend found it, and what `include` matches.

    Findings go as `build_package` says, and so does what `disk` remembers.
    """
    return build_package(
        plan_bytes(build_plan(tree)),
        closure,
        include,
        project_root,
        named=named_files(tree.graph),
        report=report,
        span=tree.graph.span,
        include_places=include_places,
        disk=disk,
    )


def asked_places(package: CodePackage, graph: FlowGraph, include_places: Mapping[str, Span]) -> Mapping[str, Span]:
    """Return where each data file of the package is asked for: by the flow, or by a pattern of the settings."""
    named = named_files(graph)
    patterns = {include_why(pattern): span for pattern, span in include_places.items()}
    found = {file.path: named[file.path].span if file.path in named else patterns.get(file.why) for file in package.files}
    return {path: span for path, span in found.items() if span is not None}


def named_files(graph: FlowGraph) -> Mapping[str, NamedFile]:
    """Return who names which data file, by each project path that the name may stand for: beside the flow's file, else from the root."""
    folder = posixpath.dirname(graph.project_path)
    named: dict[str, NamedFile] = {}
    for config in graph.configs:
        if config.path is not None:
            named.setdefault(config.path, NamedFile(f"Config {config.name!r}", config.span))
    for parameter in graph.parameters:
        if parameter.type == "file" and isinstance(parameter.default, str) and parameter.default:
            by = NamedFile(f"IncludeFile {parameter.name!r}", parameter.span)
            for path in (posixpath.join(folder, parameter.default), parameter.default):
                named.setdefault(posixpath.normpath(path), by)
    return named
