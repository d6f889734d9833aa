"""Airflow's REST API with the standard library: `/api/v2` of 3.x with a bearer token, `/api/v1` of 2.x with a name and password.

Facts: https://airflow.apache.org/docs/apache-airflow/stable/security/api.html and the same page of 2.11.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from flowc.errors import EngineError, UsageError

TIMEOUT_SECONDS: Final = 60
MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
_V2: Final = "/api/v2"
_V1: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, or a name and password; all None where nothing was given. `help` says where they come from."""

    token: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    help: str = ""

    @property
    def given(self) -> bool:
        """Whether there is anything to sign in with."""
        return self.token is not None or self.user is not None


class RefusedError(EngineError):
    """Airflow answered with an error; `status` is that of HTTP."""

    def __init__(self, message: str, status: int, *, help: str | None = None) -> None:
        super().__init__(message, help=help)
        self.status = status


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry the credentials to whoever it names."""

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> None:
        """Follow none: urllib raises HTTPError then."""


_OPENER = build_opener(_NoRedirects)


class RestApi:
    """One Airflow. Every method raises EngineError: RefusedError where Airflow answered so, else it could not be reached."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(
                "airflow.url is not the address of a web server", help='it begins with "https://", as in https://airflow.example.org'
            )
        if parts.username is not None or parts.query or parts.fragment:
            raise UsageError("airflow.url holds more than an address", help=f"leave out name, password and query; {credentials.help}")
        self.url = url.rstrip("/")
        self.credentials = credentials
        self._authorization = f"Bearer {credentials.token}" if credentials.token is not None else None
        self._prefix: str | None = None

    @property
    def three(self) -> bool:
        """Whether this is Airflow 3; asks it once."""
        return self._connect() == _V2

    def get(self, *path: str, **query: object) -> Any:
        """Return the answer to a GET of `/path[0]/path[1]/…`, each part encoded."""
        return self._call("GET", path, query)

    def post(self, *path: str, body: Mapping[str, Any]) -> Any:
        """Return the answer to a POST."""
        return self._call("POST", path, {}, body)

    def patch(self, *path: str, body: Mapping[str, Any]) -> Any:
        """Return the answer to a PATCH."""
        return self._call("PATCH", path, {}, body)

    def _call(self, method: str, path: tuple[str, ...], query: Mapping[str, object], body: Mapping[str, Any] | None = None) -> Any:
        address = self._connect() + "".join(f"/{quote(part, safe='')}" for part in path)
        return self._send(method, address + (f"?{urlencode(query)}" if query else ""), body)

    def _connect(self) -> str:
        if self._prefix is None:
            prefix = _V2 if self._has(_V2) else _V1 if self._has(_V1) else None
            if prefix is None:
                raise EngineError(f"{self.url} is no Airflow: it has neither {_V2} nor {_V1}", help="check the setting airflow.url")
            self._sign_in(prefix)
            self._prefix = prefix
        return self._prefix

    def _has(self, prefix: str) -> bool:
        try:
            self._send("GET", f"{prefix}/version")
        except RefusedError as refused:
            if refused.status in (401, 403):
                return True
            if refused.status not in (404, 405):
                raise
            return False
        return True

    def _sign_in(self, prefix: str) -> None:
        user, password = self.credentials.user, self.credentials.password or ""
        if self.credentials.token is not None or user is None:
            return
        if prefix == _V2:
            self._authorization = f"Bearer {self._token(user, password)}"
        else:
            self._authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")

    def _token(self, user: str, password: str) -> str:
        try:
            answer = self._send("POST", "/auth/token", {"username": user, "password": password})
        except RefusedError as refused:
            if refused.status in (404, 405):
                raise EngineError(f"{self.url} gives no token for a name and password", help=self.credentials.help) from refused
            raise
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise EngineError(f"{self.url}/auth/token gave no token", help=self.credentials.help)
        return token

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Accept": "application/json"}
        if self._authorization is not None:
            headers["Authorization"] = self._authorization
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body, allow_nan=False).encode("ascii")
        request = Request(self.url + path, data, headers, method=method)
        try:
            with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as reply:
                text = reply.read(MAX_ANSWER_BYTES)
        except HTTPError as error:
            raise self._refusal(error) from None
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise EngineError(
                f"Airflow at {self.url} cannot be reached: {reason}", help="check airflow.url, and that the API server is up"
            ) from error
        try:
            return json.loads(text)
        except ValueError:
            raise RefusedError(f"{self.url}{path} did not answer with JSON", 404, help="check the setting airflow.url") from None

    def _refusal(self, error: HTTPError) -> RefusedError:
        with error:
            said = _detail(error)
        if error.code == 401:
            if self.credentials.given:
                return RefusedError(f"Airflow at {self.url} does not accept the credentials", 401, help=self.credentials.help)
            return RefusedError(f"Airflow at {self.url} asks for credentials", 401, help=self.credentials.help)
        if error.code == 403:
            return RefusedError(
                f"Airflow at {self.url} does not allow it: {said}", 403, help=f"sign in as somebody who may: {self.credentials.help}"
            )
        if 300 <= error.code < 400:
            return RefusedError(
                f"{self.url} sends on to {error.headers.get('Location')}", error.code, help="set airflow.url to the address itself"
            )
        return RefusedError(f"Airflow refused: {said}", error.code)


def _detail(error: HTTPError) -> str:
    """What an error answer says, on one line."""
    try:
        answer = json.loads(error.read(1_000_000))
    except (OSError, HTTPException, ValueError):
        return f"{error.code} {error.reason}"
    detail = answer.get("detail") or answer.get("title") if isinstance(answer, dict) else None
    if isinstance(detail, list):
        detail = "; ".join(str(item.get("msg", item)) if isinstance(item, dict) else str(item) for item in detail)
    return " ".join(str(detail or f"{error.code} {error.reason}").split())
