"""Which members of a chunk are passed over while other arms are still on their way: only what a step waits for is asked."""

from collections.abc import Callable

import pytest
from support.airflow_units import tree_of
from support.notation import parse_graph

from flowc.ir.plan import build_plan
from flowc.runtime_shim.passing import is_passed_over


def records(found: dict[str, str]) -> Callable[[str, str], dict[str, object] | None]:
    return lambda step, at: {"control": {"next": found[step]}, "next": found[step]} if step in found else None


@pytest.mark.parametrize(
    ("flow", "step", "chosen", "passed"),
    [
        ("f>*w w>a|b|m a>h h>h|m b>m m>j j!>end", "b", {"w": "a"}, True),
        ("f>*w w>a|b|m a>h h>h|m b>m m>j j!>end", "b", {"w": "b"}, False),
        ("f>*w w>a|b a>v v>x|y x>m y>m b>m m>j j!>end", "b", {"w": "a"}, True),
        ("f>*w w>a|b a>v v>x|y x>m y>m b>m m>j j!>end", "x", {"w": "b"}, True),
        ("f>*w w>a|b a>v v>x|y x>m y>m b>m m>j j!>end", "x", {"w": "a", "v": "x"}, False),
        ("f>*w w>b|a a>h h>h|x|y x>m y>m b>m m>j j!>end", "x", {"w": "a", "h": "y"}, True),
    ],
)
def test_other_arms_are_not_asked(flow: str, step: str, chosen: dict[str, str], passed: bool) -> None:
    plan = build_plan(tree_of(parse_graph(flow)))
    assert is_passed_over(plan, step, "r.0", records(chosen), records(chosen)) is passed
