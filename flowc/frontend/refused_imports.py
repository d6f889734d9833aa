"""Names that a flow imports from `flowc` or `metaflow` and that no task finds there."""

import ast
from collections.abc import Iterator, Sequence

from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.frontend.authoring import MUTATORS, ROOTS
from flowc.frontend.project import Module
from flowc.runtime_shim.refused_names import REFUSED


def report_refused_imports(modules: Sequence[Module], report: Report) -> None:
    """Report `from metaflow import name` for every name that raises ImportError in a task; a mutator that was refused is enough."""
    said = MUTATORS if any(found.code is codes.MUTATOR for found in report.diagnostics) else frozenset[str]()
    for module in modules:
        for statement in _reached(module):
            root = (statement.module or "").partition(".")[0]
            if root not in ROOTS or statement.level:
                continue
            for alias in statement.names:
                if alias.name in REFUSED and alias.name not in said:
                    span = module.places.span(alias)
                    notes = ["the import fails in every task"]
                    report(codes.NAME_NOT_OFFERED, span, name=alias.name, module=statement.module, notes=notes, help=REFUSED[alias.name])


def _reached(module: Module) -> Iterator[ast.ImportFrom]:
    """Yield the from-imports of a module, those left out that only run where the file is started as a script."""
    skipped: set[ast.AST] = {inner for statement in module.index.skipped for inner in ast.walk(statement)}
    yield from (one for one in module.index.imports if isinstance(one, ast.ImportFrom) and one not in skipped)
