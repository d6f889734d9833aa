"""Importing a flow: under the name of its file, with the folders Python would search if the file were run, and with `metaflow` answered.

The name is the same in every process, so that pickles of the flow's own classes load anywhere. Guards on `__main__` do not run.
"""

import json
import os
import sys
from collections.abc import Mapping
from importlib import util
from types import FunctionType, ModuleType

from flowc.runtime_shim import alias, config
from flowc.runtime_shim.contract import PLAN_VERSION, VERSION, Plan
from flowc.runtime_shim.flowspec import steps_of
from flowc.runtime_shim.forks import UserCode
from flowc.runtime_shim.parameters import parameters_of
from flowc.runtime_shim.typed import Any, NamedTuple


class PlanRefused(Exception):  # noqa: N818  # reads as what happened
    """The plan is not one that this shim can follow."""


class LoadedFlow(NamedTuple):
    """An imported flow, the plan it was compiled to, and the folder both lie in."""

    plan: Plan
    flow_class: type[Any]
    code_dir: str


def read_plan(code_dir: str) -> Plan:
    """Return `plan.json` of a code package. Raises PlanRefused for a missing, damaged or other version's plan."""
    path = os.path.join(code_dir, "plan.json")
    try:
        with open(path, "rb") as file:
            plan = json.load(file)
    except OSError as error:
        raise PlanRefused(f"{path}: no plan here ({error.strerror}); was this folder unpacked from a code package?") from error
    except ValueError as error:
        raise PlanRefused(f"{path}: not JSON ({error})") from error
    return check_plan(plan)


def check_plan(plan: Any) -> Plan:
    """Return `plan`; raises PlanRefused, naming both versions, for one of another version."""
    version = plan.get("v") if isinstance(plan, dict) else None
    if version != PLAN_VERSION:
        writer = plan.get("flowc", "an unknown version") if isinstance(plan, dict) else "something else"
        raise PlanRefused(
            f"the plan has version {version!r}, written by flowc {writer}; this is flowc {VERSION}, which follows version {PLAN_VERSION}. "
            "Compile and deploy the flow with the flowc that its containers have"
        )
    checked: Plan = plan
    return checked


def load_flow(code_dir: str | os.PathLike[str], plan: Plan | dict[str, Any] | None = None) -> LoadedFlow:
    """Import the flow that lies in `code_dir` and return it; `plan` is read from there where it is not given.

    Raises PlanRefused, also for a class that has what the plan does not know of, and whatever the flow's own import raises. Changes
    `sys.path`, `sys.argv` (the flow's file, nothing behind it), `sys.modules` and the answer to `import metaflow`.
    """
    code_dir = os.path.abspath(code_dir)
    plan = read_plan(code_dir) if plan is None else check_plan(plan)
    file = os.path.join(code_dir, *plan["file"].split("/"))
    configs: dict[str, Mapping[str, Any]] = {found["name"]: found for found in plan["configs"]}
    paths = {found["name"]: found["path"] for found in plan["parameters"] if "path" in found}
    config.search_in((code_dir, os.path.dirname(file)), configs, paths)
    sys.argv[:] = [file]
    module = import_file(file, code_dir)
    try:
        flow_class = getattr(module, plan["class_name"])
    except AttributeError:
        raise PlanRefused(f"{file} defines no class {plan['class_name']!r} when it is imported") from None
    for name in plan["steps"]:
        # A decorator of the user's own may have wrapped the step without taking its mark over.
        function = getattr(flow_class, name, None)
        if isinstance(function, FunctionType):
            function.is_step = True  # type: ignore[attr-defined]
    _compare(plan, flow_class, file)
    return LoadedFlow(plan, flow_class, code_dir)


def _compare(plan: Plan, flow_class: type[Any], file: str) -> None:
    """Raise PlanRefused where the class has, by its import, what the plan does not: a run would go on without it."""
    for kind, has, planned in (
        ("parameter", parameters_of(flow_class), {found["attribute"] for found in plan["parameters"]}),
        ("config", config.configs_of(flow_class), {found["attribute"] for found in plan["configs"]}),
        ("step", steps_of(flow_class), plan["steps"].keys()),
    ):
        extra = sorted(has.keys() - planned)
        if extra:
            raise PlanRefused(
                f"{file}: class {flow_class.__name__} has the {kind} {', '.join(map(repr, extra))} when it is imported, "
                "and the compiled flow has not: declare it in the class body, as it is to be read, and compile again"
            )


def import_file(file: str, project_root: str) -> ModuleType:
    """Import a flow's file and return the module: the folder of the file comes first in `sys.path`, then the project's and its `src`."""
    alias.install()
    folders = list(dict.fromkeys((os.path.dirname(file), project_root, os.path.join(project_root, "src"))))
    sys.path[:] = folders + [path for path in sys.path if path not in folders]
    name = module_name(file)
    found = sys.modules.get(name)
    if found is not None and _is_from(found, file):
        return found
    spec = util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PlanRefused(f"{file} is not a Python file")
    module = util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with UserCode():
            spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return sys.modules.get(name, module)


def module_name(file: str) -> str:
    """Return the module name of a flow's file: its stem, with `flow_` before it where the standard library has that name."""
    stem = os.path.splitext(os.path.basename(file))[0]
    return f"flow_{stem}" if stem in sys.stdlib_module_names or stem == "__main__" else stem


def _is_from(module: ModuleType, file: str) -> bool:
    there = getattr(module, "__file__", None)
    return there is not None and os.path.abspath(there) == file
