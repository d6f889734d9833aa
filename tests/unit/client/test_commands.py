import json
import re

import pytest


def as_json(text):
    found = json.loads(text)
    assert found["schema"] == 1
    return found


@pytest.mark.parametrize("flow", ["TrainFlow", "train.py", "train.py:TrainFlow", "./train.py"])
def test_runs(ran, flow):
    lines = ran.flowc("runs", flow).splitlines()
    assert [line.split()[:2] for line in lines] == [["run", "status"], ["two", "failed"], ["one", "succeeded"]]
    assert lines[2].endswith("b, nightly")
    assert "\x1b" not in "".join(lines)


def test_runs_narrowed_down(ran):
    assert len(ran.flowc("runs", "TrainFlow", "--limit", "1").splitlines()) == 2
    assert ran.flowc("runs", "TrainFlow", "--tag", "nightly", "--root", ran.root).splitlines()[1].startswith("one")
    assert ran.flowc("runs", "TrainFlow", "--tag", "no") == "no runs\n"


def test_runs_as_json(ran):
    found = as_json(ran.flowc("runs", "train.py", "--format", "json"))
    assert (found["flow"], found["root"]) == ("TrainFlow", ran.root)
    two, one = found["runs"]
    assert (two["id"], two["status"], one["id"], one["status"]) == ("two", "failed", "one", "succeeded")
    assert one["tags"] == ["b", "nightly"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["created_at"])
    assert one["created_at"] < one["finished_at"]
    assert one["code"].startswith("sha256:")


def test_a_file_stands_for_its_deployed_name(ran):
    assert as_json(ran.flowc("runs", "deployed.py", "--format", "json"))["flow"] == "shop.prod.Nightly"
    assert ran.flowc("show", "deployed.py/one/end").startswith("shop.prod.Nightly/one/end\n")


def test_show_run(ran):
    text = ran.flowc("show", "TrainFlow/two")
    assert text.startswith("TrainFlow/two  failed\n")
    assert "--alpha  0.5" in text
    assert re.search(r"^train +\d+  .*failed 1", text, re.MULTILINE)
    assert "train at r.2 failed; its log: flowc logs TrainFlow/two/train/r.2" in text
    assert text.endswith("ValueError: bad item\n")
    assert ran.flowc("show", "TrainFlow") == text
    found = as_json(ran.flowc("show", "train.py/one", "--format", "json"))["run"]
    assert [step["name"] for step in found["steps"]] == ["start", "train", "check", "join", "end"]
    assert found["steps"][2] == {"name": "check", "tasks": 12, "statuses": {"caught": 1, "ok": 11}}
    assert found["given"] == {"alpha": 0.25, "fail": False}


def test_show_step(ran):
    lines = ran.flowc("show", "TrainFlow/one/check").splitlines()
    assert lines[3].split()[:2] == ["r.0", "caught"]
    assert lines[3].endswith("KeyError: 'caught'")
    assert [line.split()[0] for line in lines[3:]] == [f"r.{number}" for number in range(12)]
    found = as_json(ran.flowc("show", "TrainFlow/one/train", "--format", "json"))["step"]
    assert [(task["at"], task["index"], task["attempt"]) for task in found["tasks"][:3]] == [("r.0", 0, 0), ("r.1", 1, 1), ("r.2", 2, 0)]


def test_show_task(ran):
    text = ran.flowc("show", "TrainFlow/one/train/r.1")
    assert text.startswith("TrainFlow/one/train/r.1  ok\n")
    assert re.search(r"^  after +start/r$", text, re.MULTILINE)
    assert re.search(r"^0 +failed .*RuntimeError: first time$", text, re.MULTILINE)
    assert re.search(r"^score +int +\d+ B$", text, re.MULTILINE)
    assert "_hidden" not in text
    end = ran.flowc("show", "TrainFlow/one/end/r")
    assert re.search(r"^loud +train.Loud", end, re.MULTILINE)
    found = as_json(ran.flowc("show", "TrainFlow/one/train/r.1", "--format", "json"))["task"]
    assert found["parents"] == ["TrainFlow/one/start/r"]
    assert [attempt["status"] for attempt in found["attempts"]] == ["failed", "ok"]
    assert {artifact["name"] for artifact in found["artifacts"]} == {"alpha", "fail", "names", "score"}


def test_logs(ran):
    assert ran.flowc("logs", "TrainFlow/one/start") == "hello from start\n"
    assert ran.flowc("logs", "train.py/one/train/r.1") == "training m1 attempt 1\n"
    first = ran.flowc("logs", "train.py/one/train/r.1", "--attempt", "0")
    assert first.startswith("training m1 attempt 0\nTraceback")
    assert first.endswith("RuntimeError: first time\n")
    assert ran.flowc("logs", "TrainFlow/one/train").splitlines()[:2] == ["[r.0] training m0 attempt 0", "[r.1] training m1 attempt 1"]
    assert ran.flowc("logs", "TrainFlow/one/train", "--attempt", "1") == "[r.1] training m1 attempt 1\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["runs", "TrainFlo"], 1, "did you mean 'TrainFlow'"),
        (["runs", "nowhere.py"], 2, "there is no file nowhere.py"),
        (["runs", "train.py:Other"], 2, "has no flow Other"),
        (["show", "TrainFlow/three"], 1, "no run 'three'"),
        (["show", "TrainFlow/one/train/r.1/score/more"], 2, "not of the form FLOW/RUN[/STEP[/AT]]"),
        (["show", "TrainFlow/one/train/r.99"], 1, "no task 'r.99'"),
        (["logs", "TrainFlow/one"], 2, "not of the form FLOW/RUN/STEP[/AT]"),
        (["logs", "TrainFlow/one/train/r.1", "--attempt", "5"], 1, "attempts with a record: 0, 1"),
        (["runs", "TrainFlow", "--root", "s3://bucket/x"], 1, "s3"),
    ],
)
def test_errors(ran, arguments, code, message):
    assert message in ran.flowc(*arguments, code=code)


def test_no_verdict(project):
    (project.folder / ".flowc/store/TrainFlow/runs/two/_end").unlink()
    assert re.search(r"^two +running or lost .*last record \d{4}-", project.flowc("runs", "TrainFlow"), re.MULTILINE)
    assert as_json(project.flowc("runs", "TrainFlow", "--format", "json"))["runs"][0]["last_record_at"]


def test_package_ls(project):
    lines = project.flowc("package", "ls", "train.py").splitlines()
    assert re.fullmatch(r"TrainFlow: 2 files, [\d.]+ kB, sha256:[0-9a-f]{64}", lines[0])
    assert [line.split()[-2:] for line in lines[2:]] == [["the", "flow"], ["flow", "file"]]
    found = as_json(project.flowc("package", "ls", "train.py:TrainFlow", "--format", "json"))
    assert [file["path"] for file in found["files"]] == ["plan.json", "train.py"]
    (project.folder / "loops.py").write_text("changed = True\n")
    (project.folder / "new.py").write_text("unreached = True\n")
    assert as_json(project.flowc("package", "ls", "train.py", "--format", "json"))["digest"] == found["digest"]


def test_package_ls_with_patterns(project):
    (project.folder / "keys").mkdir()
    (project.folder / "keys/server.pem").write_text("secret")
    (project.folder / "keys/list.txt").write_text("a")
    (project.folder / "flowc.toml").write_text('include = ["keys/*"]\n[env.prod]\ninclude = ["keys/server.pem"]\n')
    text = project.flowc("package", "ls", "train.py")
    assert "keys/list.txt  include keys/*" in text
    assert "left out:\npath             why\nkeys/server.pem  *.pem is a name for secrets\n" in text
    assert "warning[FLC501]" in text
    refused = project.flowc("package", "ls", "--env", "prod", "train.py", code=1)
    assert "error[FLC500]" in refused
    assert "'keys/server.pem'" in refused


def test_package_ls_of_a_flow_with_errors(project):
    (project.folder / "train.py").write_text(
        "from flowc import FlowSpec, step\nclass F(FlowSpec):\n    @step\n    def start(self):\n        self.next(self.gone)\n"
    )
    assert "error[" in project.flowc("package", "ls", "train.py", code=1)
