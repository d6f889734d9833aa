"""@secrets as references: a Kubernetes secret becomes variables of the container, its value never passes through flowc."""

from typing import NoReturn

from flowc.backends.pods.arguments import Arguments, UnusableError
from flowc.backends.pods.syntax import is_subdomain
from flowc.diagnostics import codes
from flowc.ir.graph import Decorator
from flowc.ir.values import Value, first_unknown

KUBERNETES = "kubernetes"
INLINE = "inline"
"""Metaflow's source whose values stand in the flow itself: the step reads those where it runs."""


def read_secrets(arguments: Arguments) -> tuple[str, ...]:
    """Return the Kubernetes secrets that @secrets names, as `"kubernetes.NAME"` or `{"type": "kubernetes", "id": "NAME"}`."""
    decorator = arguments.step.decorator("secrets")
    if decorator is None:
        return ()
    for argument in ("sources", "role", "allow_override"):
        if unknown := first_unknown(decorator.value(argument)):
            arguments.report(
                codes.VALUE_UNKNOWN_TO_TARGET,
                decorator.span,
                what=f'argument "{argument}" of @secrets',
                notes=[f"it is unknown because {unknown.why}"],
                help="write a literal, a module constant or a class constant",
            )
            raise UnusableError
    sources = decorator.value("sources", [])
    found = tuple(name for source in sources if (name := _name(arguments, decorator, source))) if isinstance(sources, list | tuple) else ()
    environment = arguments.step.decorator("environment")
    if found and decorator.value("allow_override") and environment is not None and environment.value("vars"):
        arguments.refuse(
            "allow_override",
            "lets secrets replace the variables of @environment, which Kubernetes puts first",
            "take the variables out of @environment, or allow_override out of @secrets",
            decorator="secrets",
        )
    return found


def _name(arguments: Arguments, decorator: Decorator, source: Value) -> str | None:
    """The secret that a source names; None for an inline one."""
    if isinstance(source, str):
        kind, dot, name = source.partition(".")
        fields: dict[Value, Value] = {"type": kind, "id": name} if dot else {"id": source}
    elif isinstance(source, dict):
        fields = source
    else:
        fields = {}
    kind_given, name_given = fields.get("type"), fields.get("id")
    if kind_given == INLINE:
        return None
    if kind_given != KUBERNETES or not isinstance(name_given, str):
        _refuse(arguments, decorator, source, "flowc mounts secrets of Kubernetes and reads inline ones")
    if not is_subdomain(name_given):
        _refuse(arguments, decorator, source, f"{name_given!r} is no name of a Kubernetes secret")
    if fields.get("options"):
        _refuse(arguments, decorator, source, "a Kubernetes secret has no options: each of its keys is a variable")
    if fields.get("role") or decorator.value("role"):
        _refuse(arguments, decorator, source, "a Kubernetes secret has no role: the pod's service account and namespace decide")
    return name_given


def _refuse(arguments: Arguments, decorator: Decorator, source: Value, why: str) -> NoReturn:
    shown = source if isinstance(source, str) else source.get("type", "of no type") if isinstance(source, dict) else type(source).__name__
    arguments.report(
        codes.SECRET_SOURCE,
        (decorator.argument("sources") or decorator).span,
        source=str(shown),
        notes=[why],
        help='write "kubernetes.NAME" for the secret NAME in the pod\'s namespace; an operator there can fill it from the vault',
    )
    raise UnusableError
