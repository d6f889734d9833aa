"""Read, check, structure, compile: wires the arrows, holds no logic. What comes back are results; the caller decides what to raise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flowc.diagnostics import Diagnostic, Report, Severity
from flowc.errors import FlowcError, UsageError
from flowc.frontend import ClosureFile, read_flows
from flowc.ir.graph import FlowGraph
from flowc.ir.passes import check_graph
from flowc.ir.regions import RegionTree
from flowc.ir.structure_regions import structure_regions
from flowc.source import SourceFile


class InvalidFlowError(FlowcError):
    """The flow has errors; `diagnostics` holds them."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("; ".join(f"{found.span}: {found.code.id} {found.message}" for found in diagnostics))
        self.diagnostics = tuple(diagnostics)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFlow:
    """One flow as read. `tree` is None where the graph has no region tree; then a diagnostic says why."""

    graph: FlowGraph
    tree: RegionTree | None
    closure: tuple[ClosureFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What `check` found. `sources` are the files read, by the name that spans use."""

    flows: tuple[CheckedFlow, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceFile]
    project_root: Path

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return all(found.severity is not Severity.ERROR for found in self.diagnostics)

    def raise_for_errors(self) -> None:
        """Raise InvalidFlowError if there is any error."""
        errors = [found for found in self.diagnostics if found.severity is Severity.ERROR]
        if errors:
            raise InvalidFlowError(errors)

    @property
    def flow(self) -> CheckedFlow:
        """The only flow; raises UsageError where there are several or none."""
        if len(self.flows) == 1:
            return self.flows[0]
        names = ", ".join(flow.graph.name for flow in self.flows)
        if not names:
            raise UsageError("there is no flow in the file")
        raise UsageError(f"the file holds several flows: {names}", help="name one, as in train.py:TrainFlow")


def check(path: Path | str, name: str | None = None, *, project_root: Path | None = None) -> CheckResult:
    """Read the flows of a file and report every finding of the language; `name` picks one flow of several.

    Raises UsageError if the file was read and has no flow called `name`.
    """
    report = Report()
    reading = read_flows(Path(path), report, project_root=project_root)
    graphs = [graph for graph in reading.flows if name in (None, graph.name)]
    if name is not None and reading.flows and not graphs:
        names = ", ".join(graph.name for graph in reading.flows)
        raise UsageError(f"{path} has no flow called {name!r}", help=f"it has: {names}")
    flows = []
    for graph in graphs:
        check_graph(graph, report)
        tree = structure_regions(graph, report)
        flows.append(CheckedFlow(graph=graph, tree=tree, closure=tuple(reading.closures.get(graph.name, ()))))
    return CheckResult(flows=tuple(flows), diagnostics=report.diagnostics, sources=reading.sources, project_root=reading.project_root)
