"""A flow file to flow graphs: the one entry of the frontend."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flowc.collector import no_collector
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.disk import Disk
from flowc.frontend.authoring import ROOTS
from flowc.frontend.classes import Classes
from flowc.frontend.closure import ClosureFile, import_closure, with_data
from flowc.frontend.data_files import DataFiles
from flowc.frontend.declarations import DeclarationReader
from flowc.frontend.decorators import DecoratorReader
from flowc.frontend.discovery import flow_classes
from flowc.frontend.flows import FlowReader
from flowc.frontend.literals import Folder
from flowc.frontend.names import Names
from flowc.frontend.project import Module, Project, followed
from flowc.frontend.refused_imports import report_refused_imports
from flowc.ir.graph import FlowGraph
from flowc.project_folder import find_project_root
from flowc.source import SourceFile, start_of


@dataclass(frozen=True, slots=True)
class Reading:
    """What a flow file holds: its flows in source order, every source read on the way, and what each flow reaches."""

    flows: tuple[FlowGraph, ...]
    sources: Mapping[str, SourceFile]
    project_root: Path
    closures: Mapping[str, tuple[ClosureFile, ...]]
    spelt_root: str
    """How findings spell the project root."""


def read_flows(path: Path, report: Report, *, project_root: Path | None = None, disk: Disk | None = None) -> Reading:
    """Return the flows of the file at `path`, without importing anything; whatever is wrong with them goes into `report`.

    `project_root` is the folder that holds the project: by default the nearest one above the file with flowc.toml,
    pyproject.toml or .git, else the file's own. `disk` remembers every file that was read and every path that was looked at.
    Raises UsageError where the file is outside of the project.
    """
    with no_collector():
        return _read(path, report, project_root, disk or Disk())


def _read(path: Path, report: Report, project_root: Path | None, disk: Disk) -> Reading:
    root = Path(project_root) if project_root is not None else find_project_root(followed(path, disk), disk)
    project = Project(path, root, report, disk)
    module = project.flow_module()
    if module is not None:
        _check_file_name(project, report)
    if module is None or module.broken:
        return Reading((), project.sources, project.root, {}, project.spell(project.root))
    names = Names(project)
    classes = Classes(names)
    folder = Folder(names, report)
    decorators = DecoratorReader(classes, folder, report)
    found = flow_classes(module, classes, decorators, report)
    flows: list[FlowGraph] = []
    closures: dict[str, tuple[ClosureFile, ...]] = {}
    if found:
        _report_relative_imports(module, report)
        modules = import_closure(module, project)
    for info in found:
        files = DataFiles(project, report)
        reader = FlowReader(names, folder, DeclarationReader(folder, files, report), decorators, report)
        flows.append(reader.read(info))
        closures[info.name] = with_data(modules, files.found)
    if found:
        report_refused_imports([one for one in project.modules() if one.source.project_path in modules], report)
    folder.config_of = None  # it holds the syntax trees in a circle, which only the collector would find
    return Reading(tuple(flows), project.sources, project.root, closures, project.spell(project.root))


def _check_file_name(project: Project, report: Report) -> None:
    name = project.flow_file.name
    if not name.endswith(".py"):
        flaw, help = "which Python cannot import", "let its name end in .py"
    elif name.removesuffix(".py") in ROOTS:
        flaw, help = "and imports itself in place of the package", "give it another name"
    else:
        return
    report(codes.FLOW_FILE_NAME, start_of(project.spell(project.flow_file)), file=name, flaw=flaw, help=help)


def _report_relative_imports(module: Module, report: Report) -> None:
    for statement in module.index.imports:
        if isinstance(statement, ast.ImportFrom) and statement.level:
            report(
                codes.RELATIVE_IMPORT,
                module.places.span(statement),
                help=f"import it by its full name: from {statement.module or 'package'} import …",
            )
