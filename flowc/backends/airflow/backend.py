"""The Airflow target: one readable DAG file for each flow, for Airflow 2.10 to 3.3."""

from collections.abc import Mapping

from flowc.backends.airflow.bounds import bounds
from flowc.backends.airflow.capabilities import CAPABILITIES, POD_CAPABILITIES
from flowc.backends.airflow.emit import Provenance, emit
from flowc.backends.airflow.limits import check_limits
from flowc.backends.airflow.lower import lower
from flowc.backends.airflow.options import AirflowOptions, read_options
from flowc.backends.airflow.pod_form import check_pods, with_pods
from flowc.backends.airflow.scheduling import check_scheduling
from flowc.backends.base import Backend, Bound, Manifest, Unit
from flowc.backends.capabilities import Support
from flowc.backends.constructs import Construct
from flowc.diagnostics.model import Report
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import VERSION, Plan
from flowc.settings import Settings


class AirflowBackend:
    """See `Backend`. `pods`: every step is a pod, not a process of the worker."""

    name = "airflow"

    def __init__(self, *, pods: bool = False) -> None:
        self.pods = pods

    @property
    def capabilities(self) -> Mapping[Construct, Support]:
        """The stance on every construct."""
        return POD_CAPABILITIES if self.pods else CAPABILITIES

    @property
    def forms(self) -> Mapping[str, Backend[AirflowOptions]]:
        """The Bash form and the Kubernetes form."""
        return {"": BACKEND, "--operator kubernetes": POD_BACKEND}

    def read_options(self, settings: Settings) -> AirflowOptions:
        """Return what the table `[airflow]` says about compiling."""
        return read_options(settings)

    def form(self, options: AirflowOptions) -> Backend[AirflowOptions]:
        """Return the form that the option `operator` names."""
        return POD_BACKEND if options.operator == "kubernetes" else BACKEND

    def check(self, tree: RegionTree, plan: Plan, options: AirflowOptions, report: Report) -> None:
        """Report what the flow asks beyond the limits of Airflow."""
        check_scheduling(tree, options)
        check_limits(tree, plan, report)
        if self.pods:
            check_pods(tree, options, report)

    def bounds(self, tree: RegionTree, plan: Plan, options: AirflowOptions) -> tuple[Bound, ...]:
        """Return what a site maps, and that a loop has no end of its own."""
        return bounds(tree, options)

    def emit(self, unit: Unit[AirflowOptions]) -> tuple[Manifest, ...]:
        """Return the DAG file, named after the flow so that it can go into a DAG folder as it is."""
        provenance = Provenance(VERSION, unit.tree.graph.project_path, unit.source_digest, _options_text(unit.options))
        dag = with_pods(unit, lower(unit)) if self.pods else lower(unit)
        return (Manifest(f"{unit.plan['flow']}.py", emit(dag, provenance)),)


def _options_text(options: AirflowOptions) -> str:
    given = ["--target airflow"]
    if options.root is not None:
        given.append(f"--root {options.root}")
    usual = AirflowOptions()
    if options.python != usual.python and options.operator == "bash":
        given.append(f"--python {options.python}")
    if options.max_map_length != usual.max_map_length:
        given.append(f"--max-map-length {options.max_map_length}")
    if options.max_retry_minutes is not None:
        given.append(f"airflow.max_retry_minutes = {options.max_retry_minutes}")
    if options.operator != usual.operator:
        given.append(f"--operator {options.operator}")
        if options.image is not None:
            given.append(f"--image {options.image}")
    return " ".join(given)


BACKEND = AirflowBackend()
POD_BACKEND = AirflowBackend(pods=True)
