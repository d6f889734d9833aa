"""What Argo cannot take, checked before anything is written."""

from flowc.backends.argo.lower_regions import lower_regions, steps_in_loops
from flowc.backends.argo.options import ArgoOptions
from flowc.backends.argo.step_pods import step_pods
from flowc.diagnostics.model import Report
from flowc.ir.regions import RegionTree
from flowc.runtime_shim.contract import Plan


def check_limits(tree: RegionTree, plan: Plan, options: ArgoOptions, report: Report) -> None:
    """Report what the flow asks beyond the limits of Argo."""
    lowered = lower_regions(tree, options)
    fused = {first: steps for first, steps in steps_in_loops(tree).items() if first in lowered.fused}
    step_pods(tree, options, fused, report)
