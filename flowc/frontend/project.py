"""The project around a flow file: where its modules are found, each parsed once."""

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flowc.diagnostics.model import Report
from flowc.disk import Disk
from flowc.errors import UsageError
from flowc.frontend.authoring import ROOTS
from flowc.frontend.files import read_source
from flowc.frontend.index import ModuleIndex, Table, index_module
from flowc.frontend.places import Places
from flowc.frontend.syntax import parse
from flowc.source import SourceFile


@dataclass(slots=True, eq=False)
class Module:
    """One Python file of the project. A file that cannot be parsed is a module with an empty tree and `broken` set."""

    name: str
    is_package: bool
    path: Path
    source: SourceFile
    tree: ast.Module
    places: Places
    broken: bool = False
    script: bool = False
    """The flow file itself: its relative imports are taken to mean the files beside it."""
    _index: ModuleIndex | None = field(default=None, repr=False)

    @property
    def index(self) -> ModuleIndex:
        """What the module binds and imports, made when first asked for."""
        if self._index is None:
            self._index = index_module(self.tree)
        return self._index

    @property
    def table(self) -> Table:
        """The names of the module."""
        return self.index.table

    def absolute(self, module: str, level: int) -> str | None:
        """Return the absolute name of an import in this module; None for a relative one that leads out of the package."""
        if level == 0 or (level == 1 and self.script):
            return module
        package = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
        if level - 1 >= len(package):
            return None
        parts = package[: len(package) - (level - 1)]
        return ".".join([*parts, module] if module else parts)


def followed(flow_file: Path, disk: Disk) -> Path:
    """Return the absolute path of a flow file; behind a symbolic link that of the file it leads to, beside which Python looks too.

    https://docs.python.org/3/library/sys_path_init.html
    """
    return Path(disk.real_path(flow_file)) if _is_followed(flow_file, disk) else Path(os.path.abspath(flow_file))


def _is_followed(flow_file: Path, disk: Disk) -> bool:
    return disk.is_link(flow_file) and disk.is_file(flow_file)


class Project:
    """Finds and parses the modules of one project, for one flow file.

    Modules are looked for in the flow file's folder, then the project root, then its `src`, as the flow finds them when it
    runs. `flowc` and `metaflow` are never modules of the project.
    """

    def __init__(self, flow_file: Path, root: Path, report: Report, disk: Disk) -> None:
        self.flow_file = followed(flow_file, disk)
        self.root = Path(os.path.abspath(root))
        if not self.flow_file.is_relative_to(self.root) and _is_followed(flow_file, disk):
            real_root = Path(disk.real_path(root))
            if self.flow_file.is_relative_to(real_root):
                self.root = real_root
            else:
                self.flow_file = Path(os.path.abspath(flow_file))
        through_link = self.flow_file != Path(os.path.abspath(flow_file))
        self.report = report
        self.disk = disk
        self.sources: dict[str, SourceFile] = {}
        self._given = flow_file
        beside_it = os.path.relpath(self.flow_file.parent, disk.real_path(flow_file.parent)) if through_link else ""
        self._given_folder = os.path.join(flow_file.parent, beside_it)
        folder = self.flow_file.parent
        if not folder.is_relative_to(self.root):
            raise UsageError(f"{flow_file} is outside the project root {root}")
        self.search = tuple(dict.fromkeys((folder, self.root, self.root / "src")))
        self._by_path: dict[Path, Module | None] = {}
        self._by_name: dict[str, tuple[Path, bool] | None] = {}

    def spell(self, path: Path) -> str:
        """Return how diagnostics spell `path`: as the flow file was given, so that the working directory does not matter."""
        if path == self.flow_file:
            return self._given.as_posix()
        beside = os.path.relpath(path, self.flow_file.parent)
        return Path(os.path.normpath(os.path.join(self._given_folder, beside))).as_posix()

    def project_path(self, path: Path) -> str:
        """Return `path` relative to the project root, posix; raises ValueError outside of it."""
        return path.relative_to(self.root).as_posix()

    def flow_module(self) -> Module | None:
        """Return the flow file as a module, or None where it could not even be read."""
        return self._load(self.flow_file, self.flow_file.stem, is_package=False)

    def modules(self) -> list[Module]:
        """Return every module read so far."""
        return [module for module in self._by_path.values() if module is not None]

    def find(self, name: str) -> Module | None:
        """Return the project module called `name`, or None where the project has no such file."""
        place = self.locate(name)
        return self._load(place[0], name, is_package=place[1]) if place else None

    def packages(self, name: str) -> Iterator[Module]:
        """Yield the modules that importing `name` runs, outermost package first, as far as the project holds them."""
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            module = self.find(".".join(parts[:count]))
            if module is not None:
                yield module

    def locate(self, name: str) -> tuple[Path, bool] | None:
        """Return the file of module `name` and whether it is a package, or None."""
        if name not in self._by_name:
            self._by_name[name] = self._locate(name)
        return self._by_name[name]

    def is_namespace(self, name: str) -> bool:
        """Whether `name` is a folder without `__init__.py` in which the project may hold modules."""
        parts = name.split(".")
        return all(part.isidentifier() for part in parts) and any(self.disk.is_folder(base.joinpath(*parts)) for base in self.search)

    def _locate(self, name: str) -> tuple[Path, bool] | None:
        parts = name.split(".")
        top = parts[0]
        if top in ROOTS or top in sys.builtin_module_names or not all(part.isidentifier() for part in parts):
            return None
        bases = self.search[:1] if top in sys.stdlib_module_names else self.search
        regular = next((base for base in bases if self._module_file(base / top) is not None), None)
        for base in (regular,) if regular is not None else bases:
            found = self._module_file(base.joinpath(*parts))
            if found is not None:
                return found
        return None

    def _module_file(self, stem: Path) -> tuple[Path, bool] | None:
        package = stem / "__init__.py"
        if self.disk.is_file(package):
            return package, True
        module = stem.with_name(stem.name + ".py")
        return (module, False) if self.disk.is_file(module) else None

    def _load(self, path: Path, name: str, *, is_package: bool) -> Module | None:
        if path not in self._by_path:
            self._by_path[path] = self._read(path, name, is_package=is_package)
        return self._by_path[path]

    def _read(self, path: Path, name: str, *, is_package: bool) -> Module | None:
        spelling = self.spell(path)
        source, parses = read_source(path, spelling, self.project_path(path), self.report, self.disk)
        if source is None:
            return None
        self.sources[spelling] = source
        tree = parse(source, self.report) if parses else None
        return Module(
            name,
            is_package,
            path,
            source,
            tree or ast.Module([], []),
            Places(source),
            broken=tree is None,
            script=path == self.flow_file,
        )
