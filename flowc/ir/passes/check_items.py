"""`self.input` and `self.index` mean something inside a foreach or gang only."""

from flowc.diagnostics import Report, codes
from flowc.ir.artifact_flow import ArtifactFlow, is_foreign
from flowc.ir.effects import ItemRead
from flowc.ir.graph import NextForeach, NextGang, StepName


def check_items(flow: ArtifactFlow, report: Report) -> None:
    """Report reads of the item in steps that no foreach or gang is around, unless they only ask whether there is one."""
    inside: dict[tuple[StepName, StepName] | None, bool] = {None: False}
    for name in flow.order:
        scope = flow.tree.places[name].scope
        if scope is not None and scope not in inside:
            opener = scope[0]
            several = isinstance(flow.graph.by_name[opener].transition, NextForeach | NextGang)
            inside[scope] = several or inside[flow.tree.places[opener].scope]
        step = flow.graph.by_name[name]
        if inside[scope] or any(map(is_foreign, step.decorators)):
            continue
        seen: set[str] = set()
        for effect in step.effects:
            if isinstance(effect, ItemRead) and effect.sure and effect.name not in seen:
                seen.add(effect.name)
                joins = ", or for a join inputs[0].input" if step.inputs else ""
                report(
                    codes.ITEM_OUTSIDE_FOREACH,
                    effect.span,
                    name=effect.name,
                    step=name,
                    help=f"read it in the steps between the foreach and its join{joins and ', and keep it in an artifact'}",
                )
