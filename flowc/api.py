"""Read, check, structure, compile: wires the arrows, holds no logic. What comes back are results; the caller decides what to raise."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowc.diagnostics import Diagnostic, Report, Severity
from flowc.diagnostics.fixes import with_sound_fixes
from flowc.diagnostics.ignores import without_ignored
from flowc.diagnostics.severities import read_severities, with_severities
from flowc.disk import Disk
from flowc.errors import EngineError, FlowcError, UsageError
from flowc.frontend import ClosureFile, read_flows
from flowc.ir.graph import FlowGraph
from flowc.ir.passes import check_graph
from flowc.ir.passes.check_artifacts import check_artifacts
from flowc.ir.regions import RegionTree
from flowc.ir.structure_regions import structure_regions
from flowc.settings import Settings, check_target_root, load_settings
from flowc.source import SourceFile, Span

if TYPE_CHECKING:
    from flowc.backends.base import Bound, Manifest
    from flowc.backends.constructs import Construct
    from flowc.backends.deploying import Change, Deployer, DeployUnit
    from flowc.backends.portability import Row
    from flowc.package import CodePackage


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
    settings: Settings

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


def check(
    path: Path | str,
    name: str | None = None,
    *,
    env: str | None = None,
    project_root: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    disk: Disk | None = None,
) -> CheckResult:
    """Read the flows of a file and report every finding of the language; `name` picks one flow of several, `env` a table of settings.

    overrides: settings given by hand. disk: remembers what was read and looked at. Ignore comments and severities have been applied.
    Raises UsageError if the file was read and has no flow called `name`, and for settings that cannot be read.
    """
    report = Report()
    disk = disk or Disk()
    reading = read_flows(Path(path), report, project_root=project_root, disk=disk)
    settings = load_settings(reading.project_root, env, disk=disk, spelt=reading.spelt_root).with_overrides(overrides or {})
    sources = reading.sources if settings.source is None else {**reading.sources, settings.source.name: settings.source}
    severities = read_severities(settings.severity, settings.origin)
    graphs = [replace(graph, environment=settings.environment) for graph in reading.flows if name in (None, graph.name)]
    if name is not None and reading.flows and not graphs:
        names = ", ".join(graph.name for graph in reading.flows)
        raise UsageError(f"{path} has no flow called {name!r}", help=f"it has: {names}")
    flows = []
    for graph in graphs:
        check_graph(graph, report)
        tree = structure_regions(graph, report)
        check_artifacts(graph, tree, report)
        flows.append(CheckedFlow(graph=graph, tree=tree, closure=tuple(reading.closures.get(graph.name, ()))))
    complete = graphs[0].file if graphs and len(graphs) == len(reading.flows) else None
    found = without_ignored(report.diagnostics, reading.sources, complete=complete)
    return CheckResult(
        flows=tuple(flows),
        diagnostics=with_severities(with_sound_fixes(found, reading.sources), severities),
        sources=sources,
        project_root=reading.project_root,
        settings=settings,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledFlow:
    """One flow for one target: `name` is its deployed name, the paths of `manifests` are relative to its own folder."""

    name: str
    target: str
    graph: FlowGraph
    package: "CodePackage"
    manifests: "tuple[Manifest, ...]"
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileResult:
    """What `compile_flows` made. Where there are errors no flow was compiled and `flows` is empty."""

    flows: tuple[CompiledFlow, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceFile]

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return all(found.severity is not Severity.ERROR for found in self.diagnostics)

    @property
    def manifests(self) -> "tuple[Manifest, ...]":
        """Every file, under the path `<target>/<flow>/…`."""
        return tuple(
            replace(manifest, path=f"{flow.target}/{flow.name}/{manifest.path}") for flow in self.flows for manifest in flow.manifests
        )

    def raise_for_errors(self) -> None:
        """Raise InvalidFlowError if there is any error."""
        errors = [found for found in self.diagnostics if found.severity is Severity.ERROR]
        if errors:
            raise InvalidFlowError(errors)


FlowSource = Path | str | tuple[Path, str | None]
"""A flow file, or a file and the name of one of its flows."""


def compile_flows(
    flows: Sequence[FlowSource],
    targets: Sequence[str],
    *,
    env: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    project_root: Path | None = None,
    disk: Disk | None = None,
) -> CompileResult:
    """Return the files of every flow for every target; nothing is written and nothing uploaded.

    `env` chooses a table of settings, `overrides` are settings given by hand; `disk` remembers what was read and looked at. Raises
    UsageError for an unknown target or setting, and where two flows have one deployed name.
    """
    from flowc.secrets_scan import redacted

    disk = disk or Disk()
    compiled: list[CompiledFlow] = []
    diagnostics: list[Diagnostic] = []
    sources: dict[str, SourceFile] = {}
    for source in flows:
        path, name = source if isinstance(source, tuple) else (Path(source), None)
        checked = check(path, name, env=env, project_root=project_root, overrides=overrides, disk=disk)
        settings = checked.settings
        check_target_root(settings.root)
        report, secrets, places = Report(), Report(), list[Span]()
        for flow in checked.flows:
            outcome = _compile(flow, checked, targets, settings, report, disk)
            places.extend(_report_secrets(flow, checked, targets, outcome, settings, secrets))
            compiled.extend(outcome)
        diagnostics.extend(checked.diagnostics)
        found = without_ignored((*report.diagnostics, *secrets.diagnostics), checked.sources)
        diagnostics.extend(with_severities(found, read_severities(settings.severity, settings.origin)))
        sources.update(redacted(checked.sources, places))
    unique = tuple(sorted(dict.fromkeys(diagnostics), key=lambda found: (found.span, found.code.id, found.message)))
    failed = any(found.severity is Severity.ERROR for found in unique)
    seen: set[tuple[str, str]] = set()
    for made in compiled:
        if (made.target, made.name) in seen:
            raise UsageError(f"two flows are called {made.name}", help="compile them into different folders, or rename one")
        seen.add((made.target, made.name))
    return CompileResult(flows=() if failed else tuple(compiled), diagnostics=unique, sources=sources)


def _compile(
    flow: CheckedFlow, checked: CheckResult, targets: Sequence[str], settings: Settings, report: Report, disk: Disk
) -> list[CompiledFlow]:
    from flowc.backends.base import Unit
    from flowc.backends.capabilities import check_capabilities
    from flowc.backends.registry import load_backend, other_backends
    from flowc.ir.plan import build_plan
    from flowc.package.flow_package import package_flow

    backends = [load_backend(target) for target in dict.fromkeys(targets)]
    if flow.tree is None or not checked.ok:
        return []
    chosen = [(backend.form(options), options) for backend in backends for options in (backend.read_options(settings),)]
    plan = build_plan(flow.tree)
    for backend, options in chosen:
        check_capabilities(flow.tree, backend, report, others=partial(other_backends, backend.name))
        backend.check(flow.tree, plan, options, report)
    package = package_flow(
        flow.tree,
        flow.closure,
        checked.project_root,
        include=settings.include,
        include_places=settings.include_places,
        report=report,
        disk=disk,
    )
    if report.has_errors:
        return []
    digest = f"sha256:{hashlib.sha256(checked.sources[flow.graph.file].data).hexdigest()}"
    return [
        CompiledFlow(
            name=plan["flow"],
            target=backend.name,
            graph=flow.graph,
            package=package,
            manifests=backend.emit(Unit(tree=flow.tree, plan=plan, code=package.digest, source_digest=digest, options=options)),
            settings=settings,
        )
        for backend, options in chosen
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetReport:
    """What one target makes of one flow. `ok` is whether it compiles; `diagnostics` say why not, and what the language says as a whole."""

    target: str
    ok: bool
    rows: "tuple[Row, ...]"
    bounds: "tuple[Bound, ...]"
    able: "Mapping[Construct, tuple[str, ...]]"
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceFile]

    def others(self, construct: "Construct") -> tuple[str, ...]:
        """The further targets that compile the construct."""
        return tuple(name for name in self.able.get(construct, ()) if name != self.target)


def report_targets(
    path: Path | str, name: str | None = None, *, env: str | None = None, overrides: Mapping[str, Any] | None = None
) -> tuple[TargetReport, ...]:
    """Return what every target makes of the one flow; raises UsageError where there are several or none, or for unknown settings."""
    from flowc.backends.portability import portability
    from flowc.backends.registry import TARGETS, load_backend
    from flowc.ir.plan import build_plan

    disk = Disk()
    checked = check(path, name, env=env, overrides=overrides, disk=disk)
    tree, settings = checked.flow.tree, checked.settings
    found = []
    for target in TARGETS:
        compiled = compile_flows([(Path(path), checked.flow.graph.name)], [target], env=env, overrides=overrides, disk=disk)
        backend = load_backend(target)
        made = portability(backend, tree, build_plan(tree), backend.read_options(settings)) if tree is not None and checked.ok else None
        found.append((target, compiled, made))
    able: dict[Construct, tuple[str, ...]] = {}
    for target, _, made in found:
        for row in made.rows if made else ():
            if row.support.compiles:
                able[row.construct] = (*able.get(row.construct, ()), target)
    return tuple(
        TargetReport(
            target=target,
            ok=compiled.ok,
            rows=made.rows if made else (),
            bounds=made.bounds if made else (),
            able=able,
            diagnostics=compiled.diagnostics,
            sources=compiled.sources,
        )
        for target, compiled, made in found
    )


def _report_secrets(
    flow: CheckedFlow, checked: CheckResult, targets: Sequence[str], made: Sequence[CompiledFlow], settings: Settings, report: Report
) -> tuple[Span, ...]:
    """Report what looks like a secret in a flow and all that was made of it; returns where in the sources."""
    from flowc.package.flow_package import asked_places
    from flowc.package.tar import files_of
    from flowc.secrets_scan import Output, report_secrets

    package = made[0].package if made else None
    return report_secrets(
        flow.graph,
        settings,
        targets,
        outputs=[Output(one.target, manifest.path, manifest.text) for one in made for manifest in one.manifests],
        files=files_of(package.data) if package else [(file.project_path, file.data) for file in flow.closure],
        sources=checked.sources,
        asked=asked_places(package, flow.graph, settings.include_places) if package else {},
        report=report,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What a deploy does or did: what it changes at the scheduler, the code package and the root it goes to.

    place: the target with the scheduler's address, or the folder that it reads. others: where else the flow was deployed with this
    root, under this name. advice: what a person does next, and what then happens.
    """

    unit: "DeployUnit"
    deployer: "Deployer"
    changes: "tuple[Change, ...]"
    package: "CodePackage"
    place: str
    others: tuple[str, ...]
    advice: tuple[str, ...]


def plan_deploy(flow: CompiledFlow, *, prune: bool = False, rollback: bool = False) -> Deployment:
    """Return what deploying a compiled flow would do, without doing it.

    prune: also remove what it no longer has. rollback: go back to the version before instead. Raises UsageError where the store root or
    the scheduler is not known, or a scheduler that keeps no versions is to go back, EngineError where one of them cannot be read or
    something that is not the flow's is in the way.
    """
    from flowc.backends.deploying import DeployUnit
    from flowc.backends.deployments import other_places
    from flowc.backends.registry import load_deployer
    from flowc.runtime_shim.stores import StoreError, open_store

    if flow.settings.root is None:
        raise UsageError("deploy needs the store that the tasks will use", help='set root = "…" in flowc.toml, or give --root')
    unit = DeployUnit(flow=flow.name, graph=flow.graph, manifests=flow.manifests, root=flow.settings.root, prune=prune, rollback=rollback)
    deployer = load_deployer(flow.target, flow.settings)
    if rollback and not deployer.keeps_versions:
        raise UsageError(f"{flow.target} keeps no versions to go back to", help="check out the flow as it was, and deploy that")
    changes = deployer.plan(unit)
    place = f"{flow.target} {deployer.place}"
    try:
        others = other_places(open_store(unit.root), flow.name, place)
    except StoreError as error:
        raise EngineError(f"the store cannot be read: {error}") from error
    return Deployment(
        unit=unit,
        deployer=deployer,
        changes=changes,
        package=flow.package,
        place=place,
        others=others,
        advice=deployer.advice(unit, changes),
    )


def deploy(deployment: Deployment) -> None:
    """Do it: the code package goes into the store, then what changed to the scheduler.

    Raises EngineError where the store or the scheduler refuses.
    """
    from flowc.backends.deployments import note_place
    from flowc.package import upload
    from flowc.runtime_shim.stores import StoreError, open_store

    unit = deployment.unit
    try:
        store = open_store(unit.root, durable=True)
        if not unit.rollback:
            upload(store, unit.flow, deployment.package)
        deployment.deployer.apply(unit, deployment.changes)
        note_place(store, unit.flow, deployment.place)
    except StoreError as error:
        raise EngineError(f"the code package cannot be stored: {error}") from error
