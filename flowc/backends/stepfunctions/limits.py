"""What Step Functions and Batch cannot take, checked before anything is written. Facts of November 2026, from Amazon's pages of quotas."""

import re
from typing import Any, Final

from flowc.backends.base import Unit
from flowc.backends.stepfunctions.check_events import check_events
from flowc.backends.stepfunctions.concurrency import MOST_OPEN, OUR_SHARE, concurrency_of, open_runs
from flowc.backends.stepfunctions.history import BUDGET, turns_of
from flowc.backends.stepfunctions.jobs import Jobs, read_jobs
from flowc.backends.stepfunctions.json_text import compact
from flowc.backends.stepfunctions.layout import Layout, lay_out
from flowc.backends.stepfunctions.lower import lower
from flowc.backends.stepfunctions.options import StepFunctionsOptions
from flowc.backends.stepfunctions.provenance import comment
from flowc.backends.stepfunctions.root import Root, read_root
from flowc.backends.stepfunctions.tags import check_tags
from flowc.diagnostics import codes
from flowc.diagnostics.model import Report
from flowc.errors import UsageError
from flowc.ir.graph import Step
from flowc.ir.regions import RegionTree
from flowc.ir.values import first_unknown
from flowc.runtime_shim.contract import Plan, PlanStep

MAX_DEFINITION: Final = 1_048_576
"""Bytes of a request, and so of a definition."""
MAX_SUBMIT: Final = 30 * 1024
"""Bytes of a SubmitJob request."""
MAX_JOB_DEFINITION: Final = 24 * 1024
"""Bytes of a job definition."""
FEW_TURNS: Final = 100
"""A loop that can make fewer turns than this is worth a word."""
_TARGET: Final = "stepfunctions"
_CODE: Final = "sha256:" + "0" * 64
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_RESERVED: Final = ("FLOWC_", "AWS_BATCH")
_ACCOUNT: Final = re.compile(r"[0-9]{12}\Z")
_REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+\Z")


def check_limits(tree: RegionTree, plan: Plan, options: StepFunctionsOptions, report: Report) -> None:
    """Report all that cannot be. Raises UsageError for settings that no account could have."""
    _check_settings(options)
    root = read_root(options.root, plan["flow"])
    if root is None:
        report(
            codes.ROOT_NOT_S3,
            tree.graph.span,
            root=options.root or "not set",
            help='set root = "s3://bucket/prefix" in flowc.toml, or give --root',
        )
    for step in tree.graph.steps:
        _check_known(step, plan["steps"][step.name], report)
        _check_environment(step, plan["steps"][step.name], report)
    check_events(tree.graph, plan, report)
    layout = lay_out(tree)
    _check_loops(layout, report)
    _check_open_runs(layout, options, report)
    jobs = read_jobs(tree.graph.steps, plan["flow"], options, report)
    if root is not None and not report.has_errors:
        _check_sizes(Unit(tree=tree, plan=plan, code=_CODE, source_digest=_CODE, options=options), jobs, root, report)


def _check_settings(options: StepFunctionsOptions) -> None:
    if options.account is not None and not _ACCOUNT.match(options.account):
        raise UsageError(f"setting 'stepfunctions.account' must be 12 digits, not {options.account!r}")
    if options.region is not None and not _REGION.match(options.region):
        raise UsageError(f"setting 'stepfunctions.region' must be a region such as \"eu-west-1\", not {options.region!r}")
    check_tags(options.tags)


def _check_known(step: Step, planned: PlanStep, report: Report) -> None:
    """Retries, timeouts and catches are states, and variables stand in them, so they must be in the source."""
    for name, key in (("retry", "retries"), ("retry", "retry_seconds"), ("timeout", "timeout"), ("environment", "environment")):
        decorator = step.decorator(name)
        if decorator is None or planned.get(key, 0) is not None:
            continue
        unknown = next((found for argument in decorator.arguments if (found := first_unknown(argument.value))), None)
        report(
            codes.VALUE_UNKNOWN_TO_TARGET,
            decorator.span,
            what=f"an argument of @{name}",
            target=_TARGET,
            notes=[f"it is unknown because {unknown.why}"] if unknown else (),
            help="write a literal, a module constant or a class constant",
        )


def _check_environment(step: Step, planned: PlanStep, report: Report) -> None:
    decorator = step.decorator("environment")
    if decorator is None:
        return
    for name, value in (planned.get("environment") or {}).items():
        if name.startswith(_RESERVED):
            whose = "tell the task what to run" if name.startswith("FLOWC_") else "are those of Batch, which refuses them"
            prefix = next(prefix for prefix in _RESERVED if name.startswith(prefix))
            notes = [f"names that begin with {prefix} {whose}"]
            report(codes.ENVIRONMENT_NAME, decorator.span, name=name, notes=notes, help="give the variable another name")
        elif _SURROGATE.search(value):
            what = f"environment variable {name!r}"
            report(codes.TEXT_NOT_UNICODE, decorator.span, what=what, help="write the whole character")
        elif "\0" in value:
            notes = ["it holds a zero byte"]
            report(codes.ENVIRONMENT_VALUE, decorator.span, name=name, notes=notes, help="take the zero byte out, or encode the value")


def _check_loops(layout: Layout, report: Report) -> None:
    graph = layout.tree.graph
    for execution, turns in turns_of(layout).items():
        for first in layout.tree.loops:
            if layout.executions[first] == execution and turns < FEW_TURNS:
                report(
                    codes.FEW_TURNS,
                    graph.by_name[first].span,
                    step=first,
                    turns=turns,
                    notes=[f"the history of an execution ends at 25000 events; we plan with {BUDGET}, for all loops together"],
                    help="put the work of a turn into fewer steps, or into the items of a foreach, which have histories of their own",
                )


def _check_open_runs(layout: Layout, options: StepFunctionsOptions, report: Report) -> None:
    graph = layout.tree.graph
    for name, runs in open_runs(layout, concurrency_of(layout, options.max_concurrency)).items():
        if runs > OUR_SHARE:
            transition = graph.by_name[name].transition
            report(
                codes.OPEN_MAP_RUNS,
                transition.span if transition else graph.by_name[name].span,
                step=name,
                runs=runs,
                notes=[f"an account may have {MOST_OPEN} open in a region, of all its flows together"],
                help="set a smaller max_concurrency under [stepfunctions] in flowc.toml, or none",
            )


def _check_sizes(unit: Unit[StepFunctionsOptions], jobs: Jobs, root: Root, report: Report) -> None:
    machine = lower(unit, jobs, root, comment(unit))
    for name, request in _requests(machine).items():
        size = len(compact(request).encode())
        if size > MAX_SUBMIT:
            step = next((step for step in unit.tree.graph.steps if name.startswith(step.name)), unit.tree.graph.steps[0])
            report(
                codes.JOB_TOO_LARGE,
                (step.decorator("environment") or step).span,
                step=step.name,
                size=size,
                limit=MAX_SUBMIT,
                help="put the data into a file and read it with IncludeFile or Config",
            )
    size = len(compact(machine).encode())
    if size > MAX_DEFINITION:
        report(
            codes.DEFINITION_TOO_LARGE,
            unit.tree.graph.span,
            size=size,
            limit=MAX_DEFINITION,
            notes=[f"{len(unit.tree.graph.steps)} steps take {size // len(unit.tree.graph.steps)} bytes each"],
            help="cut the flow into several, and start the next with @trigger_on_finish",
        )


def _requests(machine: dict[str, Any]) -> dict[str, Any]:
    """The arguments of SubmitJob of every state that starts a job, by the state's name."""
    found: dict[str, Any] = {}
    pending = [machine]
    while pending:
        here = pending.pop()
        for name, state in here["States"].items():
            if state["Type"] == "Task" and state["Resource"].endswith("batch:submitJob.sync"):
                found[name] = state["Parameters"]
            pending.extend(state.get("Branches", ()))
            if "ItemProcessor" in state:
                pending.append(state["ItemProcessor"])
    return found
