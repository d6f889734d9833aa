"""Checks mutated flow sources and counts what should never happen: python benchmarks/mutations.py [--count N] [--seed N] [--keep FOLDER].

A source is a flow of the repository with tokens swapped, lines cut, bytes flipped, odd Unicode put in, or code nested deeply. Each is
checked and rendered in every format. A traceback of flowc's own, a dead process, or more than 2 s of CPU for one source is a miss: the
source is kept under `--keep`, and `--first K --count 1` makes it again. Source number K of a seed is the same everywhere.
"""

import argparse
import io
import os
import random
import sys
import tempfile
import time
import tokenize
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
MOST_CPU = 2.0
MISSED = 3
_BATCH = 1000
_ODD = [
    "\u0000",
    "\ufeff",
    "\u2028",
    "\u202e",
    "é",
    "ﬁ",
    "\U0001d431",
    "\x0c",
    "\r",
    "\ud7ff",
    "中文",
    "\\\n",
    '"""',
    "'",
    "{",
    "}",
    "(",
    "]",
    "\t",
    "🙂",
    "\u0301",
    ";",
    "@",
]
_NAMES = [
    "self",
    "inputs",
    "next",
    "step",
    "FlowSpec",
    "foreach",
    "condition",
    "merge_artifacts",
    "end",
    "start",
    "Parameter",
    "1e999",
    "None",
    "lambda",
]


def sources() -> list[str]:
    """Return the flows of the repository, in order of their paths."""
    folders = ["tests/golden", "tests/data/clean", "tests/data/diagnostics", "tests/data/frontend", "examples"]
    paths = sorted(path for folder in folders for path in (REPO / folder).rglob("*.py"))
    return [text for path in paths if "FlowSpec" in (text := path.read_text(encoding="utf-8", errors="surrogateescape"))]


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    try:
        found = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return []
    return [token for token in found if token.string.strip()]


def _put(text: str, token: tokenize.TokenInfo, new: str) -> str:
    lines = text.splitlines(keepends=True)
    row = token.start[0] - 1
    if token.end[0] == token.start[0] and row < len(lines):
        lines[row] = lines[row][: token.start[1]] + new + lines[row][token.end[1] :]
    return "".join(lines)


def _swap_tokens(text: str, rng: random.Random, others: Sequence[str]) -> str:
    tokens = _tokens(text)
    if len(tokens) < 2:
        return text
    one = rng.choice(tokens)
    other = rng.choice([token for token in tokens if token.type == one.type or rng.random() < 0.02])
    late, early = sorted((one, other), key=lambda token: token.start, reverse=True)
    return _put(_put(text, late, early.string), early, late.string)


def _replace_token(text: str, rng: random.Random, others: Sequence[str]) -> str:
    tokens = _tokens(text)
    names = [token for token in tokens if token.type == tokenize.NAME]
    if names and rng.random() < 0.8:
        return _put(text, rng.choice(names), rng.choice([*_NAMES, rng.choice(names).string]))
    return _put(text, rng.choice(tokens), rng.choice([*_NAMES, "", *_ODD])) if tokens else text


def _cut_lines(text: str, rng: random.Random, others: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    first = rng.randrange(len(lines) + 1)
    return "".join(lines[:first] + lines[first + rng.randint(1, 6) :])


def _move_lines(text: str, rng: random.Random, others: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    first, to = rng.randrange(len(lines) + 1), rng.randrange(len(lines) + 1)
    part = lines[first : first + rng.randint(1, 8)]
    return "".join(lines[:to] + part + lines[to:])


def _indent(text: str, rng: random.Random, others: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    for _ in range(rng.randint(1, 5)):
        if lines:
            row = rng.randrange(len(lines))
            lines[row] = rng.choice(["    " + lines[row], lines[row].lstrip(" "), "\t" + lines[row], lines[row][4:]])
    return "".join(lines)


def _odd_text(text: str, rng: random.Random, others: Sequence[str]) -> str:
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(_ODD) + text[at:]
    return text


def _splice(text: str, rng: random.Random, others: Sequence[str]) -> str:
    lines, more = text.splitlines(keepends=True), rng.choice(others).splitlines(keepends=True)
    return "".join(lines[: rng.randrange(len(lines) + 1)] + more[rng.randrange(len(more) + 1) :])


def _nest(text: str, rng: random.Random, others: Sequence[str]) -> str:
    depth = rng.choice([20, 90, 150, 400, 3000])
    shapes: list[Callable[[str], str]] = [
        lambda inner: "(" * depth + inner + ")" * depth,
        lambda inner: "[" * depth + inner + "]" * depth,
        lambda inner: "-" * depth + inner,
        lambda inner: "not " * depth + inner,
        lambda inner: "+".join([inner] * depth),
        lambda inner: inner + ".x" * depth,
        lambda inner: inner + "()" * depth,
        lambda inner: "lambda: " * depth + inner,
        lambda inner: " if x else ".join([inner] * depth),
        lambda inner: "f'{" * min(depth, 150) + inner + "}'" * min(depth, 150),
        lambda inner: " < ".join([inner] * depth),
    ]
    if rng.random() < 0.3:
        blocks = [(" " * 8 + " " * level + "if self.x:\n") for level in range(min(depth, 99))]
        at = text.find("        self.next(")
        return text[:at] + "".join(blocks) + " " * (8 + len(blocks)) + "self.x = 1\n" + text[at:] if at >= 0 else text
    tokens = [token for token in _tokens(text) if token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.STRING)]
    if not tokens:
        return text
    token = rng.choice(tokens)
    return _put(text, token, rng.choice(shapes)(token.string))


_MUTATIONS = (
    _swap_tokens,
    _swap_tokens,
    _swap_tokens,
    _replace_token,
    _replace_token,
    _replace_token,
    _move_lines,
    _cut_lines,
    _move_lines,
    _indent,
    _odd_text,
    _splice,
    _nest,
)


def mutated(number: int, seed: int, every: Sequence[str]) -> bytes:
    """Return source `number` of a seed."""
    rng = random.Random(f"{seed} {number}")
    text = rng.choice(every)
    for _ in range(rng.choice([1, 1, 1, 1, 2, 2, 4])):
        text = rng.choice(_MUTATIONS)(text, rng, every)
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    if rng.random() < 0.1:
        for _ in range(rng.randint(1, 6)):
            if data:
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def check_source(path: Path) -> str:
    """Check a file and render what was found in every format; return what came of it, raise what flowc raises."""
    from flowc.api import check
    from flowc.diagnostics.render import FORMATS, render
    from flowc.errors import FlowcError

    try:
        result = check(path)
    except FlowcError:
        return "refused"
    for form in FORMATS:
        render(result.diagnostics, result.sources, format=form)
    read = "read" if result.flows else "not read"
    return f"{read}, findings" if result.diagnostics else f"{read}, clean"


def run_batch(first: int, count: int, seed: int, keep: Path, output: int) -> None:
    """Check sources in this process; write one line for each to `output`: number, milliseconds of CPU, outcome."""
    warnings.simplefilter("ignore")
    every = sources()
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "flowc.toml").touch()
        path = Path(home) / "flow.py"
        for number in range(first, first + count):
            path.write_bytes(mutated(number, seed, every))
            before = time.process_time()
            try:
                outcome = check_source(path)
            except BaseException as error:
                outcome = f"raised {type(error).__name__}"
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{seed}-{number}.txt").write_text(traceback.format_exc(), errors="backslashreplace")
                (keep / f"{seed}-{number}.py").write_bytes(path.read_bytes())
            spent = int(1000 * (time.process_time() - before))
            if spent > 1000 * MOST_CPU:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{seed}-{number}.py").write_bytes(path.read_bytes())
            os.write(output, f"{number} {spent} {outcome}\n".encode())


def batches(first: int, count: int, seed: int, keep: Path) -> tuple[Counter[str], list[int]]:
    """Return how often each outcome came, and the CPU milliseconds of every source; each batch is a process of its own."""
    outcomes: Counter[str] = Counter()
    spent: list[int] = []
    at, last = first, first + count
    while at < last:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            ended = 1
            try:
                os.close(reading)
                run_batch(at, min(_BATCH, last - at), seed, keep, writing)
                ended = 0
            finally:
                os._exit(ended)
        os.close(writing)
        lines = []
        with os.fdopen(reading, encoding="ascii") as answers:
            for line in answers:
                lines.append(line.split(" ", 2))
        _, status = os.waitpid(child, 0)
        for _, milliseconds, outcome in lines:
            outcomes[outcome.strip()] += 1
            spent.append(int(milliseconds))
        at += len(lines)
        print(f"  {at - first} of {count}, {time.strftime('%H:%M:%S')}", file=sys.stderr)
        if status:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{seed}-{at}.py").write_bytes(mutated(at, seed, sources()))
            outcomes[f"died with status {status}"] += 1
            at += 1
    return outcomes, spent


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--keep", type=Path, default=Path("mutations"))
    given = options.parse_args()
    outcomes, spent = batches(given.first, given.count, given.seed, given.keep)
    spent.sort()
    print(f"{len(spent)} sources, seed {given.seed}, from number {given.first}; Python {sys.version.split()[0]}")
    for outcome, times in sorted(outcomes.items()):
        print(f"  {outcome}: {times}")
    middle, high = spent[len(spent) // 2], spent[len(spent) * 99 // 100]
    slow = sum(milliseconds > 1000 * MOST_CPU for milliseconds in spent)
    print(f"  CPU a source: median {middle} ms, 99th percentile {high} ms, most {spent[-1]} ms; above {MOST_CPU:g} s: {slow}")
    bad = slow + sum(times for outcome, times in outcomes.items() if outcome.startswith(("raised", "died")))
    print(f"  misses: {bad}{f', kept in {given.keep}' if bad else ''}")
    return MISSED if bad else 0


if __name__ == "__main__":
    sys.exit(main())
