"""Pages of codes, `docs/diagnostics/FLC###.md`: an example as files, the command that checks it, and what to write instead.

A fenced block of the section Example is the file named in the line above it, `flow.py` where there is none. That line may say more:

- `flow.py`, bytes written as escapes: such as a zero byte
- `flow.py`, the line above `...` 300 times:
- `rows.csv`, 21 MB of zeros: (without a block)
- `rows.csv`, a link to `/etc/passwd`: (without a block)

The block that begins with `$ flowc check` is what the command prints. In Write instead, a diff block changes a file of the example, its
hunks apart by `@@`; other blocks are files beside them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flowc.diagnostics.model import Code
from flowc.diagnostics.pages import FOLDER, headline

SECTIONS = ("What flowc saw", "Why it matters", "Example", "Write instead", "Targets")
_LABEL = re.compile(r"`(?P<name>[^`]+)`(?:, (?P<more>.+))?:\Z")
_SIZE = re.compile(r"(\d+) MB of zeros")
_LINK = re.compile(r"a link to `([^`]+)`")
_REPEAT = re.compile(r"the line above `\.\.\.` (\d+) times")

Maker = Callable[[Path], None]


@dataclass(slots=True)
class Page:
    """A page as text, and what stands in it."""

    text: str
    sections: dict[str, str]
    files: dict[str, Maker] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    command: str = ""
    shown: str = ""
    instead: dict[str, Maker] = field(default_factory=dict)

    def write_example(self, folder: Path) -> None:
        """Make the files of the example."""
        for name, make in self.files.items():
            _make(folder / name, make)

    def write_instead(self, folder: Path) -> None:
        """Make them, then what the page says to write."""
        self.write_example(folder)
        for name, make in self.instead.items():
            _make(folder / name, make)

    def with_rendering(self, code: Code, output: str) -> str:
        """Return the page with the head of `code` and with what its command printed."""
        body = self.text[self.text.index("\n## ") :]
        if self.command:
            body = body.replace(f"```console\n$ {self.command}\n{self.shown}```", f"```console\n$ {self.command}\n{output}```")
        return head(code) + body


def head(code: Code) -> str:
    """Return how the page of `code` begins."""
    kind = code.severity.value.capitalize()
    turned = "It cannot be turned off: what is compiled would be wrong." if code.structural else "It can be turned off."
    if code.off:
        turned = f'It is off until the settings turn it on: `{code.id} = "warning"` in `[severity]`.'
    return f"# {code.id}: {code.slug}\n\n> {headline(code)}\n\n{kind}. {turned}\n"


def path_of(code: Code) -> Path:
    """Return where the page of `code` stands in the repository."""
    return FOLDER / f"{code.id}.md"


def read_page(text: str) -> Page:
    """Return the page; raises AssertionError where it is not built like one."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    page = Page(text, sections)
    for name, more, block in _blocks(sections.get("Example", "")):
        if block is not None and block.startswith("$ "):
            command, _, page.shown = block.partition("\n")
            page.command = command.removeprefix("$ ")
        else:
            page.files[name] = _maker(more, block)
            page.sources[name] = block or ""
    for name, more, block in _blocks(sections.get("Write instead", "")):
        if block is not None and block.startswith(_DIFF):
            page.instead[name] = _maker("", apply_diff(page.sources[name], block.removeprefix(_DIFF)))
        else:
            page.instead[name] = _maker(more, block)
    return page


_DIFF = "\0diff\n"


def _blocks(section: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield (file name, what is said of it, content) for each block, and for each label that stands without one."""
    name, more = "flow.py", ""
    lines = iter(section.splitlines(keepends=True))
    for line in lines:
        label = _LABEL.match(line.rstrip())
        if label:
            name, more = label["name"], label["more"] or ""
            if _SIZE.fullmatch(more) or _LINK.fullmatch(more):
                yield name, more, None
                name, more = "flow.py", ""
        elif line.startswith("```"):
            fence, language = re.match(r"(`+)(.*)", line.rstrip()).groups()  # type: ignore[union-attr]
            content = ""
            for inside in lines:
                if inside.rstrip() == fence:
                    break
                content += inside
            yield name, more, _DIFF + content if language == "diff" else content
            name, more = "flow.py", ""


def _maker(more: str, block: str | None) -> Maker:
    if found := _SIZE.fullmatch(more):
        size = int(found[1]) * 2**20
        return lambda path: _discard(path.write_bytes(bytes(size)))
    if found := _LINK.fullmatch(more):
        target = found[1]
        return lambda path: path.symlink_to(target)
    assert block is not None, f"no block for {more!r}"
    if found := _REPEAT.fullmatch(more):
        times = int(found[1])
        data = re.sub(r"([^\n]+\n)[ ]*\.\.\.\n", lambda line: line[1] * times, block).encode()
    elif more == "bytes written as escapes":
        data = block.encode("latin-1").decode("unicode_escape").encode("latin-1")
    else:
        assert not more, f"not understood: {more!r}"
        data = block.encode()
    return lambda path: _discard(path.write_bytes(data))


def _discard(_: object) -> None:
    pass


def _make(path: Path, make: Maker) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    make(path)


def apply_diff(text: str, diff: str) -> str:
    """Return `text` with the hunks of `diff` applied; raises AssertionError where one fits nowhere or in several places."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] if line[0] in " -" else "" for line in lines)
        after = "".join(line[1:] if line[0] in " +" else "" for line in lines)
        assert f"\n{text}".count(f"\n{before}") == 1, f"hunk fits {text.count(before)} times:\n{hunk}"
        text = f"\n{text}".replace(f"\n{before}", f"\n{after}")[1:]
    return text
