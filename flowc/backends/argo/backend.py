"""The Argo target: what a platform engineer would have typed, for Argo Workflows 3.6 to 4.1."""

from collections.abc import Mapping

from flowc.backends.argo.access import access_objects
from flowc.backends.argo.bounds import bounds
from flowc.backends.argo.capabilities import CAPABILITIES
from flowc.backends.argo.emit import workflow_templates
from flowc.backends.argo.kustomization import NAME as KUSTOMIZATION
from flowc.backends.argo.kustomization import kustomization
from flowc.backends.argo.limits import check_limits
from flowc.backends.argo.lower import lower
from flowc.backends.argo.options import ArgoOptions, read_options
from flowc.backends.argo.start_objects import cron_workflow, sensor
from flowc.backends.argo.yaml_text import to_yaml
from flowc.backends.base import Backend, Bound, Manifest, Unit
from flowc.backends.capabilities import Support
from flowc.backends.constructs import Construct
from flowc.diagnostics.model import Report
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import VERSION, Plan
from flowc.settings import Settings


class ArgoBackend:
    """See `Backend`."""

    name = "argo"

    @property
    def capabilities(self) -> Mapping[Construct, Support]:
        """The stance on every construct."""
        return CAPABILITIES

    @property
    def forms(self) -> Mapping[str, Backend[ArgoOptions]]:
        """The only form."""
        return {"": self}

    def read_options(self, settings: Settings) -> ArgoOptions:
        """Return what the table `[argo]` says about compiling."""
        return read_options(settings)

    def form(self, options: ArgoOptions) -> Backend[ArgoOptions]:
        """Return the only form."""
        return self

    def check(self, tree: RegionTree, plan: Plan, options: ArgoOptions, report: Report) -> None:
        """Report what the flow asks beyond the limits of Argo."""
        check_limits(tree, plan, options, report)

    def bounds(self, tree: RegionTree, plan: Plan, options: ArgoOptions) -> tuple[Bound, ...]:
        """Return what nesting and the size of a workflow allow."""
        return bounds(tree, options)

    def emit(self, unit: Unit[ArgoOptions]) -> tuple[Manifest, ...]:
        """Return the WorkflowTemplate that runs start from, then the files beside it."""
        flow = lower(unit)
        header = _header(unit)
        found = []
        for part, template in enumerate(workflow_templates(unit, flow), start=1):
            name = "workflow-template.yaml" if part == 1 else f"workflow-template-{part}.yaml"
            found.append(Manifest(name, header + to_yaml([template])))
        watching = sensor(unit)
        for name, item in (("cron-workflow.yaml", cron_workflow(unit)), ("sensor.yaml", watching)):
            if item is not None:
                found.append(Manifest(name, header + to_yaml([item])))
        accounts = access_objects(unit, gangs=any(step.gang for step in flow.steps), sensor=watching is not None)
        if accounts:
            found.insert(0, Manifest("access.yaml", header + to_yaml(accounts)))
        found.append(Manifest(KUSTOMIZATION, header + to_yaml([kustomization([manifest.path for manifest in found])])))
        return tuple(found)


def _header(unit: Unit[ArgoOptions]) -> str:
    return (
        f"# Written by flowc {VERSION} from {unit.tree.graph.project_path} ({unit.source_digest}).\n"
        "# Edit the flow and compile again, not this file.\n"
    )


BACKEND = ArgoBackend()
