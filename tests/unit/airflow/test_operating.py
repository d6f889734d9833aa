"""`flowc trigger`, `status` and `terminate` before an Airflow answers; what Airflow answers is tested under tests/conformance."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from flowc.cli.group import run

Flowc = Callable[..., tuple[object, str, str]]
FLOW = """\
from flowc import FlowSpec, IncludeFile, Parameter, step


class Small(FlowSpec):
    rate = Parameter("rate", default=0.5)
    text = Parameter("text", required=True)
    words = IncludeFile("words")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.fixture
def flowc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Flowc:
    """Run a command in a project of one flow; the answer is exit code, standard output, standard error."""
    (tmp_path / "flowc.toml").write_text("")
    (tmp_path / "small.py").write_text(FLOW)
    monkeypatch.chdir(tmp_path)
    for name in ("FLOWC_AIRFLOW_TOKEN", "FLOWC_AIRFLOW_USER", "FLOWC_AIRFLOW_PASSWORD"):
        monkeypatch.delenv(name, raising=False)

    def call(*words: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            run(list(words))
        return ended.value.code, *capsys.readouterr()

    return call


class _Elsewhere(BaseHTTPRequestHandler):
    """A server that sends every request on; it keeps what reached the place it sends to."""

    reached: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        if self.path.startswith("/elsewhere"):
            self.reached.append(self.headers.get("Authorization"))
            self.send_response(200)
            self.end_headers()
            return
        self.send_response(302 if self.path.startswith("/sends") else 404)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def web() -> Iterator[str]:
    """Address of a web server that is no Airflow."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("settings", "words", "code", "said"),
    [
        ("", "", 2, "no target is named"),
        ("", "--target nomad", 2, "unknown target 'nomad'"),
        ("", "--target airflow", 2, "there is no Airflow to talk to"),
        ("airflow.url = 3", "--target airflow", 2, "must be a string"),
        ('airflow.url = "localhost:8080"', "--target airflow", 2, "is not the address of a web server"),
        ('airflow.url = "file:///etc"', "--target airflow", 2, "is not the address of a web server"),
        ('airflow.url = "https://me:secret@airflow"', "--target airflow", 2, "holds more than an address"),
        (
            'airflow.token_env = "eyJhbGci.secret"\nairflow.url = "http://x"',
            "--target airflow",
            2,
            "must be the name of an environment variable",
        ),
        ('airflow.url = "http://127.0.0.1:9"', "--target airflow", 3, "cannot be reached"),
        ("", "--target airflow --airflow-url http://127.0.0.1:9", 3, "cannot be reached"),
    ],
)
def test_ways_that_lead_to_no_airflow(flowc: Flowc, tmp_path: Path, settings: str, words: str, code: int, said: str) -> None:
    (tmp_path / "flowc.toml").write_text(settings)
    for command in (["trigger", "small.py", "--text", "x"], ["status", "small.py"], ["terminate", "small.py", "--run-id", "r1"]):
        found, out, error = flowc(*command, *words.split())
        assert (found, out) == (code, "")
        assert said in error
        assert "secret" not in error


def test_a_web_server_that_is_no_airflow(flowc: Flowc, web: str) -> None:
    code, _, error = flowc("status", "Small", "--target", "airflow", "--airflow-url", web)
    assert code == 3
    assert "is no Airflow" in error


def test_credentials_are_not_sent_on(flowc: Flowc, web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWC_AIRFLOW_TOKEN", "abc")
    code, _, error = flowc("status", "Small", "--target", "airflow", "--airflow-url", f"{web}/sends")
    assert code == 3
    assert "sends on to /elsewhere" in error
    assert _Elsewhere.reached == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rate", "fast"], "'fast' is not a valid float"),
        ([], "Missing option '--text'"),
        (["--text", "x", "--rate", "nan"], "--rate: nan cannot travel"),
        (["--text", "\udcff"], "it is no Unicode text"),
        (["--text", "x", "--words", "large.txt"], "--words: a file of 20000 bytes travels through the store"),
        (["--text", "x", "--words", "missing.txt"], "missing.txt"),
        (["--text", "x", "--never", "1"], "No such option '--never'"),
    ],
)
def test_values_that_cannot_travel(flowc: Flowc, words: list[str], said: str) -> None:
    Path("large.txt").write_text("x" * 20000)
    code, _, error = flowc("trigger", "--target", "airflow", "--airflow-url", "http://127.0.0.1:9", "small.py", *words)
    assert code == 2
    assert said in error


def test_the_parameters_are_in_the_help(flowc: Flowc) -> None:
    code, said, _ = flowc("trigger", "small.py", "--help")
    assert code == 0
    assert "--rate FLOAT" in said
    assert "--run-id ID" in said
