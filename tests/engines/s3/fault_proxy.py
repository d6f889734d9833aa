"""A proxy in front of an S3 server: it counts requests by kind and key, and breaks those that a test picks. Standard library only.

with proxied("http://127.0.0.1:9000") as proxy:
    proxy.pick = lambda request: Answer(503, "SlowDown") if request.kind == "PUT" else None
    …
    assert proxy.counts() == {"GET": 2, "PUT": 1}

Headers go through as they came, `Host` too, so signatures stay valid.
"""

import http.client
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Any, Literal

BLOCK = 1 << 20
HOP_BY_HOP = frozenset({"connection", "expect", "keep-alive", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its number from 0, what it asks for, and of which object. `conditional`: create only if absent."""

    number: int
    kind: str
    bucket: str
    key: str
    conditional: bool


@dataclass(frozen=True, slots=True)
class Delay:
    """The request waits before it goes on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection ends without a reply: before the server has the request, in the middle of its body, or after it was carried out.

    then: called at that moment, while the client still waits.
    """

    when: Literal["before", "during", "after"]
    then: Callable[[], object] = field(default=lambda: None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """S3's error `code` with this status; the server never sees the request."""

    status: int
    code: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The body of the reply ends after `after` bytes. honest: its length says so; otherwise the connection ends early."""

    after: int
    honest: bool = False


@dataclass(frozen=True, slots=True)
class Corrupt:
    """One byte of the reply's body is another one, counted from the end where negative."""

    at: int


Fault = Delay | Drop | Answer | Cut | Corrupt

EXPIRED = Answer(400, "ExpiredToken")
DENIED = Answer(403, "AccessDenied")
CONFLICT = Answer(409, "ConditionalRequestConflict")
TAKEN = Answer(412, "PreconditionFailed")
BUSY = Answer(503, "SlowDown")
"""https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""


class FaultProxy:
    """`url` is where clients go; `pick` says what befalls a request, None for nothing."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream.removeprefix("http://")
        self.pick: Callable[[Request], Fault | None] = lambda request: None
        self.requests: list[Request] = []
        self.lock = threading.Lock()
        self.connections: set[socket] = set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def arrived(self, method: str, target: str, headers: Any) -> Request:
        """Count a request and return what it asks for."""
        path, _, query = target.partition("?")
        bucket, _, key = urllib.parse.unquote(path).removeprefix("/").partition("/")
        words = urllib.parse.parse_qs(query, keep_blank_values=True)
        conditional = headers.get("If-None-Match") == "*"
        with self.lock:
            request = Request(len(self.requests), kind_of(method, key, words, headers), bucket, key, conditional)
            self.requests.append(request)
        return request

    def counts(self) -> dict[str, int]:
        """Requests since the last `forget`, by kind."""
        with self.lock:
            return dict(Counter(request.kind for request in self.requests))

    def by_key(self) -> dict[tuple[str, str], int]:
        """Requests since the last `forget`, by kind and key."""
        with self.lock:
            return dict(Counter((request.kind, request.key) for request in self.requests))

    def forget(self) -> None:
        """Count from 0 again and break nothing."""
        with self.lock:
            self.requests.clear()
        self.pick = lambda request: None

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Stop serving and end every connection."""
        self._server.shutdown()
        self._server.server_close()
        with self.lock:
            for connection in self.connections:
                with suppress(OSError):
                    connection.shutdown(SHUT_RDWR)


def kind_of(method: str, key: str, words: dict[str, list[str]], headers: Any) -> str:
    """Return what a request asks for: `GET HEAD PUT DELETE COPY`, `LIST`, `BUCKET`, or a part of a multipart upload or batch."""
    if method == "POST":
        return "DELETES" if "delete" in words else "START" if "uploads" in words else "COMPLETE"
    if "uploadId" in words:
        return {"PUT": "PART", "DELETE": "ABORT", "GET": "PARTS"}[method]
    if not key:
        return "LIST" if method == "GET" else "BUCKET"
    return "COPY" if "x-amz-copy-source" in headers else method


@contextmanager
def proxied(upstream: str) -> Iterator[FaultProxy]:
    """A proxy in front of the server at `upstream`, such as `http://127.0.0.1:9000`."""
    proxy = FaultProxy(upstream)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    proxy: FaultProxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        with self.server.proxy.lock:
            self.server.proxy.connections.add(self.connection)

    def finish(self) -> None:
        with self.server.proxy.lock:
            self.server.proxy.connections.discard(self.connection)
        super().finish()

    def log_message(self, *words: Any) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        target = self.requestline.split(" ")[1]
        request = self.server.proxy.arrived(self.command, target, self.headers)
        fault = self.server.proxy.pick(request)
        length = int(self.headers.get("Content-Length") or 0)
        match fault:
            case Delay(seconds=seconds):
                time.sleep(seconds)
            case Drop(when="before", then=then):
                self._drain(length)
                then()
                self.close_connection = True
                return
            case Answer(status=status, code=code):
                self._drain(length)
                self._refuse(status, code)
                return
            case _:
                pass
        upstream = http.client.HTTPConnection(self.server.proxy.upstream, timeout=600)
        try:
            self._forward(upstream, target, length, fault)
        except (OSError, http.client.HTTPException):
            self.close_connection = True
        finally:
            upstream.close()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _handle

    def _forward(self, upstream: http.client.HTTPConnection, target: str, length: int, fault: Fault | None) -> None:
        if self.headers.get("Transfer-Encoding"):
            self._refuse(501, "NotImplemented")
            return
        upstream.putrequest(self.command, target, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP:
                upstream.putheader(name, value)
        upstream.putheader("Connection", "close")
        upstream.endheaders()
        if isinstance(fault, Drop) and fault.when == "during":
            upstream.send(self.rfile.read(length // 2))
            self._drain(length - length // 2)
            fault.then()
            self.close_connection = True
            return
        while length:
            block = self.rfile.read(min(BLOCK, length))
            if not block:
                self.close_connection = True
                return
            upstream.send(block)
            length -= len(block)
        reply = upstream.getresponse()
        if isinstance(fault, Drop):
            reply.read()
            fault.then()
            self.close_connection = True
            return
        self._pass_on(reply, fault)

    def _pass_on(self, reply: http.client.HTTPResponse, fault: Fault | None) -> None:
        """Send the reply; a body of unknown length (RGW sends lists so) is read whole first."""
        named = reply.getheader("Content-Length")
        whole = None if named is not None or self.command == "HEAD" else reply.read()
        length = int(named or 0) if whole is None else len(whole)
        shown = min(length, fault.after) if isinstance(fault, Cut) else length
        self.send_response_only(reply.status, reply.reason)
        for name, value in reply.getheaders():
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(shown if isinstance(fault, Cut) and fault.honest else length))
        self.end_headers()
        if self.command == "HEAD":
            return
        at = fault.at % length if isinstance(fault, Corrupt) and length else -1
        sent = 0
        while sent < shown:
            block = bytearray(reply.read(min(BLOCK, shown - sent)) if whole is None else whole[sent : min(sent + BLOCK, shown)])
            if not block:
                break
            if sent <= at < sent + len(block):
                block[at - sent] ^= 0x41
            self.wfile.write(block)
            sent += len(block)
        if sent < length and fault != Cut(shown, honest=True):
            self.close_connection = True

    def _refuse(self, status: int, code: str) -> None:
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{code} of the proxy</Message></Error>'.encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _drain(self, length: int) -> None:
        while length > 0 and (block := self.rfile.read(min(BLOCK, length))):
            length -= len(block)
