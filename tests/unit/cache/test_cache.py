"""The cache never changes what a command says, writes or exits with: cold, warm, broken and absent give the same."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.namespaces import bind_read_only, in_namespace

from flowc.cache import MOST_ENTRIES, Cache
from flowc.cli.group import run

TESTS = Path(__file__).parents[2]
FLOWS = [
    *sorted(path.parent for path in TESTS.glob("golden/*/flow.py")),
    *(pytest.param(path.parent, marks=pytest.mark.slow) for path in sorted(TESTS.glob("data/diagnostics/*/flow.py"))),
]
SOURCE = """\
from flowc import Config, FlowSpec, IncludeFile, step
import helper

from base import Base


class Small(Base):
    settings = Config("settings", default="settings.json")
    words = IncludeFile("words", default="words.txt")

    @step
    def start(self):
        self.unused = helper.VALUE
        self.next(self.end)

    @step
    def end(self):
        pass
"""
Seen = tuple[object, str, str, dict[str, bytes]]
Flowc = Callable[..., Seen]


@pytest.fixture
def flowc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Flowc:
    """Run a command in a folder; exit code, standard output, standard error and the files it wrote into `out`."""

    def call(folder: Path, *words: str) -> Seen:
        monkeypatch.chdir(folder)
        out = tmp_path / "out"
        shutil.rmtree(out, ignore_errors=True)
        with pytest.raises(SystemExit) as ended:
            run([*words, *(("-o", str(out)) if words[0] == "compile" else ())])
        files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        return ended.value.code, *capsys.readouterr(), files

    return call


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "data").mkdir()
    for name, text in {
        "flowc.toml": 'include = ["data/*.csv"]\n',
        "small.py": SOURCE,
        "helper.py": "VALUE = 1\n",
        "src/base.py": "from flowc import FlowSpec\n\n\nclass Base(FlowSpec):\n    pass\n",
        "settings.json": '{"a": 1}',
        "words.txt": "words",
        "data/a.csv": "1\n",
    }.items():
        (folder / name).write_text(text)
    return folder


def entries(folder: Path) -> list[Path]:
    return sorted((folder / ".flowc" / "cache").iterdir())


COMPILE = ("compile", "small.py", "--target", "airflow")
CHECK = ("check", "small.py", "--target", "airflow", "--format", "json")


@pytest.mark.parametrize("flow", FLOWS, ids=lambda path: path.name if isinstance(path, Path) else None)
def test_cold_warm_and_without(flow: Path, tmp_path: Path, flowc: Flowc) -> None:
    folder = tmp_path / "project"
    shutil.copytree(flow, folder, symlinks=True)
    shutil.rmtree(folder / ".flowc", ignore_errors=True)
    for command in (("check", "flow.py"), ("compile", "flow.py", "--target", "airflow")):
        without = flowc(folder, *command, "--no-cache")
        assert [flowc(folder, *command) for _ in range(2)] == [without] * 2


@pytest.mark.parametrize("command", [COMPILE, CHECK], ids=["compile", "check"])
def test_an_unchanged_project_is_not_read_again(project: Path, command: tuple[str, ...], tmp_path: Path) -> None:
    words = [*command, *(("-o", str(tmp_path / "out")) if command[0] == "compile" else ())]
    code = "import sys\nfrom flowc.cli.group import run\ntry: run(sys.argv[1:])\nfinally: print(*sys.modules, file=sys.stderr)"
    heavy = {"libcst", "jinja2", "ast", "flowc.api", "flowc.frontend", "flowc.ir", "flowc.backends"}
    seen = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code, *words], cwd=project, capture_output=True, text=True)
        seen.append((done.returncode, done.stdout, sorted(heavy & set(done.stderr.split()))))
    assert "flowc.frontend" in seen[0][2]
    assert seen[1] == (*seen[0][:2], ["ast"] if "ast" in seen[1][2] else [])


CHANGES: dict[str, Callable[[Path], object]] = {
    "the flow": lambda folder: (folder / "small.py").write_text(SOURCE.replace("start", "begin").replace("@step", "@step(start=True)", 1)),
    "the flow, to an error": lambda folder: (folder / "small.py").write_text("class"),
    "a module": lambda folder: (folder / "helper.py").write_text("VALUE = 2\n"),
    "a module is gone": lambda folder: (folder / "helper.py").unlink(),
    "a module in front of another": lambda folder: (folder / "base.py").write_text("class Base: pass\n"),
    "a package in front of a module": lambda folder: (
        (folder / "helper").mkdir(),
        (folder / "helper" / "__init__.py").write_text("VALUE = 3\n"),
    ),
    "a config": lambda folder: (folder / "settings.json").write_text('{"a": 2}'),
    "a config is gone": lambda folder: (folder / "settings.json").unlink(),
    "an included file": lambda folder: (folder / "words.txt").write_text("other words"),
    "a file that a pattern matches": lambda folder: (folder / "data/a.csv").write_text("2\n"),
    "one more file that a pattern matches": lambda folder: (folder / "data/b.csv").write_text("2\n"),
    "a link that leaves the project": lambda folder: (
        (folder / "data/a.csv").unlink(),
        (folder / "data/a.csv").symlink_to("/etc/hostname"),
    ),
    "a pattern that names the cache": lambda folder: (folder / "flowc.toml").write_text('include = [".flowc/none"]\n'),
    "the settings": lambda folder: (folder / "flowc.toml").write_text("airflow.max_map_length = 7\n"),
    "settings that are wrong": lambda folder: (folder / "flowc.toml").write_text("airflow.max_map_length = 'x'\n"),
    "no settings, but a project": lambda folder: (folder / "flowc.toml").rename(folder / "pyproject.toml"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("command", [COMPILE, CHECK], ids=["compile", "check"])
def test_a_change_is_seen(project: Path, flowc: Flowc, change: str, command: tuple[str, ...]) -> None:
    before = flowc(project, *command)
    assert flowc(project, *command) == before
    CHANGES[change](project)
    after = flowc(project, *command)
    assert after == flowc(project, *command, "--no-cache")
    assert after == flowc(project, *command)
    if command is COMPILE:
        assert after != before


def test_what_the_flow_does_not_reach_does_not_matter(project: Path, flowc: Flowc) -> None:
    flowc(project, *COMPILE)
    (entry,) = entries(project)
    before = entry.stat().st_mtime_ns
    (project / "src" / "other.py").write_text("x = 1\n")
    flowc(project, *COMPILE)
    assert [path.stat().st_mtime_ns for path in entries(project)] == [before]


def test_options_are_part_of_the_question(project: Path, flowc: Flowc) -> None:
    (project / "flowc.toml").write_text("airflow.max_map_length = 5\n[env.prod]\nairflow.max_map_length = 6\n")
    wanted = [(), ("--env", "prod"), ("--max-map-length", "7"), ("--python", "python3"), ("--root", "file:///x")]
    seen = [flowc(project, *COMPILE, *options)[3] for options in wanted]
    assert [flowc(project, *COMPILE, *options)[3] for options in wanted] == seen
    assert len({text for files in seen for text in files.values()}) == len(wanted)


def _stamped(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _entry(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        entry = json.loads(data.partition(b"\n")[2])
        change(entry)
        return _stamped(json.dumps(entry).encode())

    return changed


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut": lambda data: data[: len(data) // 2],
    "one byte short": lambda data: data[:-1],
    "one byte more": lambda data: data + b" ",
    "one bit": lambda data: data[:-300] + bytes([data[-300] ^ 1]) + data[-299:],
    "another stamp": lambda data: b"0" * 64 + data[64:],
    "no stamp": lambda data: data.partition(b"\n")[2],
    "no text": lambda data: b"\xff" * 100,
    "stamped nonsense": lambda data: _stamped(b"nonsense"),
    "stamped list": lambda data: _stamped(b"[]"),
    "stamped depth": lambda data: _stamped(b"[" * 100_000),
    "no facts": _entry(lambda entry: entry.pop("facts")),
    "facts of another kind": _entry(lambda entry: entry.update(facts=[["colour", "/", "blue"]])),
    "no answer": _entry(lambda entry: entry.pop("answer")),
    "answer of another shape": _entry(lambda entry: entry.update(answer={"code": "0"})),
    "files of another shape": _entry(lambda entry: entry["answer"].update(files={"a": 1})),
    "facts of another shape": _entry(lambda entry: entry.update(facts=[1, 2])),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_broken_entry_is_a_miss_and_is_replaced(project: Path, flowc: Flowc, damage: str) -> None:
    seen = flowc(project, *COMPILE)
    (entry,) = entries(project)
    good = entry.read_bytes()
    entry.write_bytes(DAMAGE[damage](good))
    assert flowc(project, *COMPILE) == seen
    assert entry.read_bytes() == good


def test_a_folder_in_the_place_of_an_entry(project: Path, flowc: Flowc) -> None:
    seen = flowc(project, *COMPILE)
    (entry,) = entries(project)
    entry.unlink()
    entry.mkdir()
    assert flowc(project, *COMPILE) == seen
    assert entries(project) == [entry]


@pytest.mark.parametrize("where", [".flowc", ".flowc/cache"])
def test_a_file_in_the_place_of_the_folder(project: Path, flowc: Flowc, where: str) -> None:
    (project / where).parent.mkdir(exist_ok=True)
    (project / where).write_text("not a folder")
    assert flowc(project, *COMPILE) == flowc(project, *COMPILE, "--no-cache")
    assert (project / where).read_text() == "not a folder"


def test_a_project_that_cannot_be_written(project: Path, tmp_path: Path) -> None:
    def work() -> None:
        bind_read_only(project, tmp_path / "seen")
        for _ in range(2):
            command = [sys.executable, "-m", "flowc", "compile", "small.py", "--target", "airflow", "-o", str(tmp_path / "out")]
            done = subprocess.run(command, cwd=tmp_path / "seen", capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, "")

    in_namespace(work)
    assert not (project / ".flowc").exists()


def test_git_ignores_the_folder(project: Path, flowc: Flowc) -> None:
    flowc(project, *COMPILE)
    assert (project / ".flowc" / ".gitignore").read_text() == "*\n"


def test_errors_of_the_caller_are_not_kept(project: Path, flowc: Flowc) -> None:
    assert flowc(project, "compile", "small.py:Other", "--target", "airflow")[0] == 2
    assert flowc(project, "check", "absent.py")[0] == 1
    assert not (project / ".flowc").exists()


def test_the_oldest_entries_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number in range(MOST_ENTRIES + 5):
        cache.keep(number, {"n": number}, ())
    assert len(entries(tmp_path)) == MOST_ENTRIES
    assert cache.find(MOST_ENTRIES + 4) == {"n": MOST_ENTRIES + 4}
