"""The Airflow target: one readable DAG file for each flow, for Airflow 2.10 to 3.3."""

from collections.abc import Mapping

from flowc.backends.airflow.capabilities import CAPABILITIES
from flowc.backends.airflow.emit import Provenance, emit
from flowc.backends.airflow.limits import check_limits
from flowc.backends.airflow.lower import lower
from flowc.backends.base import Manifest, Options, Unit
from flowc.backends.capabilities import Support
from flowc.backends.constructs import Construct
from flowc.diagnostics.model import Report
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import VERSION, Plan


class AirflowBackend:
    """See `Backend`."""

    name = "airflow"

    @property
    def capabilities(self) -> Mapping[Construct, Support]:
        """The stance on every construct."""
        return CAPABILITIES

    def check(self, tree: RegionTree, plan: Plan, options: Options, report: Report) -> None:
        """Report what the flow asks beyond the limits of Airflow."""
        check_limits(tree, plan, report)

    def emit(self, unit: Unit) -> tuple[Manifest, ...]:
        """Return the DAG file, named after the flow so that it can go into a DAG folder as it is."""
        provenance = Provenance(VERSION, unit.tree.graph.project_path, unit.source_digest, _options_text(unit.options))
        return (Manifest(f"{unit.plan['flow']}.py", emit(lower(unit), provenance)),)


def _options_text(options: Options) -> str:
    given = ["--target airflow"]
    if options.root is not None:
        given.append(f"--root {options.root}")
    usual = Options()
    if options.python != usual.python:
        given.append(f"--python {options.python}")
    if options.max_map_length != usual.max_map_length:
        given.append(f"--max-map-length {options.max_map_length}")
    return " ".join(given)


BACKEND = AirflowBackend()
