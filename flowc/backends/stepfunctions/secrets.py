"""@secrets by reference: Batch puts a secret of Secrets Manager into the environment; its value never passes through flowc.

https://docs.aws.amazon.com/batch/latest/userguide/specifying-sensitive-data-secrets.html, read in November 2026.
"""

import re
from typing import Final, NoReturn

from flowc.backends.stepfunctions.arguments import Arguments, UnusableError
from flowc.backends.stepfunctions.options import StepFunctionsOptions
from flowc.backends.stepfunctions.places import arn
from flowc.diagnostics import Report, codes
from flowc.ir.values import Value

MANAGER: Final = "aws-secrets-manager"
INLINE: Final = "inline"
"""Metaflow's source whose values stand in the flow itself: the step reads those where it runs."""

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_OPTIONS: Final = ("json", "env_var_name", "keys", "version_id", "version_stage")


def read_secrets(arguments: Arguments, options: StepFunctionsOptions, report: Report) -> tuple[dict[str, str], ...]:
    """Return the entries of `secrets` in the order of the sources. Raises UnusableError for what was reported."""
    if not arguments.has("secrets"):
        return ()
    sources = arguments.value("sources", "secrets")
    role = arguments.value("role", "secrets")
    found: dict[str, str] = {}
    for source in sources if isinstance(sources, list | tuple) else ():
        for name, place in _read(arguments, source, role, options, report):
            if name in found:
                _refuse(arguments, report, source, f"variable {name!r} comes from two secrets", "name other keys or variables")
            found[name] = place
    environment = arguments.value("vars", "environment")
    twice = [name for name in found if isinstance(environment, dict) and name in environment]
    if twice:
        _refuse(arguments, report, twice[0], f"variable {twice[0]!r} is in @environment too", "take it out of @environment")
    return tuple({"name": name, "valueFrom": place} for name, place in found.items())


def _read(arguments: Arguments, source: Value, role: Value, options: StepFunctionsOptions, report: Report) -> list[tuple[str, str]]:
    if isinstance(source, str):
        kind, dot, name = source.partition(".")
        fields: dict[Value, Value] = {"type": kind, "id": name} if dot else {"id": source}
    else:
        fields = source if isinstance(source, dict) else {}
    secret = fields.get("id")
    if fields.get("type") == INLINE:
        return []
    if fields.get("type") != MANAGER or not isinstance(secret, str) or not secret:
        _refuse(arguments, report, source, "flowc names secrets of Secrets Manager and reads inline ones")
    if fields.get("role") or role:
        _refuse(arguments, report, source, "Batch reads it with the execution role of the job, not with a role of its own", _ROLE)
    given = fields.get("options") or {}
    if not isinstance(given, dict) or any(name not in _OPTIONS for name in given):
        _refuse(arguments, report, source, f"flowc reads the options {', '.join(_OPTIONS)}")
    place = secret if secret.startswith("arn:") else arn(options, "secretsmanager", f"secret:{secret}")
    stage, version = given.get("version_stage") or "", given.get("version_id") or ""
    keys = given.get("keys")
    if given.get("json") is False:
        usual = re.sub("[^A-Za-z0-9_]", "_", secret.rpartition(":")[2].rpartition("/")[2])
        keys = {given.get("env_var_name") or usual: ""}
    if isinstance(keys, list | tuple):
        keys = {key: key for key in keys}
    if not isinstance(keys, dict) or not keys:
        _refuse(arguments, report, source, "a job gets one variable for each key it names, and no other", _KEYS)
    found = []
    for variable, key in keys.items():
        if not isinstance(variable, str) or not _VARIABLE.match(variable) or not isinstance(key, str) or ":" in key:
            _refuse(arguments, report, source, f"{variable!r}: {key!r} is no variable with the key that fills it", _KEYS)
        found.append((variable, f"{place}:{key}:{stage!s}:{version!s}" if key or stage or version else place))
    return found


_KEYS: Final = 'add "options": {"keys": ["USER", "PASSWORD"]}, or {"json": False, "env_var_name": "TOKEN"} for a secret that is one text'
_ROLE: Final = "let the execution role read the secret, and leave role out"


def _refuse(arguments: Arguments, report: Report, source: Value, why: str, help: str = _KEYS) -> NoReturn:
    shown = source if isinstance(source, str) else source.get("id") or source.get("type") if isinstance(source, dict) else source
    report(codes.BATCH_SECRET, arguments.place("sources", "secrets"), source=str(shown), notes=[why], help=help)
    raise UnusableError
