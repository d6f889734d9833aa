"""Exit hooks: functions that `@exit_hook` names, called when a run is over."""

import inspect
import sys
import time
from collections.abc import Callable
from importlib import import_module

from flowc.runtime_shim.announce import announce
from flowc.runtime_shim.attempt_code import Scratch, find_code, import_code
from flowc.runtime_shim.contract import EXIT_BUG, EXIT_DONE, EXIT_USER_ERROR, Attempt, run_key
from flowc.runtime_shim.decorators import flow_decorators
from flowc.runtime_shim.exceptions import MetaflowException
from flowc.runtime_shim.failures import UserFailed, classify
from flowc.runtime_shim.forks import UserCode
from flowc.runtime_shim.loading import LoadedFlow
from flowc.runtime_shim.records import publish
from flowc.runtime_shim.stores import open_store
from flowc.runtime_shim.task_records import RunRecords
from flowc.runtime_shim.tracebacks import format_exception
from flowc.runtime_shim.typed import Any, NamedTuple


class HookCall(NamedTuple):
    """One hook that was called; `error` is what it raised."""

    name: str
    error: BaseException | None


def run_exit_hooks(attempt: Attempt, outcome: str, flow: LoadedFlow | None = None) -> int:
    """Call the hooks of the flow for `outcome`, `succeeded` or another, in the order written; return 0, or 1 where one raised.

    A hook that raises does not keep the others from being called. A hook with a parameter `run` gets the client's Run.
    """
    with Scratch() as scratch:
        try:
            if flow is None:
                records = RunRecords(open_store(attempt.root), attempt.flow, attempt.run)
                flow = import_code(find_code(attempt, None, records, scratch))
            hooks = hooks_of(flow, succeeded=outcome == "succeeded")
        except Exception as error:
            known = classify(error)
            # What is nobody else's error came out of the flow's own import.
            failure = known if known.exit_code != EXIT_BUG else classify(UserFailed(error))
            print(f"flowc: the exit hooks cannot be called: {failure.said or error}", file=sys.stderr)
            if failure.shown is not None:
                sys.stderr.write(format_exception(failure.shown))
            return EXIT_USER_ERROR
        return _call_all(hooks, attempt)


def run_recorded(attempt: Attempt) -> int:
    """Call the hooks for the outcome that the records tell, then leave the run's `_end` record; return as `run_exit_hooks` does.

    The run succeeded if the flow's last task, which `attempt` names, has committed; then it is announced where the attempt says, and 1
    is returned where that fails. Raises StoreError.
    """
    store = open_store(attempt.root)
    committed = RunRecords(store, attempt.flow, attempt.run).commit_if_any(attempt.step, attempt.at)
    outcome = "failed" if committed is None else "succeeded"
    code = run_exit_hooks(attempt, outcome)
    record = {
        "flow": attempt.flow,
        "run": attempt.run,
        "run_uid": attempt.run_uid,
        "status": outcome,
        "time": {"end": round(time.time(), 3)},
        "failed": [],
        "hooks": [{"name": "exit_hook", "error": None if code == EXIT_DONE else f"exit code {code}"}],
    }
    publish(store, run_key(attempt.flow, attempt.run, "_end"), record)
    if committed is not None and attempt.announce is not None and not announce(attempt.announce, attempt.flow, attempt.run):
        return code or EXIT_USER_ERROR
    return code


def _call_all(hooks: list[tuple[str, Callable[..., Any]]], attempt: Attempt) -> int:
    calls = [_call(name, function, attempt) for name, function in hooks]
    for call in calls:
        if call.error is not None:
            print(f"flowc: exit hook {call.name} failed:", file=sys.stderr)
            sys.stderr.write(format_exception(call.error))
    return EXIT_USER_ERROR if any(call.error is not None for call in calls) else EXIT_DONE


def hooks_of(flow: LoadedFlow, *, succeeded: bool) -> list[tuple[str, Callable[..., Any]]]:
    """Return (name, function) of the hooks for a run that succeeded, or did not, in the order written.

    Raises MetaflowException for a name that leads to no function.
    """
    key = "on_success" if succeeded else "on_error"
    found: list[tuple[str, Callable[..., Any]]] = []
    for mark in flow_decorators(flow.flow_class):
        if mark.name == "exit_hook":
            for hook in mark.arguments[key] or ():
                function = _function(hook, flow) if isinstance(hook, str) else hook
                if not callable(function):
                    raise MetaflowException(f"@exit_hook({key}=…) takes functions, and {hook!r} is none")
                found.append((hook if isinstance(hook, str) else getattr(hook, "__name__", repr(hook)), function))
    return found


def _function(name: str, flow: LoadedFlow) -> Any:
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(module) if module else sys.modules[flow.flow_class.__module__], attribute)
    except (ImportError, AttributeError) as error:
        raise MetaflowException(f"@exit_hook names {name!r}, which cannot be found: {error}") from error


def _call(name: str, function: Callable[..., Any], attempt: Attempt) -> HookCall:
    try:
        parameters = inspect.signature(function).parameters.values()
        takes_run = any(found.name == "run" or found.kind is inspect.Parameter.VAR_KEYWORD for found in parameters)
        with UserCode():
            function(**({"run": _run(attempt)} if takes_run else {}))
    except (Exception, SystemExit) as error:
        return HookCall(name, error)
    return HookCall(name, None)


def _run(attempt: Attempt) -> Any:
    package = sys.modules[__name__.partition(".")[0]]
    return package.Run(f"{attempt.flow}/{attempt.run}", root=attempt.root)
