"""`self.next(…)`: what it says, and whether every way through the step ends with it."""

import ast
from collections.abc import Sequence

from flowc.diagnostics import codes
from flowc.diagnostics.model import Edit, Fix, Label, Report
from flowc.diagnostics.near_miss import near_miss as nearest
from flowc.diagnostics.near_miss import rename
from flowc.frontend.arguments import near_miss
from flowc.frontend.classes import ClassInfo
from flowc.frontend.entities import Scope
from flowc.frontend.index import FunctionNode, Opaque, Table, index_body
from flowc.frontend.literals import Folder
from flowc.frontend.touches import Body
from flowc.ir.graph import ArtifactName, Case, Edge, Next, NextForeach, NextGang, NextSplit, NextSwitch, StepName, Transition
from flowc.ir.values import Unknown, Value
from flowc.source import Span

_KEYWORDS = ("foreach", "num_parallel", "condition")


def check_placement(name: str, node: FunctionNode, body: Body, owner: ClassInfo, report: Report) -> None:
    """Report `self.next` that does not stand once, as the last statement of the step, on every path."""
    places = owner.module.places
    for loose in body.loose_nexts:
        report(
            codes.NEXT_NOT_CALLED,
            places.span(loose),
            help="call it as the last statement of the step itself: self.next(self.other_step)",
        )
    if not body.nexts:
        return
    last = body.nexts[-1]
    if len(body.nexts) > 1:
        labels = [Label(places.span(call), "also here") for call in body.nexts[1:]]
        report(
            codes.SEVERAL_NEXT,
            places.span(body.nexts[0]),
            name=name,
            labels=labels,
            help='choose one way at run time with a switch: self.next({"a": self.a, "b": self.b}, condition="kind")',
        )
        return
    tail = node.body[-1]
    if isinstance(tail, ast.Expr) and tail.value is last:
        for early in body.returns:
            report(
                codes.CONDITIONAL_NEXT,
                places.span(early),
                name=name,
                label="the step ends here without one",
                help="let every path reach the self.next at the end of the step",
            )
        return
    _report_misplaced(name, node, last, owner, report)


def _report_misplaced(name: str, node: FunctionNode, call: ast.Call, owner: ClassInfo, report: Report) -> None:
    places = owner.module.places
    for number, statement in enumerate(node.body):
        if isinstance(statement, ast.Expr) and statement.value is call:
            label = Label(places.span(node.body[number + 1]), "this comes after it")
            report(codes.NEXT_NOT_LAST, places.span(call), labels=[label], help="move self.next to the end of the step")
            return
        if statement.lineno <= call.lineno <= (statement.end_lineno or statement.lineno):
            if isinstance(statement, ast.If | ast.For | ast.While | ast.Try | ast.Match | ast.AsyncFor | ast.TryStar):
                report(
                    codes.CONDITIONAL_NEXT,
                    places.span(call),
                    name=name,
                    label="only some paths come here",
                    help="move self.next to the end of the step, behind the block",
                )
                return
            report(
                codes.NEXT_NOT_LAST,
                places.span(call),
                label="this is not a statement of its own",
                help="end the step with a plain self.next(…)",
            )
            return


class NextReader:
    """Reads the `self.next` calls of one step."""

    def __init__(self, node: FunctionNode, body: Body, owner: ClassInfo, flow: ClassInfo, folder: Folder, report: Report) -> None:
        self._node = node
        self._body = body
        self._owner = owner
        self._flow = flow
        self._folder = folder
        self._report = report
        self._places = owner.module.places
        self._local: Scope | None = None

    def read(self, call: ast.Call) -> Transition | None:
        """Return the transition that `call` states, or None after reporting what cannot be read."""
        span = self._places.span(call)
        keywords = self._keywords(call)
        if keywords is None:
            return None
        if len(call.args) == 1 and isinstance(call.args[0], ast.Dict):
            return self._switch(call.args[0], keywords, span)
        if "condition" in keywords:
            self._report(
                codes.CONDITION_WITHOUT_DICT,
                self._places.span(keywords["condition"]),
                help='list the cases: self.next({"a": self.a, "b": self.b}, condition="kind")',
            )
            return None
        if not call.args:
            self._report(codes.EMPTY_NEXT, span, help="name the step that follows: self.next(self.other_step)")
            return None
        edges = [self._edge(argument) for argument in call.args]
        known = tuple(edge for edge in edges if edge is not None)
        if len(known) < len(edges):
            return None
        return self._plain(known, keywords, span)

    def _plain(self, edges: tuple[Edge, ...], keywords: dict[str, ast.keyword], span: Span) -> Transition | None:
        foreach, gang = keywords.get("foreach"), keywords.get("num_parallel")
        if foreach is not None and gang is not None:
            self._clash("foreach", foreach, "num_parallel", gang)
            return None
        one = foreach or gang
        if one is not None and len(edges) != 1:
            self._report(
                codes.ONE_TARGET,
                span,
                argument=one.arg,
                count=len(edges),
                labels=[Label(self._places.span(one), "given here")],
                help="go to one step first, and split there",
            )
            return None
        if foreach is not None:
            over = self._artifact(foreach)
            if over is None:
                return None
            return NextForeach(edge=edges[0], over=over, over_span=self._places.span(foreach.value), span=span)
        if gang is not None:
            return self._gang(edges[0], gang, span)
        return Next(edge=edges[0], span=span) if len(edges) == 1 else NextSplit(edges=edges, span=span)

    def _gang(self, edge: Edge, keyword: ast.keyword, span: Span) -> Transition | None:
        size = self._value(keyword.value)
        if not isinstance(size, Unknown) and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
            help = "give a whole number: self.next(self.train, num_parallel=4)"
            self._report(codes.GANG_SIZE, self._places.span(keyword.value), value=repr(size), help=help)
            return None
        return NextGang(edge=edge, size=size, size_span=self._places.span(keyword.value), span=span)

    def _switch(self, cases: ast.Dict, keywords: dict[str, ast.keyword], span: Span) -> Transition | None:
        for other in ("foreach", "num_parallel"):
            if other in keywords:
                self._clash("a switch", cases, other, keywords[other])
                return None
        keyword = keywords.get("condition")
        if keyword is None:
            self._report(
                codes.DICT_WITHOUT_CONDITION,
                self._places.span(cases),
                help='name the artifact whose value chooses: condition="kind"',
            )
            return None
        condition = self._artifact(keyword)
        read = self._cases(cases)
        if condition is None or read is None:
            return None
        if len(cases.keys) < 2:
            self._report(codes.FEW_CASES, self._places.span(cases), help="with one way to go, write self.next(self.that_step)")
            if not read:
                return None
        return NextSwitch(cases=read, condition=condition, condition_span=self._places.span(keyword.value), span=span)

    def _cases(self, cases: ast.Dict) -> tuple[Case, ...] | None:
        found: dict[str | int | float | bool | None, Case] = {}
        complete = True
        for key, target in zip(cases.keys, cases.values, strict=True):
            if key is None:
                self._computed(target)
                complete = False
                continue
            value = self._value(key)
            span = self._places.span(key)
            edge = self._edge(target)
            if isinstance(value, Unknown) or not isinstance(value, str | int | float | None):
                notes = [f"flowc cannot know it, because {value.why}"] if isinstance(value, Unknown) else ()
                self._report(codes.CASE_KEY, span, notes=notes, help="write the value itself, and let the step assign it to the artifact")
                complete = False
            elif value in found:
                label = Label(found[value].key_span, "first here" if repr(found[value].key) == repr(value) else "equal to this one")
                self._report(codes.REPEATED_CASE, span, key=repr(value), labels=[label])
            elif edge is not None:
                found[value] = Case(value, edge, span)
            complete = complete and edge is not None
        return tuple(found.values()) if complete else None

    def _keywords(self, call: ast.Call) -> dict[str, ast.keyword] | None:
        found: dict[str, ast.keyword] = {}
        readable = True
        for keyword in call.keywords:
            if keyword.arg is None:
                self._computed(keyword.value)
                readable = False
            elif keyword.arg not in _KEYWORDS:
                span = self._places.span(keyword)
                meant = nearest(keyword.arg, _KEYWORDS)
                free = meant is not None and meant not in {other.arg for other in call.keywords}
                fix = rename(span, keyword.arg, meant) if meant and free else None
                self._report(codes.NEXT_KEYWORD, span, name=keyword.arg, help=near_miss(keyword.arg, _KEYWORDS), fix=fix)
                readable = False
            elif not (isinstance(keyword.value, ast.Constant) and keyword.value.value is None):
                found[keyword.arg] = keyword
        return found if readable else None

    def _edge(self, node: ast.expr) -> Edge | None:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == self._body.self_name:
            return Edge(StepName(node.attr), self._places.attribute_span(node))
        self._computed(node)
        return None

    def _computed(self, node: ast.expr) -> None:
        help = 'list the cases: self.next({"a": self.a, "b": self.b}, condition="kind")'
        fix = None
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            help = f"name the step itself: self.next(self.{node.value})"
            fix = Fix(f"write self.{node.value}", (Edit(self._places.span(node), f"self.{node.value}"),))
        self._report(codes.COMPUTED_TARGET, self._places.span(node), help=help, fix=fix)

    def _artifact(self, keyword: ast.keyword) -> ArtifactName | None:
        value = self._value(keyword.value)
        if isinstance(value, str) and value.isidentifier():
            return ArtifactName(value)
        notes = [f"flowc cannot know it, because {value.why}"] if isinstance(value, Unknown) else ()
        help = f'give the name of an artifact as text: {keyword.arg}="items"'
        if isinstance(keyword.value, ast.Attribute) and isinstance(keyword.value.value, ast.Name):
            help = f'give the name of the artifact as text: {keyword.arg}="{keyword.value.attr}"'
        self._report(codes.NEXT_NOT_LITERAL, self._places.span(keyword.value), argument=keyword.arg, notes=notes, help=help)
        return None

    def _clash(self, first: str, one: ast.keyword | ast.expr, second: str, other: ast.keyword) -> None:
        label = Label(self._places.span(one), f"{first} is here")
        help = "keep one of the two, and go to another step first for the other"
        self._report(codes.NEXT_CLASH, self._places.span(other), first=first, second=second, labels=[label], help=help)

    def _value(self, node: ast.expr) -> Value:
        """Return the value of an argument as the step's body sees it: constants of the class through `self` too."""
        if isinstance(node, ast.Constant):
            return self._folder.value(node, Scope(self._owner.module))
        chain = _self_chain(node, self._body.self_name)
        if chain is not None:
            return self._class_value(node, chain)
        return self._folder.value(node, self._scope().at((node.lineno, node.col_offset)))

    def _class_value(self, node: ast.expr, root: ast.Attribute) -> Value:
        member = self._flow.member(root.attr)
        if member is None:
            return Unknown(f"`self.{root.attr}` is set when the flow runs", self._places.span(node))
        plain = ast.copy_location(ast.Name(root.attr, ast.Load()), root)
        return self._folder.value(_replaced(node, root, plain), member[0].scope)

    def _scope(self) -> Scope:
        """Return the scope of the body: its own variables hide what the module calls the same."""
        if self._local is None:
            table: Table = index_body(self._node.body)
            arguments = self._node.args
            for argument in _every_argument(arguments):
                table.names.setdefault(argument.arg, []).insert(0, Opaque(argument.arg, (0, 0), True, f"`{argument.arg}` is an argument"))
            self._local = Scope(self._owner.module, table, late=True)
        return self._local


def _every_argument(arguments: ast.arguments) -> Sequence[ast.arg]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [argument for argument in every if argument is not None]


def _self_chain(node: ast.expr, self_name: str | None) -> ast.Attribute | None:
    """Return `self.x` at the bottom of `self.x.y["z"]`, or None."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == self_name:
            return node
        node = node.value
    return None


def _replaced(node: ast.expr, root: ast.Attribute, plain: ast.Name) -> ast.expr:
    links: list[ast.Attribute | ast.Subscript] = []
    while node is not root and isinstance(node, ast.Attribute | ast.Subscript):
        links.append(node)
        node = node.value
    made: ast.expr = plain
    for link in reversed(links):
        if isinstance(link, ast.Attribute):
            made = ast.copy_location(ast.Attribute(made, link.attr, ast.Load()), link)
        else:
            made = ast.copy_location(ast.Subscript(made, link.slice, ast.Load()), link)
    return made
