"""One attempt after the other, each in a process of its own: what it commits, what it leaves when it fails, how it ends."""

import json
import signal
import time
from pathlib import Path

import pytest
from support.shim_tasks import RUN, Tasks

LINE = """
    alpha = Parameter("alpha", default=0.5, help="how much")
    SIZE = 3

    @step
    def start(self):
        self.x = [1]
        self.y = "kept"
        print("in start", self.alpha)
        self.next(self.end)

    @step
    def end(self):
        self.x.append(self.alpha)
        self.seen = (current.pathspec, current.retry_count, current.flow_name, F.alpha, F.SIZE)
"""


def test_a_line_commits_step_by_step(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, LINE)
    tasks.run_all(parameters={"alpha": 2}, tags=("a", "b"), ids={"task_id": "ti-1"})
    start, end = tasks.record("start"), tasks.record("end")
    assert tasks.values("end") == {
        "SIZE": 3,
        "alpha": 2.0,
        "seen": (f"F/{RUN}/end/r", 0, "F", 2.0, 3),
        "x": [1, 2.0],
        "y": "kept",
    }
    assert end["artifacts"]["y"] == start["artifacts"]["y"]
    assert end["inputs"] == ["F/runs/run%201/start/r/commit"]
    assert start["inputs"] == []
    assert (start["status"], start["control"], start["engine"]) == ("ok", {}, {"name": "airflow", "task_id": "ti-1"})
    assert start["time"]["start"] <= start["time"]["end"] <= end["time"]["start"]
    assert tasks.log(start) == "in start 2.0\n"
    run = tasks.run_record()
    assert run is not None
    assert (run["parameters"], run["tags"], run["engine"]["name"]) == ({"alpha": 2.0}, ["a", "b"], "airflow")


def test_a_later_attempt_of_a_committed_task_does_no_user_work(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, LINE.replace('print("in start", self.alpha)', 'open("ran", "a").write("x")'))
    assert tasks.run("start").code == 0
    before = tasks.record("start")
    again = tasks.run("start", attempt=1)
    assert again.code == 0
    assert again.out == ("flowc: start at r was committed by attempt 0: its control values are repeated, and the step does not run again\n")
    assert (tmp_path / "ran").read_text() == "x"
    assert tasks.record("start") == before


@pytest.mark.parametrize("engine", ["local", "airflow"])
def test_a_first_attempt_that_finds_its_commit_refuses(tmp_path: Path, engine: str) -> None:
    tasks = Tasks(tmp_path, LINE)
    assert tasks.run("start").code == 0
    again = tasks.run("start", engine="airflow")
    assert again.code == 78
    assert again.out == f"flowc: run name {RUN!r} is already used: its first step committed before this run began\n"
    assert tasks.failures("start") == []


def test_an_engine_whose_numbers_restart_is_not_refused(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, LINE)
    assert tasks.run("start", engine="argo", run_uid="u1").code == 0
    assert tasks.run("start", engine="argo", run_uid="u1").code == 0
    other = tasks.run("start", engine="argo", run_uid="u2")
    assert other.code == 78
    assert "is of another run of that name" in other.out
    assert tasks.run("end", engine="argo", run_uid="u2").code == 78
    assert not tasks.committed("end")


def test_a_step_refuses_to_run_before_its_parent(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, LINE)
    ended = tasks.run("end")
    assert ended.code == 78
    assert "'start' at 'r' before it has no commit record" in ended.out
    assert not tasks.committed("end")
    assert [record["exit_code"] for record in tasks.failures("end")] == [78]


FAILS = """
    @step
    def start(self):
        self.done = 1
        print("to standard output")
        helper(self)
        self.next(self.end)

    @step
    def end(self):
        pass
"""
HELPER = """
    import os, sys, threading, subprocess, time

    def helper(flow):
        {body}
"""


def failing(folder: Path, body: str) -> Tasks:
    return Tasks(folder, FAILS, top=HELPER.format(body=body))


def test_the_users_traceback_comes_last_and_is_in_the_record(tmp_path: Path) -> None:
    tasks = failing(tmp_path, 'raise ValueError("broken \\N{SNOWMAN}")')
    ended = tasks.run("start", attempt=0, user_retries=3)
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert lines[:2] == ["to standard output", "Traceback (most recent call last):"]
    assert lines[-1] == "ValueError: broken \N{SNOWMAN}"
    assert "runtime_shim" not in ended.out
    (record,) = tasks.failures("start")
    assert (record["status"], record["exit_code"], record["attempt"]) == ("failed", 1, 0)
    assert (record["exception"]["type"], record["exception"]["message"]) == ("ValueError", "broken \N{SNOWMAN}")
    assert record["exception"]["traceback"] == "\n".join(lines[1:]) + "\n"
    assert tasks.log(record) == ended.out
    assert not tasks.committed("start")
    assert tasks.run_record() is not None


def test_what_is_said_last_begins_a_line(tmp_path: Path) -> None:
    tasks = failing(tmp_path, 'print("? ", end="") or sys.exit("no")')
    ended = tasks.run("start")
    assert ended.out.splitlines()[:4] == [
        "to standard output",
        "? ",
        "flowc: the step called sys.exit('no'), so it has not finished",
        "Traceback (most recent call last):",
    ]
    assert ended.out.endswith("\nSystemExit: no\n")
    assert tasks.log(tasks.failures("start")[0]) == ended.out


@pytest.mark.parametrize(
    ("call", "code"),
    [("sys.exit()", 1), ("sys.exit(0)", 1), ("sys.exit(7)", 7), ("sys.exit(78)", 1), ("sys.exit('no')", 1), ("sys.exit(200)", 1)],
)
def test_a_step_that_exits_has_failed(tmp_path: Path, call: str, code: int) -> None:
    tasks = failing(tmp_path, call)
    ended = tasks.run("start")
    assert ended.code == code
    assert "flowc: the step called sys.exit" in ended.out
    assert not tasks.committed("start")
    assert tasks.failures("start")[0]["exception"]["type"] == "SystemExit"


def test_an_import_that_fails_is_the_users_error(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FAILS, top="import nowhere_to_be_found\nhelper = print")
    ended = tasks.run("start")
    assert ended.code == 1
    assert ended.out.splitlines()[-1] == "ModuleNotFoundError: No module named 'nowhere_to_be_found'"
    assert tasks.failures("start")[0]["exception"]["type"] == "ModuleNotFoundError"


UNREADY = """
    alpha = Parameter("alpha", default=0.5)
    beta = Parameter("beta", type=int)

    {decorator}
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.mark.parametrize(
    ("top", "decorator", "given", "code"),
    [
        ("import nowhere_to_be_found", "", 3, 1),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", "", 3, 143),
        ("", "@secrets(sources=['aws-secrets-manager.x'])", 3, 78),
        ("", "", "three", 78),
    ],
)
def test_a_run_whose_first_task_never_gets_ready_has_its_record(tmp_path: Path, top: str, decorator: str, given: object, code: int) -> None:
    tasks = Tasks(tmp_path, UNREADY.format(decorator=decorator), top=top)
    assert tasks.run("start", parameters={"beta": given}, tags=("a",), code="sha256:0").code == code
    run = tasks.run_record()
    assert run is not None
    assert (run["parameters"], run["tags"], run["engine"]["name"]) == ({"alpha": 0.5, "beta": given}, ["a"], "airflow")
    assert run["code"] == "sha256:0"


def test_what_cannot_be_stored_names_the_artifact(tmp_path: Path) -> None:
    tasks = failing(tmp_path, "flow.lock = threading.Lock()")
    ended = tasks.run("start")
    assert ended.code == 1
    assert "flowc: artifact 'lock' of type" in ended.out
    assert not tasks.committed("start")
    (record,) = tasks.failures("start")
    assert record["exception"]["message"] in ended.out
    assert record["exception"]["traceback"] == "", "it would show no code of the user's"


def test_a_flow_as_an_artifact_is_named_without_what_it_is_made_of(tmp_path: Path) -> None:
    ended = failing(tmp_path, "flow.parts = [{'me': flow}]").run("start")
    assert ended.out.splitlines()[-1].startswith(
        "flowc: artifact 'parts' of type list (at [0]['me']) cannot be stored: MetaflowException: a flow cannot be stored"
    )


def test_sigterm_leaves_a_record(tmp_path: Path) -> None:
    tasks = failing(tmp_path, 'open("up", "w").close(); time.sleep(60)')
    process = tasks.start("start")
    while not (tmp_path / "up").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 143
    assert out == "to standard output\nflowc: told to end (SIGTERM)\n"
    (record,) = tasks.failures("start")
    assert (record["exit_code"], tasks.log(record)) == (143, out)


def test_output_of_children_is_in_the_log(tmp_path: Path) -> None:
    body = """os.write(2, b"raw\\n"); subprocess.run(["sh", "-c", "echo child; echo also >&2"]); print("last")"""
    tasks = failing(tmp_path, body)
    ended = tasks.run("start")
    assert ended.out == "to standard output\nraw\nchild\nalso\nlast\n"
    assert tasks.log(tasks.record("start")) == ended.out


FOREACH = """
    @step
    def start(self):
        self.xs = ["a", "b"]
        background()
        self.next(self.body, foreach="xs")

    @step
    def body(self):
        self.x = self.input + str(self.index)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = [found.x for found in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass
"""
BACKGROUND = """
    import subprocess, threading, time

    def background():
        subprocess.Popen(["sh", "-c", "sleep 0.4; echo late child"])
        def late():
            while True:
                print("late thread", flush=True)
        threading.Thread(target=late).start()
        print("no line end", end="")
"""


def test_the_control_line_is_the_last_line_whatever_outlives_the_step(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FOREACH, top=BACKGROUND)
    ended = tasks.run("start")
    assert json.loads(ended.out.splitlines()[-1]) == [{"at": "r", "count": 2}]
    assert "late child" not in ended.out
    again = tasks.run("start", attempt=1, control=str(tmp_path / "control"))
    assert "count" not in again.out
    assert json.loads((tmp_path / "control").read_text()) == [{"at": "r", "count": 2}]


def test_a_control_file_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FOREACH, top="def background(): pass")
    ended = tasks.run("start", control=str(tmp_path / "nowhere" / "control"))
    assert ended.code == 75
    assert "flowc: the control line cannot be written to" in ended.out
    assert tasks.committed("start")
    assert tasks.run("start", attempt=1, control=str(tmp_path / "control")).code == 0


def test_a_join_wants_every_item(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FOREACH, top="def background(): pass")
    assert [tasks.run(*task).code for task in (("start", "r"), ("body", "r.1"))] == [0, 0]
    assert tasks.run("join").code == 78
    assert tasks.run("body", "r.2").code == 78
    assert tasks.run("body", "r.0").code == 0
    assert tasks.run("join", attempt=1).code == 0
    assert tasks.values("join")["all"] == ["a0", "b1"]
    assert tasks.record("join")["inputs"] == {"each": "body", "at": "r", "count": 2}


CATCHES = """
    @step
    def start(self):
        self.before = 1
        self.next(self.risky)

    @catch(var="problem")
    @retry(times=1)
    @step
    def risky(self):
        self.half = "done"
        act()
        self.next(self.end)

    @step
    def end(self):
        self.type = self.problem and self.problem.type
"""


def caught(folder: Path, act: str) -> Tasks:
    tasks = Tasks(folder, CATCHES, top=f"import os, sys\ndef act():\n    {act}")
    assert tasks.run("start").code == 0
    return tasks


def test_catch_keeps_what_was_assigned(tmp_path: Path) -> None:
    tasks = caught(tmp_path, "1 / 0")
    assert tasks.run("risky", user_retries=1).code == 1
    ended = tasks.run("risky", attempt=1, user_retries=1)
    assert ended.code == 0
    assert "ZeroDivisionError: division by zero" in ended.out
    record = tasks.record("risky")
    assert (record["status"], record["exception"]["type"]) == ("caught", "ZeroDivisionError")
    assert tasks.run("end").code == 0
    values = tasks.values("end", names=["type", "half", "before", "problem"])
    assert (values["type"], values["half"], values["before"]) == ("builtins.ZeroDivisionError", "done", 1)
    assert str(values["problem"]).splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_catch_is_none_on_success(tmp_path: Path) -> None:
    tasks = caught(tmp_path, "pass")
    assert tasks.run("risky", user_retries=1).code == 0
    assert tasks.values("risky", names=["problem"]) == {"problem": None}


def test_an_attempt_beyond_the_last_catches_without_running(tmp_path: Path) -> None:
    tasks = caught(tmp_path, "os.kill(os.getpid(), 9)")
    assert [tasks.run("risky", attempt=number, user_retries=1).code for number in (0, 1)] == [-9, -9]
    assert tasks.run("risky", attempt=2, user_retries=1).code == 0
    assert tasks.record("risky")["status"] == "caught"
    assert sorted(tasks.values("risky")) == ["before", "problem"]
    assert tasks.run("end").code == 0
    assert tasks.values("end")["type"].endswith(".FailureHandledByCatch")
    assert tasks.values("risky")["problem"].exception == (
        "step 'risky' did not end in 2 attempts: "
        "no failure is on record; their processes may have been killed, or the store may have failed"
    )


def test_a_catch_without_running_names_the_failure_on_record(tmp_path: Path) -> None:
    tasks = caught(tmp_path, "sys.exit('bye') if current.retry_count < 1 else os._exit(3)")
    assert [tasks.run("risky", attempt=number, user_retries=1).code for number in (0, 1)] == [1, 3]
    assert tasks.run("risky", attempt=2, user_retries=1).code == 0
    assert tasks.values("risky")["problem"].exception == (
        "step 'risky' did not end in 2 attempts: the last failure on record, of attempt 0, is SystemExit: bye"
    )


@pytest.mark.parametrize("raises", [False, True])
def test_what_cannot_be_stored_is_caught_in_the_last_attempt(tmp_path: Path, raises: bool) -> None:
    tasks = Tasks(
        tmp_path,
        CATCHES.replace("act()", "self.lock = lambda: 1\n        self.before = 2\n        act()"),
        top=f"def act():\n    {'1 / 0' if raises else 'pass'}",
    )
    assert tasks.run("start").code == 0
    assert tasks.run("risky", attempt=0, user_retries=1).code == 1
    ended = tasks.run("risky", attempt=1, user_retries=1)
    assert ended.code == 0
    assert "@catch goes on after an exception" in ended.out
    assert "runtime_shim/" not in ended.out
    values = tasks.values("risky")
    assert sorted(values) == ["before", "problem"]
    assert values["before"] == 1
    assert tasks.record("risky")["status"] == "caught"
    assert values["problem"].exception.startswith("division by zero" if raises else "artifact 'lock' of type function cannot be stored")


def test_an_engine_that_catches_by_itself_hears_of_every_failure(tmp_path: Path) -> None:
    tasks = caught(tmp_path, "sys.exit(3)")
    assert tasks.run("risky", attempt=9, user_retries=None).code == 3
    assert tasks.run("risky", attempt=9, user_retries=None, caught=True).code == 0
    assert tasks.record("risky")["status"] == "caught"


TIMES_OUT = """
    @timeout(seconds=SECONDS)
    @step
    def start(self):
        try:
            time.sleep(30)
        except TimeoutException as error:
            self.text = str(error)
            if REFUSES:
                raise
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.mark.parametrize("refuses", [False, True])
def test_a_timeout_can_be_caught(tmp_path: Path, refuses: bool) -> None:
    top = f"import time\nfrom metaflow.plugins.timeout_decorator import TimeoutException\nSECONDS = 1\nREFUSES = {refuses}"
    tasks = Tasks(tmp_path, TIMES_OUT, top=top)
    assert tasks.run("start").code == (1 if refuses else 0)
    if refuses:
        assert tasks.failures("start")[0]["exception"]["type"].endswith("TimeoutException")
    else:
        assert tasks.values("start") == {"text": "step 'start' timed out after 1 seconds"}


@pytest.mark.parametrize(
    ("given", "text", "said"),
    [
        ({"alpha": "much"}, True, "flowc: parameter 'alpha': 'much' is not a float"),
        ({"alpha": [1]}, False, "flowc: parameter 'alpha': [1] is not a float"),
        ({"beta": 1}, False, "flowc: flow F has no parameter 'beta'; it has alpha"),
    ],
)
def test_a_wrong_parameter_is_named_and_not_retried(tmp_path: Path, given: dict[str, object], text: bool, said: str) -> None:
    tasks = Tasks(tmp_path, LINE)
    ended = tasks.run("start", parameters=given, parameters_are_text=text)
    assert (ended.code, ended.out) == (78, f"{said}\n")


def test_a_plan_of_another_version_is_refused(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, LINE)
    path = tasks.code / "plan.json"
    path.write_text(json.dumps({**tasks.plan, "v": 99, "flowc": "9.9.9"}))
    ended = tasks.run("start")
    assert ended.code == 78
    assert "version 99, written by flowc 9.9.9; this is flowc" in ended.out


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("extra=Parameter('extra', default=1)", "class F has the parameter 'extra' when it is imported"),
        ("b=Config('b', default_value={}), a=Config('a', default_value={})", "class F has the config 'a', 'b' when it is imported"),
        ("more=step(lambda self: None)", "class F has the step 'more' when it is imported"),
        ("alpha=3", None),
        ("text='x', _own=1", None),
    ],
)
def test_what_the_plan_does_not_know_of_is_refused(tmp_path: Path, added: str, said: str | None) -> None:
    tasks = Tasks(tmp_path, LINE.replace("SIZE = 3", f"SIZE = 3\n    locals().update({added})"))
    ended = tasks.run("start")
    assert ended.code == (78 if said else 0), ended.out
    assert said is None or said in ended.out


def test_the_file_of_a_default_is_the_one_that_was_compiled(tmp_path: Path) -> None:
    flow = LINE.replace("SIZE = 3", "words = IncludeFile('words', default='words.txt')\n    SIZE = 3")
    tasks = Tasks(tmp_path, flow, files={"words.txt": "of the root"})
    (tasks.code / "data").mkdir()
    (tasks.code / "data" / "words.txt").write_text("of the plan")
    (tmp_path / "given.txt").write_text("of the run")
    for parameter in tasks.plan["parameters"]:
        if parameter["name"] == "words":
            assert parameter["path"] == "words.txt"
            parameter["path"] = "data/words.txt"
    (tasks.code / "plan.json").write_text(json.dumps(tasks.plan))
    given: dict[str, dict[str, str]] = {"of the plan": {}, "of the run": {"words": "given.txt"}}
    for words, parameters in given.items():
        assert tasks.run("start", parameters=parameters).code == 0
        assert tasks.values("start", names=["words"]) == {"words": words}
        tasks.store.delete("F/runs/run%201/start/r/commit")


LOOP = """
    @step
    def start(self):
        self.n = 0
        self.next(self.count)

    @step
    def count(self):
        self.n += 1
        self.next(self.check)

    @step
    def check(self):
        self.more = self.n < 2
        self.next({True: self.count, False: self.end}, condition="more")

    @step
    def end(self):
        pass
"""


def test_leaving_a_loop_leaves_an_exit_record_and_repairs_it(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, LOOP)
    tasks.run_all()
    assert tasks.record("check", "r~0")["control"] == {"next": "count", "at": "r~1"}
    assert tasks.record("check", "r~1")["control"] == {"next": "end", "at": "r"}
    left = tasks.exit("count", "r")
    assert left is not None
    assert (left["step"], left["at"], left["next"]) == ("check", "r~1", "end")
    tasks.store.delete("F/runs/run%201/count/r/exit")
    again = tasks.run("check", "r~1", attempt=1)
    assert json.loads(again.out.splitlines()[-1]) == [{"at": "r", "next": "end"}]
    assert tasks.exit("count", "r") == left


def test_an_instance_of_the_flows_own_class_names_the_flows_module(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, FAILS, top="class Point:\n    pass\ndef helper(flow):\n    flow.point = Point()")
    tasks.run_all()
    assert tasks.record("end")["artifacts"]["point"]["type"] == "flow.Point"


SETS = """
    @step
    def start(self):
        self.words = {"a", "b", "c", "d", "e"}
        self.touched = [{"x", "y", "z"}]
        self.argv = sys.argv
        self.next(self.left, self.right)

    @step
    def left(self):
        self.size = len(self.words) + len(self.touched)
        self.next(self.join)

    @step
    def right(self):
        self.size = len(self.touched) + len(self.words)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.merge_artifacts(inputs)
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def test_sets_that_were_read_under_other_hash_seeds_merge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = Tasks(tmp_path, SETS, top="import sys")
    for seed, step in enumerate(("start", "left", "right", "join", "end")):
        monkeypatch.setenv("PYTHONHASHSEED", str(seed + 1))
        assert tasks.run(step).code == 0
    values = tasks.values("end")
    assert (values["words"], values["size"], values["argv"]) == (set("abcde"), 6, [str(tasks.code / "flow.py")])
