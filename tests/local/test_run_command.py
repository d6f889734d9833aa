"""`flowc run` and `python flow.py run`: parameters, names of runs, findings before anything runs."""

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.runs import RUN, run, start, write_flow

PARAMETERS = """
alpha = Parameter("alpha", default=0.1, type=float, help="Learning rate.")
my_name = Parameter("my_name", default="x")
on = Parameter("on", default=True, type=bool)
shape = Parameter("shape", type=JSONType, default='{"a": [1]}')
words = Parameter("words", default="a,b", separator=",")
needed = Parameter("needed", type=int, required=True)
text = IncludeFile("text")
maybe = Parameter("maybe", type=int)

@step
def start(self):
    print("got", [self.alpha, self.my_name, self.on, self.shape, self.words, self.needed, self.text, self.maybe])
    self.next(self.end)

@step
def end(self):
    print("got", [self.alpha, self.my_name, self.on, self.shape, self.words, self.needed, self.text, self.maybe])
"""
PLAIN = """
@step
def start(self):
    self.next(self.end)

@step
def end(self):
    pass
"""


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [[], ["--isolate"]], ids=["forked", "isolated"])
def test_parameters_arrive_typed(isolate: list[str], tmp_path: Path) -> None:
    path = write_flow(tmp_path, PARAMETERS)
    content = "é" * 100_000
    (tmp_path / "data.txt").write_text(content)
    hostile = "a \"b\" $(c) `d` 'e'\n--needed"
    arguments = ["--alpha=2", "--my-name", hostile, "--on", "false", "--shape", '"text"', "--words", "1,2,3"]
    arguments += ["--needed", "-5", "--text", "data.txt"]
    ran = run(path, *arguments, options=isolate)
    assert ran.code == 0, ran.said
    expected = f"got {[2.0, hostile, False, 'text', ['1', '2', '3'], -5, content, None]!r}"
    assert f"[start r] {expected}"[:20_000] in ran.said
    record = json.loads((tmp_path / "store" / "F" / "runs" / RUN / "_run").read_text())
    assert record["tags"] == []


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [[], ["--isolate"]], ids=["forked", "isolated"])
def test_parameters_larger_than_an_environment_variable(isolate: list[str], tmp_path: Path) -> None:
    declared = "one = Parameter('one')\ntwo = Parameter('two')\n"
    path = write_flow(tmp_path, declared + PLAIN.replace("pass", "assert len(self.one + self.two) == 200_000"))
    ran = run(path, "--one", "x" * 100_000, "--two", "y" * 100_000, options=isolate)
    assert ran.code == 0, ran.said


@pytest.mark.slow
def test_defaults(tmp_path: Path) -> None:
    ran = run(write_flow(tmp_path, PARAMETERS), "--needed", "1")
    assert ran.code == 0, ran.said
    assert ran.said.count("got [0.1, 'x', True, {'a': [1]}, ['a', 'b'], 1, None, None]") == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--needed", "five"], ["--needed", "'five'", "integer"]),
        (["--needed", "1", "--alpha", "x"], ["--alpha", "'x'", "float"]),
        (["--needed", "1", "--on", "maybe"], ["--on", "'maybe'", "boolean"]),
        (["--needed", "1", "--shape", "{"], ["--shape", "'{'", "JSON"]),
        (["--needed", "1", "--text", "nowhere.txt"], ["--text", "nowhere.txt", "No such file"]),
        (["--needed", "1", "--alhpa", "1"], ["--alhpa", "--alpha"]),
        ([], ["--needed"]),
    ],
)
def test_wrong_parameters(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    ran = run(write_flow(tmp_path, PARAMETERS), *arguments)
    assert ran.code == 2, ran.said
    assert [word for word in words if word not in ran.said] == [], ran.said
    assert not (tmp_path / "store").exists()


def test_help_lists_the_parameters(tmp_path: Path) -> None:
    ran = run(write_flow(tmp_path, PARAMETERS), "--help")
    assert ran.code == 0
    for words in ("--alpha FLOAT", "Learning rate.  [default: 0.1]", "--my_name, --my-name", "[required]", "--shape JSON", "--text FILE"):
        assert words in ran.said
    assert not (tmp_path / "store").exists()


def test_findings_stop_a_run_before_anything(tmp_path: Path) -> None:
    ran = run(write_flow(tmp_path, PLAIN.replace("self.end", "self.nowhere")))
    assert ran.code == 1
    assert "error[FLC" in ran.said
    assert not (tmp_path / "store").exists()


@pytest.mark.slow
def test_a_run_id_is_used_once(tmp_path: Path) -> None:
    path = write_flow(tmp_path, PLAIN)
    assert run(path, options=["--tag", "b", "--tag", "a"]).code == 0
    record = json.loads((tmp_path / "store" / "F" / "runs" / RUN / "_run").read_text())
    assert sorted(record["tags"]) == ["a", "b"]
    again = run(path)
    assert again.code == 2
    assert "run id 'r1' is taken" in again.said


@pytest.mark.slow
def test_the_run_id_is_written_before_the_first_task(tmp_path: Path) -> None:
    body = PLAIN.replace("    self.next", "    assert pathlib.Path('id').read_text() == current.run_id\n    self.next")
    path = write_flow(tmp_path, body, top="import pathlib")
    done = subprocess.run(
        [sys.executable, "-m", "flowc", "run", "--run-id-file", "id", str(path)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / ".flowc" / "store" / "F" / "runs" / (tmp_path / "id").read_text() / "_end").exists()


@pytest.mark.slow
def test_a_flow_file_runs_itself(tmp_path: Path) -> None:
    path = write_flow(tmp_path, PARAMETERS)
    command = [sys.executable, str(path), "run", "--needed", "3", "--max-workers", "1", "--alpha", "1", "--run-id", "mine"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "got [1.0, 'x', True, {'a': [1]}, ['a', 'b'], 3, None, None]" in done.stdout
    assert (tmp_path / ".flowc" / "store" / "F" / "runs" / "mine" / "_end").exists()
    assert (tmp_path / ".flowc" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("verb", "code", "words"),
    [(["check"], 0, "no errors"), ([], 0, "Usage"), (["nonsense"], 2, "'nonsense'"), (["run", "--help"], 0, "--needed")],
)
def test_other_verbs_of_a_flow_file(verb: list[str], code: int, words: str, tmp_path: Path) -> None:
    path = write_flow(tmp_path, PARAMETERS)
    done = subprocess.run([sys.executable, path.name, *verb], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("isolate", [[], ["--isolate"]], ids=["forked", "isolated"])
@pytest.mark.parametrize("fails", [False, True], ids=["succeeds", "fails"])
def test_exit_hooks_run_after_the_last_task(fails: bool, isolate: list[str], tmp_path: Path) -> None:
    top = "def good():\n    print('good hook')\n\ndef bad(run):\n    print('bad hook', run.id)\n    raise ValueError('hook')"
    path = write_flow(tmp_path, PLAIN.replace("pass", "assert not FAILS"), top=f"FAILS = {fails}\n{top}")
    path.write_text(path.read_text().replace("class F", "@exit_hook(on_success=[good], on_error=[bad])\nclass F"))
    ran = run(path, options=isolate)
    assert ran.code == int(fails), ran.said
    assert ("good hook" in ran.said) == (not fails)
    assert ("bad hook r1" in ran.said) == fails
    hooks = ran.end()["hooks"]
    assert [hook["error"] for hook in hooks] == (["ValueError: hook"] if fails else [None])
    assert ran.end()["status"] == ("failed" if fails else "succeeded")


@pytest.mark.slow
def test_a_terminal_gets_a_table(tmp_path: Path) -> None:
    path = write_flow(tmp_path, PLAIN.replace("pass", "print('last line')"))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flowc", "run", "--run-id", "r1", str(path)]
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
    os.close(theirs)
    said = b""
    while chunk := _read(ours):
        said += chunk
    os.close(ours)
    assert process.wait(60) == 0, said
    assert b"last line" in said
    table = said[said.rindex(b"running") :].decode()
    assert [" ".join(re.sub(r"\x1b\[[0-9;]*m", "", line).split()) for line in table.splitlines()[1:3]] == ["start 1", "end 1"]
    assert "flowc: run F/r1 succeeded: 2 tasks done" in table


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says EIO when the last process has closed a terminal
        return b""


def test_rich_is_not_imported_without_a_terminal(tmp_path: Path) -> None:
    code = "import io, sys; from flowc.local.progress import progress_for; progress_for(io.StringIO(), steps=(), given_root=None)"
    subprocess.run([sys.executable, "-c", f"{code}; assert 'rich' not in sys.modules"], check=True)


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    ran = run(write_flow(tmp_path, PLAIN))
    assert ran.code == 1
    assert "bug" not in ran.said
    assert "Traceback" not in ran.said


def test_two_runs_with_one_id_at_once_keep_one_verdict(tmp_path: Path) -> None:
    path = write_flow(tmp_path, PLAIN.replace("pass", "import time; time.sleep(2)"))
    first, second = start(path, store=tmp_path / "store"), start(path, store=tmp_path / "store")
    said = [process.communicate()[0] for process in (first, second)]
    codes = sorted((first.returncode, second.returncode))
    assert codes == [0, 2], said
    assert "is taken" in said[0] + said[1]
    records = tmp_path / "store" / "F" / "runs" / "r1"
    end = json.loads((records / "_end").read_text())
    began = json.loads((records / "_run").read_text())
    assert (end["status"], end["run_uid"]) == ("succeeded", began["run_uid"])
    assert not list(records.glob("*/*/fail.*"))


def test_commands_to_copy_are_quoted_and_name_the_store_where_needed(tmp_path: Path) -> None:
    path = write_flow(tmp_path, PLAIN)
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    command = [sys.executable, "-m", "flowc", "run", "--run-id", "a b", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=elsewhere)
    line = next(line for line in done.stdout.splitlines() if "look at it: " in line)
    words = shlex.split(line.split("look at it: ")[1])
    shown = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, cwd=elsewhere)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("F/a%20b  succeeded")


def test_terminal_that_cannot_show_a_character_stops_nothing(tmp_path: Path) -> None:
    path = write_flow(tmp_path, PLAIN.replace("pass", "import os; os.write(1, '☃ é\\n'.encode())"))
    ran = run(path, env={"PYTHONIOENCODING": "ascii"})
    assert ran.code == 0
    assert "\\u2603" in ran.said
