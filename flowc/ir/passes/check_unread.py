"""Artifacts that no step reads: off by default, for results are there to be read by a client when the run is over."""

from flowc.diagnostics import Report, codes
from flowc.ir.artifact_flow import ArtifactFlow, control_read, is_foreign
from flowc.ir.effects import Escape, MemberRead, Merge, Read


def check_unread(flow: ArtifactFlow, report: Report) -> None:
    """Report each artifact that some step assigns and none reads; silent where something may read by a way that cannot be read."""
    read: set[str] = set()
    for step in flow.graph.steps:
        if step.opaque_uses or any(map(is_foreign, step.decorators)) or any(isinstance(effect, Escape) for effect in step.effects):
            return
        read.update(effect.name for effect in step.effects if isinstance(effect, Read | MemberRead))
        read.update(name for effect in step.effects if isinstance(effect, Merge) for name in effect.include or ())
        read.update(use.name for use in step.uses if use.kind != "write")
        control = control_read(step)
        read.update([control[0]] if control else [])
    for name, places in flow.writers.items():
        if name not in read and name not in flow.graph.fixed:
            report(codes.UNREAD_ARTIFACT, places[0][1], name=name, help="leave it out, unless somebody reads it when the run is over")
