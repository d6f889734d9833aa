"""A reading as text: what the frontend found in a flow file, to compare with a file that people read."""

from collections.abc import Iterator
from pathlib import Path

from flowc.diagnostics.model import Report
from flowc.frontend import Reading, read_flows
from flowc.ir.graph import (
    MISSING,
    Config,
    Decorator,
    FlowGraph,
    Next,
    NextForeach,
    NextGang,
    NextSplit,
    NextSwitch,
    Parameter,
    Step,
    Transition,
)
from flowc.ir.values import Unknown, Value


def describe_file(flow: Path, root: Path) -> str:
    """Return the reading of `flow` and its findings, as text."""
    report = Report()
    reading = read_flows(flow, report, project_root=root)
    return "\n".join([*describe(reading), *describe_report(report), ""])


def describe_report(report: Report) -> Iterator[str]:
    """Yield one line per finding, its labels and notes below."""
    for found in report.diagnostics:
        yield f"{found.severity} {found.code.id} {found.span.file}:{found.span.line}:{found.span.column}: {found.message}"
        yield from (f"    label {label.span.file}:{label.span.line}:{label.span.column}: {label.text}" for label in found.labels)
        yield from (f"    note {note}" for note in found.notes)


def describe(reading: Reading) -> Iterator[str]:
    """Yield the flows and what each reaches."""
    for flow in reading.flows:
        yield from _flow(flow)
        yield "  closure"
        yield from (f"    {file.project_path}: {file.why}" for file in reading.closures[flow.name])
    if not reading.flows:
        yield "no flow"


def _flow(flow: FlowGraph) -> Iterator[str]:
    for decorator in flow.decorators:
        yield _decorator(decorator)
    yield f"flow {flow.name} in {flow.project_path}:{flow.span.line}:{flow.span.column}"
    for parameter in flow.parameters:
        yield f"  parameter {_parameter(parameter)}"
    for config in flow.configs:
        yield f"  config {_config(config)}"
    for constant in flow.constants:
        yield f"  constant {constant.name} = {value_text(constant.value)}"
    if flow.methods:
        yield f"  methods {', '.join(method.name for method in flow.methods)}"
    for step in flow.steps:
        yield from _step(step, flow)


def _step(step: Step, flow: FlowGraph) -> Iterator[str]:
    for decorator in step.decorators:
        yield "  " + _decorator(decorator)
    marks = [" inputs"] * step.inputs + [" starts"] * (step.name == flow.start) + [" ends"] * (step.name == flow.end)
    yield f"  step {step.name} {step.span.file}:{step.span.line}{''.join(marks)} -> {_transition(step.transition)}"
    if step.uses or step.opaque_uses:
        yield f"    uses {', '.join(f'{use.kind} {use.name}' for use in step.uses)}{' and more' * step.opaque_uses}"


def _decorator(decorator: Decorator) -> str:
    arguments = [(f"{argument.name}=" if argument.name else "") + value_text(argument.value) for argument in decorator.arguments]
    return f"{decorator.origin} @{decorator.name}({', '.join(arguments)})"


def _parameter(parameter: Parameter) -> str:
    words = [f"{parameter.attribute}: {parameter.type}"]
    if parameter.name != parameter.attribute:
        words.append(f"named {parameter.name}")
    if parameter.default is not MISSING:
        words.append(f"= {value_text(parameter.default)}")  # type: ignore[arg-type]  # MISSING is the only other
    words += ["required"] * parameter.required
    words += [f"{word}={value!r}" for word in ("help", "separator", "encoding", "path") if (value := getattr(parameter, word)) is not None]
    words += ["bytes"] * (not parameter.is_text)
    return " ".join(words)


def _config(config: Config) -> str:
    words = [config.attribute, f"= {value_text(config.value)}"]
    words += [f"{word}={value!r}" for word in ("path", "parser") if (value := getattr(config, word)) is not None]
    return " ".join(words + ["required"] * config.required)


def _transition(transition: Transition | None) -> str:
    match transition:
        case None:
            return "none"
        case Next(edge=edge):
            return edge.target
        case NextSplit(edges=edges):
            return " & ".join(edge.target for edge in edges)
        case NextForeach(edge=edge, over=over):
            return f"{edge.target} for each {over}"
        case NextGang(edge=edge, size=size):
            return f"{edge.target} times {value_text(size)}"
        case NextSwitch(cases=cases, condition=condition):
            return f"by {condition}: " + ", ".join(f"{case.key!r} {case.edge.target}" for case in cases)


def value_text(value: Value) -> str:
    """Return `value` as Python would write it, `Unknown` with its reason."""
    match value:
        case Unknown(why=why):
            return f"Unknown({why})"
        case dict():
            return "{" + ", ".join(f"{value_text(key)}: {value_text(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(value_text, value)) + "]"
        case tuple():
            return "(" + ", ".join(map(value_text, value)) + ("," * (len(value) == 1)) + ")"
        case set():
            return "{" + ", ".join(sorted(map(value_text, value))) + "}" if value else "set()"
    return repr(value)
