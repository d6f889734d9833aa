"""Fenced blocks of a page, and what each stands for when the page is run in a project of its own.

- A line "`train.py`:" above a block: the block is that file. A `diff` block below such a line changes the file, its hunks apart by `@@`.
- `console`: a session. Lines that begin with `$ ` are commands (one that ends with a backslash goes on in the next line), what follows is
  what they print; a line `...` stands for any number of lines. `<!-- exits with 1 -->` above it says how its commands end.
- `python` without a file name: a script, run as it stands. `bash`: commands whose output is not shown.
- `toml` without a file name: settings that flowc must take. `yaml`, `json`: must be read by a parser.
- `<!-- in a project of its own -->` begins another project; `<!-- examples/NAME -->` copies files of the repository into the project.
- `<!-- not run: REASON -->` above a block leaves it alone. Other blocks must say so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_FILE = re.compile(r"(?:.* )?`(?P<name>[\w./-]+\.\w+|Dockerfile)`(?:, .*)?:\Z")
_REMARK = re.compile(r"<!-- (?P<text>.*) -->\Z")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block, or a remark without one (`language` is empty); `start` is the line of its first line of content, from 0."""

    language: str
    content: tuple[str, ...]
    start: int
    file: str | None = None
    remarks: tuple[str, ...] = field(default=())

    @property
    def not_run(self) -> str | None:
        """Why it is not run."""
        return next((remark.removeprefix("not run: ") for remark in self.remarks if remark.startswith("not run: ")), None)

    @property
    def exit_code(self) -> int:
        """How the commands of a session end."""
        return next((int(remark.removeprefix("exits with ")) for remark in self.remarks if remark.startswith("exits with ")), 0)

    @property
    def text(self) -> str:
        """What stands in it."""
        return "".join(f"{line}\n" for line in self.content)


def blocks_of(text: str) -> Iterator[Block]:
    """Yield the blocks of a page in order, and remarks that stand for themselves."""
    lines = text.splitlines()
    remarks: list[str] = []
    file: str | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        fence = re.match(r"(?P<ticks>`{3,})(?P<language>\w*)\s*\Z", line)
        if fence:
            end = next(index for index in range(at + 1, len(lines)) if lines[index] == fence["ticks"])
            yield Block(fence["language"] or "text", tuple(lines[at + 1 : end]), at + 1, file, tuple(remarks))
            remarks, file, at = [], None, end
        elif remark := _REMARK.match(line):
            if remark["text"].startswith(("not run: ", "exits with ")):
                remarks.append(remark["text"])
            else:
                yield Block("", (), at, None, (remark["text"],))
        elif named := _FILE.match(line):
            file = named["name"]
        elif line.strip():
            remarks, file = [], None
        at += 1


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a session and the lines it prints, as the page has them."""

    text: str
    shown: tuple[str, ...]


def commands_of(block: Block) -> list[Command]:
    """Return the commands of a `console` block."""
    found: list[tuple[list[str], list[str]]] = []
    for line in block.content:
        if line.startswith("$ "):
            found.append(([line.removeprefix("$ ")], []))
        elif found and not found[-1][1] and found[-1][0][-1].endswith("\\"):
            found[-1][0].append(line)
        elif found:
            found[-1][1].append(line)
    return [Command("\n".join(command), tuple(shown)) for command, shown in found]


_VOLATILE = (
    (re.compile(r"\b20\d{6}T\d{6}-[0-9a-f]{6}\b"), "RUN-ID"),
    (re.compile(r"sha256:[0-9a-f]{6,64}"), "sha256:DIGEST"),
    (re.compile(r"\b20\d\d-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| UTC|\+00:00)?"), "TIME"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "TIME"),
    (re.compile(r"\b\d+(?:\.\d+)? (?:ms|s|min)\b"), "DURATION"),
    (re.compile(r"\b(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?s\b"), "DURATION"),
    (re.compile(r"\b\d+(?:\.\d+)? (?:B|kB|MB)\b"), "SIZE"),
    (re.compile(r"\b[0-9a-f]{7,12}\b(?=[ .\]])"), "COMMIT"),
    (re.compile(r"(?m)[ \t]+$"), ""),
    (re.compile(r"(?<=\S)  +(?=\S)"), "  "),
)


def steady(line: str) -> str:
    """Return a line with what differs from run to run named: run ids, digests, times, sizes, the width of columns."""
    for pattern, name in _VOLATILE:
        line = pattern.sub(name, line)
    return line


def agrees(shown: tuple[str, ...], printed: tuple[str, ...]) -> bool:
    """Whether a command printed what the page shows; `...` stands for any lines."""
    rows = "\n".join(".*" if line.strip() == "..." else re.escape(steady(line)) for line in _trimmed(shown))
    pattern = rows.replace("\n.*\n", "\n(?:.*\n)*").replace("\n.*", "(?:\n.*)*")
    pattern = pattern[3:] if pattern.startswith(".*\n") else pattern
    start = "(?:.*\n)*" if shown and shown[0].strip() == "..." else ""
    return re.fullmatch(start + pattern, "\n".join(map(steady, _trimmed(printed)))) is not None


def _trimmed(lines: tuple[str, ...]) -> tuple[str, ...]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
