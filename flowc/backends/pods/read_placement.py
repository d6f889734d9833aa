"""Where a pod may run: node selector and tolerations."""

from flowc.backends.pods.arguments import Arguments
from flowc.backends.pods.model import Pairs, Toleration
from flowc.backends.pods.syntax import is_label_value, is_qualified
from flowc.ir.argument_kinds import is_whole, number

COMPUTE_POOL = "outerbounds.co/compute-pool"
"""The node label that Metaflow selects for `compute_pool`."""

_OPERATORS = ("Equal", "Exists", "Lt", "Gt")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_PARTS = {"key", "operator", "value", "effect", "seconds"}


def read_node_selector(arguments: Arguments) -> Pairs:
    """Return the labels that a node must have."""
    found = {}
    for name, value in arguments.mapping("node_selector", separator="=").items():
        if not is_qualified(name) or (value is not None and (not isinstance(value, str) or not is_label_value(value))):
            arguments.refuse(
                "node_selector", f"asks for {name!r} = {value!r}, which is no label of a node", "write a label's name and value"
            )
        found[name] = value or ""
    pool = arguments.text("compute_pool")
    if pool is not None:
        if not is_label_value(pool):
            arguments.refuse("compute_pool", f"is {pool!r}, which is no value of a label", "write the name of the pool")
        found[COMPUTE_POOL] = pool
    return tuple(found.items())


def read_tolerations(arguments: Arguments) -> tuple[Toleration, ...]:
    """Return the tolerations; `toleration_seconds` may be spelt as Kubernetes does, too."""
    return tuple(_toleration(arguments, item) for item in arguments.items("tolerations", arguments.value("tolerations")))


def _toleration(arguments: Arguments, item: object) -> Toleration:
    if not isinstance(item, dict):
        arguments.refuse("tolerations", f"holds {item!r}, which is no dictionary", 'write {"key": …, "operator": …, "effect": …}')
    parts = {"seconds" if name in ("toleration_seconds", "tolerationSeconds") else name: value for name, value in item.items()}
    unknown = [name for name in parts if name not in _PARTS]
    if unknown:
        arguments.refuse("tolerations", f"holds {unknown[0]!r}", "a toleration has key, operator, value, effect and toleration_seconds")
    seconds = parts.pop("seconds", None)
    wrong = next((name for name, value in parts.items() if value is not None and not isinstance(value, str)), None)
    if wrong:
        arguments.refuse("tolerations", f"has {wrong} = {parts[wrong]!r}, which is no text", "write it in quotes")
    key, operator, value, effect = (parts.get(name) or None for name in ("key", "operator", "value", "effect"))
    if key is not None and not is_qualified(key):
        arguments.refuse("tolerations", f"has the key {key!r}, which no taint has", "write the key of a taint")
    if operator is not None and operator not in _OPERATORS:
        arguments.refuse("tolerations", f"has the operator {operator!r}", f"use {' or '.join(_OPERATORS[:2])}")
    if key is None and operator != "Exists":
        arguments.refuse("tolerations", "has no key, so its operator must be Exists", "name the key of the taint")
    if value is not None and (operator == "Exists" or not is_label_value(value)):
        arguments.refuse("tolerations", f"has the value {value!r}", "write the value of the taint; Exists takes none")
    if effect is not None and effect not in _EFFECTS:
        arguments.refuse("tolerations", f"has the effect {effect!r}", f"use {', '.join(_EFFECTS)}")
    count = number(seconds)
    if seconds is not None and (not is_whole(count) or effect != "NoExecute"):
        arguments.refuse("tolerations", f"has toleration_seconds {seconds!r}", "write a whole number, and the effect NoExecute")
    return Toleration(key, operator, value, effect, None if count is None else int(count))
