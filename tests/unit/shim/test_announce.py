"""What the exit hook tells flows that wait for the end of a run, over a real HTTP server."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.shim_tasks import RUN, Ended, Tasks

from flowc.runtime_shim.contract import run_key
from flowc.runtime_shim.environment import attempt_to_environment
from flowc.runtime_shim.records import read_record

BODY = """
@step
def start(self):
    self.next(self.end)

@step
def end(self):
    pass
"""


class Webhook(HTTPServer):
    """Keeps what is posted to it; refuses the first `refusals` requests."""

    def __init__(self) -> None:
        self.refusals = 0
        self.posted: list[Any] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/flowc"


class _Handler(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.refusals -= 1
        if self.server.refusals < 0:
            self.server.posted.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(200 if self.server.refusals < 0 else 503)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("refusals", [0, 1])
def test_a_run_that_succeeded_is_announced(tmp_path: Path, webhook: Webhook, refusals: int) -> None:
    webhook.refusals = refusals
    tasks = Tasks(tmp_path, BODY)
    tasks.run_all()
    ended = _hook(tasks, announce=webhook.url)
    assert ended.code == 0, ended.out
    ((path, kind, event),) = webhook.posted
    assert (path, kind, event["name"]) == ("/flowc", "application/json", "flowc.F.finished")
    assert isinstance(event["payload"].pop("timestamp"), float)
    assert event["payload"] == {"name": "flowc.F.finished", "id": f"F/{RUN}"}


def test_a_run_that_failed_is_not(tmp_path: Path, webhook: Webhook) -> None:
    tasks = Tasks(tmp_path, BODY)
    tasks.run("start")
    assert _hook(tasks, announce=webhook.url).code == 0
    assert webhook.posted == []


def test_a_webhook_that_refuses(
    tmp_path: Path, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from flowc.runtime_shim import announce

    monkeypatch.setattr(announce, "_PAUSES", (0.0, 0.0))
    webhook.refusals = 9
    assert not announce.announce(webhook.url, "F", "r")
    assert f"flowc: flowc.F.finished cannot be announced at {webhook.url}: HTTP Error 503" in capsys.readouterr().err
    assert webhook.refusals == 6


def test_the_record_of_the_end_is_there_before(tmp_path: Path, webhook: Webhook) -> None:
    tasks = Tasks(tmp_path, BODY)
    tasks.run_all()
    _hook(tasks, announce=webhook.url)
    record = read_record(tasks.store, run_key("F", RUN, "_end"))
    assert record is not None
    assert record["status"] == "succeeded"


def _hook(tasks: Tasks, **changes: Any) -> Ended:
    environment = {**os.environ, **attempt_to_environment(tasks.attempt("end", **changes))}
    command = [sys.executable, "-m", "flowc.runtime_shim", "exit-hook", "recorded"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return Ended(done.returncode, done.stdout)
