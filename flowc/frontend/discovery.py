"""Which classes of a file are its flows.

A class is a flow when `FlowSpec` is among its ancestors. One that other classes of the file derive from counts only when it
is started (`Base()` at the top of the module), or when the file starts nothing and it has a start and an end of its own. A
class without any step is a flow only when it is started.
"""

from collections.abc import Sequence
from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Label, Report
from flowc.frontend.classes import Classes, ClassInfo, LostBase
from flowc.frontend.decorators import DecoratorReader
from flowc.frontend.entities import OfClass, Scope
from flowc.frontend.guards import skipped_at_import
from flowc.frontend.index import DefinedClass, DefinedFunction, Imported
from flowc.frontend.project import Module
from flowc.source import start_of

_MOST_IMPORTS: Final = 50
"""A file without a flow that imports more is no place to look for the one that was meant: each name means another file to read."""


def flow_classes(module: Module, classes: Classes, decorators: DecoratorReader, report: Report) -> list[ClassInfo]:
    """Return the flows that `module` defines, in source order; findings about their bases go into `report`."""
    nodes = [binding.node for found in module.table.names.values() for binding in found if isinstance(binding, DefinedClass)]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    infos = [classes.of(module, node) for node in nodes]
    flows = [info for info in infos if info.is_flow]
    _report_repeated(flows, report)
    broken = {id(info) for info in infos if _report_bases(info, infos, decorators, report)}
    chosen = _chosen(flows, module, decorators)
    _report_guarded(chosen, report)
    if not chosen and not broken:
        _report_none(module, infos, classes, decorators, report)
    return [info for info in chosen if info.mro]


def _chosen(flows: Sequence[ClassInfo], module: Module, decorators: DecoratorReader) -> list[ClassInfo]:
    last = {info.name: info for info in flows}
    started = module.index.called
    derived = {id(base) for info in flows for base in info.bases_first() if base is not info}
    starts_any = any(info.name in started for info in flows)
    chosen = []
    for info in flows:
        if last[info.name] is not info:
            continue
        alone = id(info) not in derived and bool(_step_names(info, decorators))
        if alone or info.name in started or (not starts_any and _is_complete(info, decorators)):
            chosen.append(info)
    return chosen


def _is_complete(info: ClassInfo, decorators: DecoratorReader) -> bool:
    steps = _step_names(info, decorators)
    return "start" in steps and "end" in steps


def _step_names(info: ClassInfo, decorators: DecoratorReader) -> set[str]:
    found = set()
    for owner in info.mro or (info,):
        for name, bindings in owner.table.names.items():
            last = bindings[-1]
            if isinstance(last, DefinedFunction) and decorators.is_step(last.node, owner.scope.at(last.position)):
                found.add(name)
    return found


def _report_repeated(flows: Sequence[ClassInfo], report: Report) -> None:
    first: dict[str, ClassInfo] = {}
    for info in flows:
        known = first.setdefault(info.name, info)
        if known is not info:
            label = Label(known.module.places.name_span(known.node), "first defined here")
            report(codes.REPEATED_FLOW, info.module.places.name_span(info.node), name=info.name, labels=[label])


def _report_guarded(chosen: Sequence[ClassInfo], report: Report) -> None:
    """Report flows, and classes they derive from, that are not there while a task imports their module."""
    for info in dict.fromkeys(owner for flow in chosen for owner in flow.mro or (flow,)):
        places = info.module.places
        for binding in info.module.table.names.get(info.name, ()):
            if isinstance(binding, DefinedClass) and binding.node is info.node and binding.guard is not None:
                found = "false" if skipped_at_import(binding.guard) is binding.guard.body else "true"
                report(
                    codes.FLOW_NOT_IMPORTED,
                    places.name_span(info.node),
                    name=info.name,
                    labels=[Label(places.span(binding.guard.test), f"{found} while a task imports the module")],
                    help="move the class to the top of the module; what starts the flow may stay",
                )


def _report_bases(info: ClassInfo, infos: Sequence[ClassInfo], decorators: DecoratorReader, report: Report) -> bool:
    """Report what is wrong with the bases of a class that is a flow, or looks like one; return whether anything is."""
    if info.circular:
        report(codes.CIRCULAR_BASES, info.module.places.name_span(info.node), name=info.name)
        return True
    lost = [(owner, base) for owner in info.bases_first() for base in owner.lost]
    if not info.is_flow and not (lost and (_step_names(info, decorators) or info.name in info.module.index.called)):
        return False
    for owner, base in lost:
        _report_lost(owner, base, report)
    if info.is_flow and not info.mro:
        report(
            codes.INCONSISTENT_BASES,
            info.module.places.name_span(info.node),
            name=info.name,
            help="list the more special class first; FlowSpec comes last",
        )
        return True
    return bool(lost)


def _report_lost(owner: ClassInfo, base: LostBase, report: Report) -> None:
    report(
        codes.UNRESOLVED_BASE,
        base.span,
        base=base.text,
        name=owner.name,
        notes=[f"flowc cannot read it, because {base.why}"],
        help="steps may stand in it, so flowc must see its source: keep it in the project",
    )


def _report_none(module: Module, infos: Sequence[ClassInfo], classes: Classes, decorators: DecoratorReader, report: Report) -> None:
    for node in module.index.nested:
        info = classes.of(module, node)
        if info.is_flow:
            report(codes.NESTED_FLOW, module.places.name_span(node), name=node.name, help="move the class to the top of the module")
            return
    labels = []
    help = "a flow is a class that derives from FlowSpec: from flowc import FlowSpec, step"
    for info in infos:
        if _step_names(info, decorators):
            labels.append(Label(module.places.name_span(info.node), "has steps, but does not derive from FlowSpec"))
        elif info.is_flow:
            labels.append(Label(module.places.name_span(info.node), "has no step"))
    imported = [name for name, bindings in module.table.names.items() if isinstance(bindings[-1], Imported)]
    if len(imported) <= _MOST_IMPORTS:
        for name in imported:
            entity = classes.names.named(name, Scope(module))
            if isinstance(entity, OfClass) and classes.of(entity.module, entity.node).is_flow:
                help = f'"{name}" is defined in {entity.module.source.name}: name that file'
    report(codes.NO_FLOW, start_of(module.source.name), file=module.source.name, labels=labels, help=help)
