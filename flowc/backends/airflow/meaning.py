"""What a DAG file that flowc wrote means, read from its syntax tree: nothing in it is imported or run."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from flowc.backends.airflow.ownership import owner_of
from flowc.backends.meaning import FlowFacts, StepFacts
from flowc.errors import UsageError
from flowc.runtime_shim import contract

_UNITS: Final = {"days": 86400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0}
_TELLING: Final = ("retries", "execution_timeout", "env", "pod", "task_id", "control")
"""Arguments of a step that are read on their own, or follow from the shape of the flow."""
_OURS: Final = "FLOWC_"
_GRANTS: Final = ("envFrom", "valueFrom", "serviceAccountName", "securityContext", "hostPath", "imagePullSecrets", "secret", "volumes")
"""Entries of a pod through which it reaches more than its image and its store."""
_NUMBER: Final = r"\[[0-9]+\]"
_OWN_KEYWORDS: Final = ("dag_id", "schedule", "params", "doc_md", "description")


def read_facts(text: str, name: str) -> FlowFacts:
    """Return what the DAG file `text` means; `name` is how errors call it. Raises UsageError for a file that flowc did not write."""
    if owner_of(text) is None:
        raise UsageError(f"{name} was not written by flowc, so that it cannot be compared", help="compile into another folder")
    module = ast.parse(text)
    constants = {target.id: node.value for node in module.body if isinstance(node, ast.Assign) for target in _names(node.targets)}
    dag = next((node for node in module.body if isinstance(node, ast.With)), None)
    if dag is None or not isinstance(dag.items[0].context_expr, ast.Call):
        raise UsageError(f"{name} holds no DAG", help="compile it anew")
    keywords = {keyword.arg: keyword.value for keyword in dag.items[0].context_expr.keywords if keyword.arg}
    shared = dict(_entries(constants.get("ENV")))
    calls = dict(_steps(dag.body, constants))
    defaults = dict(_entries(keywords.get("default_args")))
    settings = {key: ast.unparse(value) for key, value in keywords.items() if key not in (*_OWN_KEYWORDS, "default_args")}
    settings.update({f"default_args.{key}": ast.unparse(value) for key, value in defaults.items() if key != "retries"})
    settings.update({key: ast.unparse(constants[key]) for key in ("PYTHON", "MAX_MAP_LENGTH", "TRIGGER") if key in constants})
    settings.update({f"ENV.{key}": _said(value) for key, value in shared.items() if key != contract.ROOT})
    schedule = ast.unparse(keywords["schedule"]) if "schedule" in keywords else "None"
    root = shared.get(contract.ROOT)
    codes = [_said(value) for call in calls.values() for key, value in _entries(call.get("env")) if key == contract.CODE]
    return FlowFacts(
        code=codes[0] if codes else None,
        schedule=None if schedule == "None" else schedule,
        root=_said(root) if root is not None else None,
        parameters={key: ast.unparse(value).removeprefix("Param") for key, value in _entries(keywords.get("params"))},
        settings=settings,
        steps={step: _step_facts(call, constants, defaults) for step, call in calls.items()},
        edges=frozenset(_edges(dag.body)),
    )


def _steps(body: Sequence[ast.stmt], constants: Mapping[str, ast.expr]) -> Iterator[tuple[str, dict[str, ast.expr]]]:
    """Yield (name, arguments) of each call `step("name", …)`, groups included, in the order of the file."""
    usual_pod = constants.get("POD")
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            yield from _steps(statement.body, constants)
        for node in ast.walk(statement) if isinstance(statement, ast.Assign | ast.Expr) else ():
            match node:
                case ast.Call(func=ast.Name(id="step"), args=[ast.Constant(value=str(name)), *_], keywords=keywords):
                    arguments = {keyword.arg: keyword.value for keyword in keywords if keyword.arg}
                    if _said(arguments.get("verb", ast.Constant("step"))) in ("step", "loop"):
                        if usual_pod is not None:
                            arguments.setdefault("pod", usual_pod)
                        yield name, arguments


def _step_facts(call: Mapping[str, ast.expr], constants: Mapping[str, ast.expr], defaults: Mapping[str, ast.expr]) -> StepFacts:
    pod = call.get("pod")
    if isinstance(pod, ast.Name):
        pod = constants.get(pod.id)
    leaves = dict(_leaves(_literal(pod))) if pod is not None else {}
    image = leaves.pop("image", None)
    granting = {path for path in leaves if any(word in path for word in _GRANTS)}
    told = {key: _said(value) for key, value in _entries(call.get("env"))}
    other = {key: ast.unparse(value) for key, value in call.items() if key not in _TELLING}
    if contract.CATCH in told:
        other["catch"] = told[contract.CATCH]
    return StepFacts(
        retries=_whole(call.get("retries", defaults.get("retries"))),
        timeout=float(told[contract.TIMEOUT]) if contract.TIMEOUT in told else _seconds(call.get("execution_timeout")),
        image=image,
        env={key: value for key, value in told.items() if not key.startswith(_OURS)},
        pod={path: value for path, value in leaves.items() if path not in granting},
        grants=frozenset(f"{re.sub(_NUMBER, '', path)}: {leaves[path]}" for path in granting),
        other=other,
    )


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, text) of everything in a pod; paths begin inside of `spec` and of its one container."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = "" if key == "spec" and not path else f"{path}.{key}" if path else str(key)
            yield from _leaves(inner, here)
    elif isinstance(value, list) and path == "containers" and len(value) == 1:
        yield from _leaves({key: inner for key, inner in value[0].items() if key != "name"})
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            named = inner.get("name", number) if isinstance(inner, dict) else number
            yield from _leaves(inner, f"{path}[{named}]")
    else:
        yield path, str(value)


def _edges(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield (from, to) for every `a >> b`, lists taken apart; a call such as `arm(…)` is called by its text."""
    for expression in _chains(body):
        chain: list[list[str]] = []
        while isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.RShift):
            chain.append(_ends(expression.right))
            expression = expression.left
        chain.append(_ends(expression))
        chain.reverse()
        for left, right in pairwise(chain):
            yield from ((name, target) for name in left for target in right)


def _chains(body: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            yield from _chains(statement.body)
        elif isinstance(statement, ast.Expr):
            yield statement.value


def _ends(node: ast.expr) -> list[str]:
    if isinstance(node, ast.List | ast.Tuple):
        return [name for element in node.elts for name in _ends(element)]
    return [node.id.removesuffix("__loop") if isinstance(node, ast.Name) else ast.unparse(node)]


def _names(targets: Sequence[ast.expr]) -> list[ast.Name]:
    return [target for target in targets if isinstance(target, ast.Name)]


def _entries(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), value


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _said(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)


def _whole(node: ast.expr | None) -> int:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else 0


def _seconds(node: ast.expr | None) -> float | None:
    if not isinstance(node, ast.Call):
        return None
    units = ((keyword.arg, keyword.value) for keyword in node.keywords)
    return sum(_UNITS.get(unit or "", 0.0) * float(_literal(value)) for unit, value in units)
