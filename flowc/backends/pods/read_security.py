"""The security context of the container, in Metaflow's spelling or in that of Kubernetes."""

import re

from flowc.backends.pods.arguments import Arguments
from flowc.backends.pods.model import Security
from flowc.ir.values import Value

_FLAGS = ("privileged", "allow_privilege_escalation", "read_only_root_filesystem", "run_as_non_root")
_IDS = ("run_as_user", "run_as_group")


def read_security(arguments: Arguments) -> Security:
    """Return the security context; what is not in it is left to the cluster."""
    found: dict[str, bool | int | None] = {}
    capabilities: dict[str, tuple[str, ...]] = {"add": (), "drop": ()}
    for spelt, value in arguments.mapping("security_context").items():
        name = re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), spelt)
        if value is None:
            continue
        if name == "capabilities":
            capabilities = _capabilities(arguments, value)
        elif name in _FLAGS:
            found[name] = value if isinstance(value, bool) else _refuse(arguments, f"{spelt} = {value!r}", "write True or False")
        elif name in _IDS:
            whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
            found[name] = value if whole and isinstance(value, int) else _refuse(arguments, f"{spelt} = {value!r}", "write a number from 0")
        else:
            known = ", ".join((*_FLAGS, *_IDS, "capabilities"))
            _refuse(arguments, repr(spelt), f"flowc knows {known}; let the cluster's policy set the rest")
    security = Security(**found, add_capabilities=capabilities["add"], drop_capabilities=capabilities["drop"])  # type: ignore[arg-type]  # by name
    if security.privileged and security.allow_privilege_escalation is False:
        _refuse(arguments, "privileged together with allow_privilege_escalation = False", "Kubernetes refuses the two together")
    if security.run_as_non_root and security.run_as_user == 0:
        _refuse(arguments, "run_as_non_root together with run_as_user = 0", "name another user")
    return security


def _capabilities(arguments: Arguments, value: Value) -> dict[str, tuple[str, ...]]:
    found = {"add": (), "drop": ()} | arguments.mapping("security_context", value)
    for name, items in found.items():
        if name not in ("add", "drop") or not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
            _refuse(arguments, f"capabilities with {name!r}", 'write {"add": […], "drop": […]} with names of capabilities')
    return {name: tuple(str(item) for item in items) for name, items in found.items() if isinstance(items, list | tuple)}


def _refuse(arguments: Arguments, what: str, help: str) -> bool:
    arguments.refuse("security_context", f"holds {what}", help)
