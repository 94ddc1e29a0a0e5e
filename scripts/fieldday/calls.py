"""Somebody logged in and patient: calls that outlive a server that is down for a while."""

import time
from collections.abc import Iterator
from typing import Any

import httpx

PATIENCE = 180.0  # seconds that a server may be away; then the day is lost
_PAUSE = 0.3
_DOWN = frozenset({502, 503, 504})


class Gone(Exception):
    """The server did not answer for longer than anyone waits."""


class Refusal(Exception):
    """The server said no: RFC 9457 problem with its `code` and `status`."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code}: {text}")
        self.status, self.code = status, code


class Uncertain(Exception):
    """The connection broke after a request that must not be repeated blindly: it may have had its effect."""


class Person:
    """Logs in by itself, and again when its token has expired."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=60)
        self._username, self._password = username, password
        self._token = ""
        self.user: dict[str, Any] = {}

    def get(self, path: str, **params: Any) -> Any:
        return self._call("GET", path, params={k: v for k, v in params.items() if v is not None})

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a paged list."""
        cursor = None
        while True:
            page = self.get(path, **params, cursor=cursor, limit=500)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def post(self, path: str, body: Any = None, repeatable: bool = False) -> Any:
        """Raises `Uncertain` when the answer was lost, unless doing it twice is harmless (`repeatable`)."""
        return self._call("POST", path, repeatable=repeatable, json={} if body is None else body)

    def patch(self, path: str, body: Any) -> Any:
        """An edit against a base version says the same when it is said twice."""
        return self._call("PATCH", path, json=body)

    def log_in(self) -> None:
        answer = self._patiently("POST", "/auth/login", json={"username": self._username, "password": self._password})
        tokens = _decoded(answer)
        self._token, self.user = tokens["access_token"], tokens["user"]

    @property
    def token(self) -> str:
        return self._token

    def close(self) -> None:
        self._http.close()

    def _call(self, method: str, path: str, repeatable: bool = True, **options: Any) -> Any:
        if not self._token:
            self.log_in()
        for last in (False, True):
            headers = {"authorization": f"Bearer {self._token}"}
            answer = self._patiently(method, path, repeatable, headers=headers, **options)
            if answer.status_code != 401 or last:
                return _decoded(answer)
            self.log_in()
        raise AssertionError("unreachable")

    def _patiently(self, method: str, path: str, repeatable: bool = True, **options: Any) -> httpx.Response:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._http.request(method, path, **options)
                if answer.status_code not in _DOWN and answer.status_code != 429:
                    return answer
                if not repeatable and answer.status_code in _DOWN:
                    raise Uncertain(f"{method} {path}: {answer.status_code}")  # it may have gone away at its commit
                fault: Exception | str = f"{answer.status_code}"
            except httpx.ConnectError as refused:
                fault = refused  # it never arrived
            except httpx.TransportError as broken:
                if not repeatable:
                    raise Uncertain(f"{method} {path}") from broken
                fault = broken
            if time.monotonic() > until:
                raise Gone(f"{method} {path}: {fault}")
            time.sleep(_PAUSE)


def _decoded(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        said = answer.json()
        code, text = said["code"], said.get("detail") or said.get("title", "")
    except (ValueError, KeyError, TypeError):
        code, text = "unreadable", answer.text[:200]
    raise Refusal(answer.status_code, code, text)
