"""Whatever a flow gives its decorators and parameters, the checks report it: they never raise."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.diagnostics import Code, Label, Report
from flowc.diagnostics.render import FORMATS, render
from flowc.ir.decorator_signatures import SIGNATURES
from flowc.ir.graph import MISSING, Argument, Config, Constant, Decorator, FlowGraph, Parameter, Step, StepName
from flowc.ir.passes import check_graph
from flowc.ir.values import Unknown
from flowc.source import SourceFile, Span, start_of

AT = Span("a.py", 1, 1, 1, 2)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(), st.binary(), st.builds(Unknown, st.text())
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner), st.tuples(inner, inner), st.sets(SCALARS), st.dictionaries(SCALARS, inner)),
    max_leaves=6,
)
NAMES = st.one_of(st.text(), st.sampled_from(["start", "end", "name", "input", "tag", "_x", "a-b", "A_B", "größe"]))


@st.composite
def decorators(draw: st.DrawFn) -> Decorator:
    signature = draw(st.sampled_from(list(SIGNATURES.values())))
    names = st.one_of(st.sampled_from([spec.name for spec in signature.arguments] or ["x"]), st.none(), st.text())
    arguments = draw(st.lists(st.builds(Argument, names, VALUES, st.just(AT)), max_size=4))
    return Decorator(name=signature.name, origin="flowc", arguments=tuple(arguments), span=AT)


@st.composite
def graphs(draw: st.DrawFn) -> FlowGraph:
    step = Step(name=StepName(draw(NAMES)), inputs=False, transition=None, decorators=(draw(decorators()),), span=AT, body_span=AT)
    types = st.sampled_from(["str", "int", "float", "bool", "json", "file"])
    parameter = st.builds(
        lambda name, attribute, type, default, required: Parameter(
            name=name, attribute=attribute, type=type, default=default, required=required, span=AT
        ),
        NAMES,
        NAMES,
        types,
        st.one_of(VALUES, st.just(MISSING)),
        st.booleans(),
    )
    config = st.builds(lambda name, value: Config(name=name, attribute=name, value=value, required=True, span=AT), NAMES, VALUES)
    return FlowGraph(
        name="TrainFlow",
        file="a.py",
        project_path="a.py",
        steps=(step,),
        parameters=tuple(draw(st.lists(parameter, max_size=3))),
        configs=tuple(draw(st.lists(config, max_size=2))),
        constants=tuple(draw(st.lists(st.builds(Constant, NAMES, VALUES, st.just(AT)), max_size=2))),
        decorators=tuple(draw(st.lists(decorators(), max_size=2))),
        span=AT,
    )


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_checks_never_raise_and_what_they_say_can_be_printed(graph: FlowGraph) -> None:
    report = Report()
    check_graph(graph, report)
    for form in FORMATS:
        render(report.diagnostics, {}, format=form)


SPANS = st.builds(Span, st.just("a.py"), *[st.integers(1, 9)] * 4)


@settings(max_examples=100, deadline=None)
@given(st.text(), SPANS, SPANS, st.text())
def test_an_excerpt_fits_any_text(text: str, span: Span, other: Span, said: str) -> None:
    report = Report()
    report(Code("FLC999", "any", "{what}"), span, what=said, label=said, labels=[Label(other, said)], notes=[said], help=said)
    full = render(report.diagnostics, {"a.py": SourceFile("a.py", "a.py", b"", text)}, format="full")
    assert full.endswith("\n\n")
    assert "^" in full or span == start_of("a.py")
    assert not any(char < " " or "\x7f" <= char < "\xa0" for char in full if char != "\n")
