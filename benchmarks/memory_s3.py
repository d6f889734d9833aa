"""As much of S3 as the store uses, in memory, so that figures are of clients: python benchmarks/memory_s3.py prints its URL and serves.

Checks nothing and keeps to nothing else; tests use real servers.
"""

import sys
import threading
import urllib.parse
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEPT: dict[str, bytes | bytearray] = {}
PARTS: dict[str, dict[int, bytearray]] = {}
LOCK = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def log_message(self, *words: object) -> None:
        """Say nothing."""

    def body(self) -> bytearray:
        data = bytearray(int(self.headers.get("Content-Length") or 0))
        view = memoryview(data)
        while view:
            view = view[self.rfile.readinto(view) :]  # type: ignore[attr-defined]  # a buffered reader
        return data

    def answer(self, status: int, data: bytes | memoryview = b"", length: int | None = None, **headers: str) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.send_header("Last-Modified", formatdate(usegmt=True))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def do_PUT(self) -> None:
        key, query = self.place()
        data = self.body()
        if "uploadId" in query:
            PARTS[query["uploadId"]][int(query["partNumber"])] = data
        else:
            with LOCK:
                if self.headers.get("If-None-Match") == "*" and key in KEPT:
                    return self.answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
                KEPT[key] = data
        return self.answer(200, ETag='"1"')

    def do_POST(self) -> None:
        key, query = self.place()
        self.body()
        if "uploads" in query:
            with LOCK:
                upload = str(len(PARTS))
                PARTS[upload] = {}
            xml = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
        else:
            parts = PARTS.pop(query["uploadId"])
            KEPT[key] = b"".join(parts[number] for number in sorted(parts))
            xml = "<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>"
        self.answer(200, xml.encode())

    def do_HEAD(self) -> None:
        key, _ = self.place()
        if key in KEPT:
            self.answer(200, length=len(KEPT[key]), ETag='"1"')
        else:
            self.answer(404)

    def do_GET(self) -> None:
        key, _ = self.place()
        data = KEPT.get(key)
        if data is None:
            return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        asked = self.headers.get("Range")
        if asked is None:
            return self.answer(200, memoryview(data), ETag='"1"')
        first, last = (int(number) for number in asked.removeprefix("bytes=").split("-"))
        last = min(last, len(data) - 1)
        return self.answer(206, memoryview(data)[first : last + 1], ETag='"1"', Content_Range=f"bytes {first}-{last}/{len(data)}")

    def do_DELETE(self) -> None:
        KEPT.pop(self.place()[0], None)
        self.answer(204)

    def place(self) -> tuple[str, dict[str, str]]:
        path, _, query = self.path.partition("?")
        return urllib.parse.unquote(path), dict(urllib.parse.parse_qsl(query, keep_blank_values=True))


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
