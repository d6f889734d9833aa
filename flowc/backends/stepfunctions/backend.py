"""The Step Functions target: a state machine, job definitions, and what a deployment needs around them."""

from collections.abc import Mapping
from typing import Final

from flowc.backends.base import Backend, Bound, Manifest, Unit
from flowc.backends.capabilities import Support
from flowc.backends.constructs import Construct
from flowc.backends.stepfunctions.bounds import bounds
from flowc.backends.stepfunctions.capabilities import CAPABILITIES
from flowc.backends.stepfunctions.deployment import deployment
from flowc.backends.stepfunctions.iam import policies
from flowc.backends.stepfunctions.jobs import read_jobs
from flowc.backends.stepfunctions.json_text import pretty
from flowc.backends.stepfunctions.layout import foreaches, lay_out
from flowc.backends.stepfunctions.limits import check_limits
from flowc.backends.stepfunctions.lower import lower
from flowc.backends.stepfunctions.options import StepFunctionsOptions, read_options
from flowc.backends.stepfunctions.provenance import comment
from flowc.backends.stepfunctions.root import read_root
from flowc.diagnostics.model import Report
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import Plan
from flowc.settings import Settings

MACHINE: Final = "state-machine.asl.json"
JOBS: Final = "job-definitions.json"
DEPLOYMENT: Final = "deployment.json"
POLICIES: Final = "iam-policies.json"


class StepFunctionsBackend:
    """See `Backend`."""

    name = "stepfunctions"

    @property
    def capabilities(self) -> Mapping[Construct, Support]:
        """The stance on every construct."""
        return CAPABILITIES

    @property
    def forms(self) -> Mapping[str, Backend[StepFunctionsOptions]]:
        """The one form."""
        return {"": BACKEND}

    def read_options(self, settings: Settings) -> StepFunctionsOptions:
        """Return what the settings say."""
        return read_options(settings)

    def form(self, options: StepFunctionsOptions) -> Backend[StepFunctionsOptions]:
        """Return this backend."""
        return BACKEND

    def check(self, tree: RegionTree, plan: Plan, options: StepFunctionsOptions, report: Report) -> None:
        """Report what the flow asks beyond the limits of Step Functions and Batch."""
        check_limits(tree, plan, options, report)

    def bounds(self, tree: RegionTree, plan: Plan, options: StepFunctionsOptions) -> tuple[Bound, ...]:
        """Return what the quotas allow."""
        return bounds(tree, options)

    def emit(self, unit: Unit[StepFunctionsOptions]) -> tuple[Manifest, ...]:
        """Return the files of a flow."""
        root = read_root(unit.options.root, unit.plan["flow"])
        assert root is not None, "check refuses another root"
        jobs = read_jobs(unit.tree.graph.steps, unit.plan["flow"], unit.options, Report())
        machine = lower(unit, jobs, root, comment(unit))
        around = deployment(unit)
        maps, starts = bool(foreaches(lay_out(unit.tree))), "schedules" in around or "rules" in around
        return (
            Manifest(MACHINE, pretty(machine)),
            Manifest(JOBS, pretty(list(jobs.definitions))),
            Manifest(DEPLOYMENT, pretty(around)),
            Manifest(POLICIES, pretty(policies(root, jobs, unit.options, maps=maps, starts=starts))),
        )


BACKEND = StepFunctionsBackend()
