"""The exchanges over HTTP: standard library only, one kept-alive connection. Not for several threads."""

from __future__ import annotations

import gzip
import http.client
import json
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from offline_sync.replica.transport import Problem, Unreachable

TIMEOUT_SECONDS = 30.0
# Keeps W-4 of docs/sync-protocol.md.
MAX_ANSWER_BYTES = 64 * 1024 * 1024
GZIP_FROM_BYTES = 1024


class HttpTransport:
    """Push and pull at `base_url` ('https://host[:port][/prefix]') with a bearer token.

    `token` is called for every request, so that it may renew itself. `device_id`: named in every pull, so that the
    server says how far it has judged this device (pull step 1); leave it out for a mere reader. `gzip_requests`:
    compress larger bodies.
    """

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        timeout: float = TIMEOUT_SECONDS,
        gzip_requests: bool = False,
        device_id: Callable[[], str] | None = None,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an HTTP address: {base_url}")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._prefix = parts.path.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._gzip_requests = gzip_requests
        self._device_id = device_id
        self._connection: http.client.HTTPConnection | None = None
        self.bytes_up = 0
        self.bytes_down = 0

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        content = json.dumps(body, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json"}
        if self._gzip_requests and len(content) >= GZIP_FROM_BYTES:
            content = gzip.compress(content, compresslevel=6)
            headers["Content-Encoding"] = "gzip"
        return self._exchange("POST", "/sync/push", content, headers)

    def pull(self, cursor: str | None, limit: int) -> dict[str, Any]:
        query = {"limit": str(limit), "cursor": cursor, "device_id": self._device_id and self._device_id()}
        named = urlencode({name: value for name, value in query.items() if value})
        return self._exchange("GET", f"/sync/pull?{named}", None, {})

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        headers |= {
            "Authorization": f"Bearer {self._token()}",
            "Accept": "application/json, application/problem+json",
            "Accept-Encoding": "gzip",
        }
        status, kind, raw = self._sent(method, self._prefix + path, content, headers)
        answer = _object(raw) if "json" in kind else None
        if answer is None:
            self.close()
            raise Unreachable(f"{status} without a JSON object: not our server, or not now")
        if 200 <= status < 300:
            return answer
        if status < 400 or not isinstance(answer.get("code"), str):
            raise Unreachable(f"{status} without a problem's code: not our server")
        raise Problem(answer["code"], status, answer)

    def _sent(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> tuple[int, str, bytes]:
        """Status, content type and body. A kept-alive connection that the other end has closed is tried anew once:
        both exchanges may be repeated without harm (guarantee 2)."""
        reused = self._connection is not None
        try:
            return self._once(method, path, content, headers)
        except (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError) as fault:
            self.close()
            if not reused:
                raise Unreachable(str(fault)) from fault
        except (OSError, http.client.HTTPException, zlib.error, EOFError) as fault:
            self.close()
            raise Unreachable(str(fault)) from fault
        try:
            return self._once(method, path, content, headers)
        except (OSError, http.client.HTTPException, zlib.error, EOFError) as fault:
            self.close()
            raise Unreachable(str(fault)) from fault

    def _once(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> tuple[int, str, bytes]:
        connection = self._connected()
        connection.request(method, path, content, headers)
        self.bytes_up += len(content or b"")
        response = connection.getresponse()
        raw = response.read(MAX_ANSWER_BYTES + 1)
        self.bytes_down += len(raw)
        if len(raw) > MAX_ANSWER_BYTES:
            raise http.client.HTTPException("the answer is larger than any page")
        if response.headers.get("Content-Encoding") == "gzip":
            raw = _unzipped(raw)
        return response.status, response.headers.get("Content-Type", ""), raw

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            maker = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            self._connection = maker(self._host, self._port, timeout=self._timeout)
        return self._connection


def _unzipped(raw: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    content = reader.decompress(raw, MAX_ANSWER_BYTES)
    if not reader.eof:
        raise EOFError("the compressed answer is cut short, or larger than any page")
    return content


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
