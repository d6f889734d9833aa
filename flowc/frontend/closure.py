"""Import closure: every project file that a flow file reaches, and why. An unrelated file never enters."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flowc.frontend.names import exported
from flowc.frontend.project import Module, Project


@dataclass(frozen=True, slots=True)
class ClosureFile:
    """One file that travels with the flow: its path in the project, its bytes, and what brought it in."""

    project_path: str
    data: bytes = field(repr=False)
    why: str


def import_closure(flow: Module, project: Project) -> dict[str, ClosureFile]:
    """Return the flow file and every module it reaches by import statements anywhere in them, by project path."""
    found: dict[str, ClosureFile] = {flow.source.project_path: ClosureFile(flow.source.project_path, flow.source.data, "the flow file")}
    pending = [flow]
    while pending:
        module = pending.pop()
        for imported, line in _imported(module, project):
            path = imported.source.project_path
            if path not in found:
                found[path] = ClosureFile(path, imported.source.data, f"imported by {module.source.project_path}:{line}")
                pending.append(imported)
    return found


def with_data(closure: Mapping[str, ClosureFile], data: Mapping[str, tuple[bytes, str]]) -> tuple[ClosureFile, ...]:
    """Return the closure with data files added, sorted by project path."""
    files = {path: ClosureFile(path, content, why) for path, (content, why) in data.items()}
    files.update(closure)
    return tuple(files[path] for path in sorted(files))


def _imported(module: Module, project: Project) -> Iterator[tuple[Module, int]]:
    for statement in module.index.imports:
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        else:
            names = list(_names_of(statement, module, project))
        for name in names:
            for found in project.packages(name):
                yield found, statement.lineno
    for name, call in module.index.dynamic:
        for found in project.packages(name):
            yield found, call.lineno


def _names_of(statement: ast.ImportFrom, module: Module, project: Project) -> Iterator[str]:
    """Yield the modules that `from target import names` may run: the target, and names that are its submodules."""
    target = module.absolute(statement.module or "", statement.level)
    if target is None:
        return
    if target:
        yield target
    prefix = f"{target}." if target else ""
    names = [alias.name for alias in statement.names]
    if names == ["*"]:
        package = project.find(target) if target else None
        names = sorted(exported(package)) if package is not None and package.is_package else []
    for name in names:
        if project.locate(prefix + name) is not None:
            yield prefix + name
