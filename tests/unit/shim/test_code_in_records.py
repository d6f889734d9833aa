"""Which code a task runs: the first step what the environment names, later steps what the records name."""

import hashlib
import io
import tarfile
from pathlib import Path

from support.shim_tasks import Tasks

from flowc.runtime_shim.contract import package_key

FLOW = """
    words = IncludeFile("words", default="words.txt")

    @step
    def start(self):
        self.made_by = VERSION
        self.next(self.end)

    @step
    def end(self):
        self.ended_by = VERSION, open("words.txt").read(), self.words
"""


LOOP = """
    @step
    def start(self):
        self.made_by = [*getattr(self, "made_by", []), VERSION]
        if len(self.made_by) == 2 and VERSION == 1 and not os.path.exists(PIT):
            open(PIT, "w").close()
            os.kill(os.getppid(), 9)
            time.sleep(60)
        self.more = len(self.made_by) < 3
        self.next({True: self.start, False: self.end}, condition="more")

    @step
    def end(self):
        pass
"""


def version(folder: Path, number: int, flow: str = FLOW) -> tuple[Tasks, str]:
    """A version of the flow and the digest of its package, which is in the store."""
    top = f"import os, time\nPIT = {str(folder / 'pit')!r}\nVERSION = {number}"
    tasks = Tasks(folder, flow, top=top, files={"words.txt": f"words {number}"})
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(tasks.code.iterdir()):
            if path.is_file():
                member = tarfile.TarInfo(path.name)
                member.size = path.stat().st_size
                tar.addfile(member, io.BytesIO(path.read_bytes()))
    digest = hashlib.sha256(data.getvalue()).hexdigest()
    tasks.store.create(package_key("F", digest), data.getvalue())
    return tasks, f"sha256:{digest}"


def test_a_run_never_mixes_two_versions(tmp_path: Path) -> None:
    old, first = version(tmp_path, 1)
    assert old.run("start", code=first, code_dir=None).code == 0
    new, second = version(tmp_path, 2)
    assert new.run("end", code=second, code_dir=None).code == 0
    assert new.values("end") == {"ended_by": (1, "words 1", "words 1"), "made_by": 1, "words": "words 1"}
    assert [new.record(step)["code"] for step in ("start", "end")] == [first, first]


def test_later_steps_need_no_code_in_the_environment(tmp_path: Path) -> None:
    tasks, digest = version(tmp_path, 1)
    assert tasks.run("start", code=digest, code_dir=None).code == 0
    assert tasks.run("end", code_dir=None).code == 0
    assert tasks.record("end")["code"] == digest


def test_an_image_with_other_code_refuses(tmp_path: Path) -> None:
    old, first = version(tmp_path, 1)
    assert old.run("start", code=first, code_dir=None).code == 0
    new, second = version(tmp_path, 2)
    ended = new.run("end", code=second)
    assert ended.code == 78
    assert f"uses the code {first}, and this image holds {second}" in ended.out


def test_a_first_step_without_code_says_so(tmp_path: Path) -> None:
    tasks, _ = version(tmp_path, 1)
    ended = tasks.run("start", code_dir=None)
    assert ended.code == 78
    assert "nothing says which code run 'run 1' uses" in ended.out


def test_a_package_that_is_missing_is_an_error_that_names_it(tmp_path: Path) -> None:
    tasks, _ = version(tmp_path, 1)
    ended = tasks.run("start", code="sha256:" + "0" * 64, code_dir=None)
    assert ended.code == 1
    assert f"flowc: the code package F/pkg/{'0' * 64} is missing" in ended.out


def test_a_loop_goes_on_with_the_code_of_its_first_turn(tmp_path: Path) -> None:
    old, first = version(tmp_path, 1, LOOP)
    assert old.loop("start", code=first, code_dir=None).code == -9
    new, second = version(tmp_path, 2, LOOP)
    assert new.loop("start", attempt=1, code=second, code_dir=None, user_retries=1).code == 0
    assert new.values("start", "r~2", ["made_by"]) == {"made_by": [1, 1, 1]}
    assert {new.record("start", f"r~{turn}")["code"] for turn in range(3)} == {first}
