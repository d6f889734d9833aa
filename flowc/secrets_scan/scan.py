"""The gate: every text that leaves the compiler is looked at, and what looks like a secret is reported where a person wrote it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flowc.diagnostics import codes
from flowc.diagnostics.model import Code, Label, Report
from flowc.ir.graph import FlowGraph
from flowc.secrets_scan import judge
from flowc.secrets_scan.cures import SPREAD, cure
from flowc.secrets_scan.literals import NamedLiteral, named_literals, unquoted_literals
from flowc.secrets_scan.shapes import URL_PASSWORD, shapes_in
from flowc.secrets_scan.values import HeldText, Place, texts_of, texts_of_settings
from flowc.settings import Settings
from flowc.source import SourceFile, Span

PLAN: Final = "plan.json"
"""flowc's own file in a package, made of the values that are judged one by one."""
_TELLING: Final = 8
_DATA: Final = (".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".txt")


@dataclass(frozen=True, slots=True)
class Output:
    """One emitted file: its target, its path, its text."""

    target: str
    path: str
    text: str


def report_secrets(
    graph: FlowGraph,
    settings: Settings,
    targets: Sequence[str],
    *,
    outputs: Sequence[Output],
    files: Iterable[tuple[str, bytes]],
    sources: Mapping[str, SourceFile],
    asked: Mapping[str, Span],
    report: Report,
) -> tuple[Span, ...]:
    """Report what looks like a secret in the values of a flow and its settings, in `files` of its code package, and in `outputs`.

    `sources` are the files read, by name; `asked` says where a file of the package is asked for, for those that are not among the sources.
    Returns the places in `sources` that must not be shown.
    """
    gate = _Gate(graph, sources, targets, report)
    for text in (*texts_of(graph), *texts_of_settings(settings, targets)):
        gate.judge_value(text)
    for path, data in files:
        source = gate.by_path.get(path)
        if source is not None:
            gate.judge_source(source)
        elif path != PLAN and b"\0" not in data[:8_192]:
            gate.judge_file(path, data.decode("utf-8", errors="replace"), asked.get(path, graph.span))
    for output in outputs:
        gate.judge_output(output)
    return tuple(gate.places)


class _Gate:
    def __init__(self, graph: FlowGraph, sources: Mapping[str, SourceFile], targets: Sequence[str], report: Report) -> None:
        self._graph = graph
        self._sources = sources
        self._targets = targets
        self._report = report
        self._known: set[str] = set()
        self.places: dict[Span, None] = {}
        self.by_path = {source.project_path: source for source in sources.values()}

    def judge_value(self, held: HeldText) -> None:
        value = held.value
        found = next(shapes_in(value), None)
        if found is not None:
            code = codes.URL_WITH_PASSWORD if found.kind == URL_PASSWORD else codes.KNOWN_SECRET
            self._report_value(code, held, value[found.start : found.end], kind=found.kind)
        elif _is_named_secret(held.name, value, data=held.place not in ("constant", "argument")):
            self._report_value(codes.NAMED_SECRET, held, value)
        elif held.place in ("variable", "parameter") and judge.looks_random(value):
            self._report_value(codes.RANDOM_VALUE, held, value)

    def judge_source(self, source: SourceFile) -> None:
        for found in shapes_in(source.text):
            code = codes.URL_WITH_PASSWORD if found.kind == URL_PASSWORD else codes.KNOWN_SECRET
            self._report_place(code, source, found.start, found.end, "the code package", kind=found.kind)
        for literal in named_literals(source.text):
            if _is_named_secret(literal.name, literal.value, data=False):
                self._report_place(codes.NAMED_SECRET, source, literal.start, literal.end, f'text under the name "{literal.name}"')

    def judge_file(self, path: str, text: str, span: Span) -> None:
        found: list[tuple[int, str, str]] = [(one.start, one.kind, text[one.start : one.end]) for one in shapes_in(text)]
        if path.endswith(_DATA):
            found += [
                (literal.start, f'what looks like a credential, called "{literal.name}"', literal.value)
                for literal in _literals_of_data(text)
                if _is_named_secret(literal.name, literal.value, data=False)
            ]
        for start, kind, secret in sorted(found):
            if not self._knows(secret):
                self._known.add(secret)
                line = text.count("\n", 0, start) + 1
                self._report(
                    codes.SECRET_IN_PACKAGE,
                    span,
                    path=path,
                    kind=kind,
                    line=line,
                    notes=[SPREAD],
                    help=f"keep the file out of the package; {cure(self._targets, None)}",
                )

    def judge_output(self, output: Output) -> None:
        for found in shapes_in(output.text):
            secret = output.text[found.start : found.end]
            if self._knows(secret):
                continue
            line = output.text.count("\n", 0, found.start) + 1
            self._report_located(
                codes.URL_WITH_PASSWORD if found.kind == URL_PASSWORD else codes.KNOWN_SECRET,
                secret,
                None,
                what=f"the file for {output.target} ({output.path}, line {line})",
                kind=found.kind,
                place=None,
            )

    def _knows(self, secret: str) -> bool:
        """Whether it was reported, as it is or as part of what was: a secret is escaped and wrapped in many ways."""
        return any(secret in known or known in secret for known in self._known)

    def _report_value(self, code: Code, held: HeldText, secret: str, kind: str = "") -> None:
        self._report_located(code, secret, held.span, what=held.what, kind=kind, place=held.place)

    def _report_located(self, code: Code, secret: str, used: Span | None, *, what: str, kind: str, place: Place | None) -> None:
        self._known.add(secret)
        found = self._locate(secret, used)
        if found is not None and found in self.places:
            return
        if found is not None:
            self.places[found] = None
        inside = found is None or used is None or (found.file == used.file and found.line <= used.end_line and used.line <= found.end_line)
        self._report(
            code,
            found or used or self._graph.span,
            labels=() if inside or used is None else (Label(used, "it goes in here"),),
            notes=[SPREAD],
            help=cure(self._targets, place),
            what=what,
            kind=kind,
        )

    def _report_place(self, code: Code, source: SourceFile, start: int, end: int, what: str, kind: str = "") -> None:
        span = _span(source, start, end)
        self._known.add(source.text[start:end])
        if any(_overlap(span, taken) for taken in self.places):
            return
        self.places[span] = None
        self._report(code, span, notes=[SPREAD], help=cure(self._targets, None), what=what, kind=kind)

    def _locate(self, secret: str, used: Span | None) -> Span | None:
        """Where a person wrote it: where it is used, behind that, else in the first file that has it. A short one must stand in quotes."""
        spelt = dict.fromkeys((secret, repr(secret)[1:-1]))
        if used is not None and used.file in self._sources:
            source = self._sources[used.file]
            start, end = source.offset(used.line, used.column), source.offset(used.end_line, used.end_column)
            for text in spelt:
                if (at := source.text.find(text, start, end)) >= 0 or (at := _quoted(source.text, text, start)) >= 0:
                    return _span(source, at, at + len(text))
        for source in self._sources.values():
            for text in spelt:
                if (at := _quoted(source.text, text)) >= 0 or (len(text) >= _TELLING and (at := source.text.find(text)) >= 0):
                    return _span(source, at, at + len(text))
        return None


def _quoted(text: str, secret: str, start: int = 0) -> int:
    found = [at + 1 for quote in "\"'" if (at := text.find(f"{quote}{secret}{quote}", start)) >= 0]
    return min(found, default=-1)


def _is_named_secret(name: str, value: str, *, data: bool) -> bool:
    """Whether a text looks like what its name promises; `data`: the name says what the text is for, as in a variable or a setting."""
    if judge.asks_for_password(name):
        return judge.looks_like_password(value) if data else judge.looks_written_by_hand(value)
    return judge.asks_for_secret(name) and judge.looks_like_token(value)


def _literals_of_data(text: str) -> Iterator[NamedLiteral]:
    yield from named_literals(text)
    yield from unquoted_literals(text)


def _span(source: SourceFile, start: int, end: int) -> Span:
    return Span(source.name, *source.position(start), *source.position(end))


def _ends(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    return (span.line, span.column), (span.end_line, span.end_column)


def _overlap(one: Span, other: Span) -> bool:
    (start, end), (first, last) = _ends(one), _ends(other)
    return one.file == other.file and start < last and first < end
