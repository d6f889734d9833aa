"""Processes that fork, over a store in S3: several tasks in one container, a step that forks, an agent that dies."""

import os
import signal
import time
from pathlib import Path

import pytest
from support.s3_sites import S3Site
from support.shim_tasks import Tasks

from flowc.runtime_shim.contract import TOP
from flowc.runtime_shim.stores import Store, StoreError, open_store
from flowc.runtime_shim.stores.agent import AgentBucket
from flowc.runtime_shim.stores.remote import RemoteStore

pytestmark = pytest.mark.slow

FLOW = """
    @step
    def start(self):
        self.turn, self.way, self.xs = 0, "again", [1, 2, 3]
        self.next(self.loop)

    @step
    def loop(self):
        self.turn += 1
        self.blob = bytes([self.turn]) * 2_000_000
        self.way = "again" if self.turn < 3 else "on"
        self.next({"again": self.loop, "on": self.wide}, condition="way")

    @step
    def wide(self):
        self.next(self.body, foreach="xs")

    @retry(times=1, minutes_between_retries=0)
    @step
    def body(self):
        import os, signal
        if self.input == 2 and current.retry_count == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.y = self.input + self.blob[0]
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(one.y for one in inputs)
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.fixture(params=["obstore", "boto3"])
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FLOWC_S3_CLIENT", request.param)
    return str(request.param)


def test_members_of_one_container(tmp_path: Path, root: str, client: str, site: S3Site) -> None:
    tasks = Tasks(tmp_path, FLOW)
    tasks.store = open_store(root)
    for ended in (tasks.run("start"), tasks.loop("loop"), tasks.run("wide")):
        assert ended.code == 0, ended.out
    ended = tasks.run("body", "r.0:3", user_retries=1)
    assert ended.code == 0, ended.out
    assert "body at r.1: attempt 0 failed (killed by SIGKILL)" in ended.out
    assert tasks.run("join").code == 0
    assert tasks.values("join", names=["total"]) == {"total": 1 + 2 + 3 + 3 * 3}
    assert "LIST" not in site.proxy.counts()


def test_a_container_that_died_is_taken_up_without_a_list(tmp_path: Path, root: str, client: str, site: S3Site) -> None:
    tasks = Tasks(tmp_path, FLOW)
    tasks.store = open_store(root)
    for ended in (tasks.run("start"), tasks.loop("loop"), tasks.run("wide")):
        assert ended.code == 0, ended.out
    flow = tasks.code / "flow.py"
    flow.write_text(flow.read_text().replace("os.kill(os.getpid(), signal.SIGKILL)", "os.kill(os.getppid(), signal.SIGKILL)"))
    assert tasks.run("body", "r.0:3", user_retries=1).code == -signal.SIGKILL
    site.proxy.forget()
    ended = tasks.run("body", "r.0:3", attempt=1, user_retries=1)
    assert ended.code == 0, ended.out
    assert tasks.record("body", "r.1")["attempt"] == 1
    assert tasks.record("body", "r.2")["attempt"] == 0
    assert "LIST" not in site.proxy.counts()


def test_a_step_that_forks_reads_and_its_children_read(tmp_path: Path, root: str, client: str) -> None:
    flow = """
        @step
        def start(self):
            self.data = list(range(100_000))
            self.more = "x" * 100_000
            self.next(self.end)

        @step
        def end(self):
            self.n = len(self.data)
            def look(number):
                return len(self.more) + number
            self.found = parallel_map(look, range(3))
    """
    tasks = Tasks(tmp_path, flow, imports="from flowc import *\nfrom flowc import parallel_map")
    tasks.store = open_store(root)
    for step in ("start", "end"):
        ended = tasks.run(step)
        assert ended.code == 0, ended.out
    assert tasks.values("end", names=["found"]) == {"found": [100_000, 100_001, 100_002]}


@pytest.fixture
def agent(root: str) -> Store:
    return RemoteStore(root, lambda: AgentBucket(root), patience=5)


def test_everything_through_the_agent(agent: Store, root: str) -> None:
    agent.create("F/a", b"1")
    assert agent.get("F/a") == b"1"
    assert agent.get("F/none") is None
    assert agent.size("F/a") == 1
    with pytest.raises(StoreError, match="exists already"):
        agent.create("F/a", b"2")
    with pytest.raises(StoreError, match="has 1 bytes, and may have 0"):
        agent.get("F/a", 0)
    agent.put_object("F/obj/ab/abc", [bytes(70 << 20), b"end"])
    assert agent.read("F/obj/ab/abc", 70 << 20, 3) == b"end"
    assert list(agent.list("F/")) == ["a", "obj"]
    assert [(found.key, found.size) for found in agent.walk("F/obj/")] == [("F/obj/ab/abc", (70 << 20) + 3)]
    agent.delete("F/a")
    assert open_store(root).get("F/a") is None


def test_an_agent_that_died_is_started_again(agent: Store) -> None:
    agent.create("F/a", b"1")
    (child,) = children()
    os.kill(child, signal.SIGKILL)
    assert agent.get("F/a") == b"1"


def test_the_agent_ends_with_its_process(root: str, agent: Store) -> None:
    pid = os.fork()
    if pid == 0:
        agent.create(f"F/{TOP}", b"1")
        os.execvp("sh", ["sh", "-c", "exit 0"])
    before = set(children())
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    deadline = time.monotonic() + 30
    while set(agents(root)) - before:
        assert time.monotonic() < deadline, "the agent outlives the process that it works for"
        time.sleep(0.05)


def children() -> list[int]:
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return [int(pid) for pid in file.read().split() if b"stores.agent" in command_of(int(pid))]


def agents(root: str) -> list[int]:
    return [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and root.encode() in command_of(int(pid))]


def command_of(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""
