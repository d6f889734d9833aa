"""What a walk over a method finds: every use of `self` and of `inputs`, each with how surely it happens."""

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

TouchKind = Literal["read", "write", "delete", "super", "probe", "escape", "merge", "branch", "member", "member probe", "item"]


class Context(NamedTuple):
    """Where an expression stands in its method.

    nested: in a nested function, class or lambda, which runs whenever somebody calls it.
    sure: whether every way through the method that raises nothing evaluates it.
    guarded: an AttributeError here is caught.
    loops: the loops around it, outermost first; unsure: those of them whose first turn may leave it out.
    members: names that stand for one of `inputs`.
    """

    nested: bool = False
    sure: bool = True
    guarded: bool = False
    loops: tuple[int, ...] = ()
    unsure: tuple[int, ...] = ()
    members: tuple[str, ...] = ()

    def maybe(self) -> "Context":
        """Return the context of what may be left out."""
        return self if not self.sure and self.unsure == self.loops else self._replace(sure=False, unsure=self.loops)


@dataclass(frozen=True, slots=True, eq=False)
class MergeArguments:
    """Arguments of `merge_artifacts`: whether it takes `inputs` as they came, and lists of names, None where not known."""

    whole: bool
    include: tuple[str, ...] | None = ()
    exclude: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """One use of `self.name`; "super" is `super().name`, "item" `self.input` or `self.index`.

    `called` says that it is called on the spot, `value` is what a plain assignment writes. Of `inputs`: "branch" is `inputs.name`, "member"
    `inputs.train.name`, `inputs[0].name` or `each.name`, whose `selector` is the branch, the number, or None for each of them.
    """

    name: str
    kind: TouchKind
    node: ast.expr
    context: Context
    called: bool = False
    value: ast.expr | None = None
    selector: str | int | None = None
    merge: MergeArguments | None = None


@dataclass(eq=False)
class Body:
    """What one method does, nested functions included for touches, left out for the rest."""

    self_name: str | None
    inputs_name: str | None = None
    inputs_rebound: bool = False
    """Whether the name of `inputs` comes to mean something else."""
    unbound: bool = False
    """Whether its first argument is no flow object: nothing counts as a touch then."""
    touches: list[Touch] = field(default_factory=list)
    opaque: bool = False
    """`self` goes where flowc cannot follow."""
    nexts: list[ast.Call] = field(default_factory=list)
    loose_nexts: list[ast.expr] = field(default_factory=list)
    """`self.next` that is not called on the spot, or is called in a nested function."""
    returns: list[ast.Return] = field(default_factory=list)
    yields: list[ast.expr] = field(default_factory=list)
    returned: bool = False
    """Whether some way through the method has ended before the place reached."""
    broken: set[int] = field(default_factory=set)
    """Loops in which some way has gone on to the next turn, or out, before the place reached."""
    tested: set[int] = field(default_factory=set)
    """Attributes (by `id`) that are only asked whether they are something."""
    loop_count: int = 0

    def add(
        self,
        name: str,
        kind: TouchKind,
        node: ast.expr,
        context: Context,
        *,
        called: bool = False,
        value: ast.expr | None = None,
        selector: str | int | None = None,
        merge: MergeArguments | None = None,
    ) -> None:
        """Record a touch at the place reached."""
        if self.unbound:
            return
        if self.returned:
            context = context.maybe()
        elif self.broken and not self.broken.isdisjoint(context.loops):
            context = context._replace(sure=False, unsure=context.loops)
        self.touches.append(Touch(name, kind, node, context, called, value, selector, merge))

    def escape(self, node: ast.expr, context: Context) -> None:
        """Record that `self` goes where flowc cannot follow."""
        self.opaque = not self.unbound
        self.add("", "escape", node, context)

    def new_loop(self) -> int:
        """Return a number for one more loop."""
        self.loop_count += 1
        return self.loop_count

    @cached_property
    def merges(self) -> bool:
        """Whether it calls `merge_artifacts`."""
        return any(touch.kind == "merge" for touch in self.touches)
