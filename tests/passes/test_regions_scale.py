"""Sizes: long, wide, deep, and graphs with more paths than atoms. What is counted is the text, which must stay short."""

import json

import pytest
from support.notation import parse_graph

from flowc.diagnostics import Report
from flowc.ir.json_form import flow_json
from flowc.ir.plan import build_plan, plan_bytes
from flowc.ir.printer import print_tree
from flowc.ir.structure_regions import structure_regions


def line(size: int) -> str:
    return " ".join(f"s{i}>s{i + 1}" for i in range(size))


def nested(mark: str, size: int) -> str:
    down = " ".join(f"s{i}>s{i + 1}{mark}x{i} x{i}>j{i}" for i in range(size))
    up = " ".join(f"j{i}{'!' if mark == ',' else ''}>{f'j{i - 1}' if i else 'end'}" for i in range(size))
    return f"{down} s{size}>j{size - 1} {up}"


def in_a_row(mark: str, size: int) -> str:
    join = "!" if mark == "," else ""
    return " ".join(f"s{i}>a{i}{mark}b{i} a{i}>j{i} b{i}>j{i} j{i}{join}>s{i + 1}" for i in range(size))


def nested_each(size: int) -> str:
    return (
        " ".join(f"s{i}>*s{i + 1}" for i in range(size))
        + f" s{size}>j{size - 1} "
        + " ".join(f"j{i}!>{f'j{i - 1}' if i else 'end'}" for i in range(size))
    )


def nested_loops(size: int) -> str:
    down = " ".join(f"s{i}>s{i + 1}" for i in range(size))
    return f"{down} s{size}>b{size - 1} " + " ".join(f"b{i}>s{i}|{f'b{i - 1}' if i else 'end'}" for i in reversed(range(size)))


SIZES = {
    "10,000 steps in a row": (line(10_000), 10_001),
    "200 nested splits": (nested(",", 200), 602),
    "200 nested switches": (nested("|", 200), 602),
    "200 nested foreach": (nested_each(200), 402),
    "200 nested loops": (nested_loops(200), 402),
    "200 splits in a row": (in_a_row(",", 200), 801),
    "200 switches in a row": (in_a_row("|", 200), 801),
    "2^2000 paths, arms that meet": (" ".join(f"s{i}>a{i}|s{i + 1} a{i}>s{i + 1}" for i in range(2000)), 4001),
    "many paths, arms that skip ahead": (" ".join(f"s{i}>s{i + 1}|s{i + 2}" for i in range(2000)) + " s2000>s2001", 2002),
    "early exits 500 deep": (" ".join(f"s{i}>end|s{i + 1}" for i in range(500)) + " s500>end", 502),
    "500 ways out of one loop": (
        "h>c0|x x>h " + " ".join(f"c{i}>h|c{i + 1}|e{i}" for i in range(500)) + " c500>h|end " + " ".join(f"e{i}>end" for i in range(500)),
        1004,
    ),
}


@pytest.mark.parametrize("name", SIZES)
def test_large_flows(name: str) -> None:
    text, size = SIZES[name]
    report = Report()
    graph = parse_graph(text)
    tree = structure_regions(graph, report)
    assert tree is not None, report.diagnostics[:3]
    assert len(graph.steps) == size
    assert len(print_tree(tree)) < 60 * size
    assert json.loads(plan_bytes(build_plan(tree)))["steps"].keys() == graph.by_name.keys()
    json.dumps(flow_json(graph, tree))
