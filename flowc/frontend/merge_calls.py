"""The arguments of `self.merge_artifacts(inputs, exclude=[…])`, as far as the source says them."""

import ast

from flowc.frontend.touches import Body, MergeArguments


def merge_arguments(call: ast.Call | None, body: Body) -> MergeArguments:
    """Return what a call says; nothing is known of it where `call` is None, or unpacks its arguments."""
    if call is None:
        return MergeArguments(False, None, None)
    given: dict[str, ast.expr] = dict(zip(("inputs", "exclude", "include"), call.args, strict=False))
    given.update((keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None)
    if any(isinstance(argument, ast.Starred) for argument in call.args) or any(keyword.arg is None for keyword in call.keywords):
        return MergeArguments(False, None, None)
    inputs = given.get("inputs")
    whole = isinstance(inputs, ast.Name) and inputs.id == body.inputs_name
    return MergeArguments(whole, _names(given.get("include")), _names(given.get("exclude")))


def _names(value: ast.expr | None) -> tuple[str, ...] | None:
    match value:
        case None | ast.Constant(value=None):
            return ()
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            names = [element.value for element in elements if isinstance(element, ast.Constant) and isinstance(element.value, str)]
            return tuple(names) if len(names) == len(elements) else None
    return None
