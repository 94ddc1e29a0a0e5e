"""What `/metrics` says about requests: how many, how long, how many at this moment, by method, route and status.

Litestar has a middleware of its own for the same four; it looks every one of them up by its labels for each request,
which takes a quarter of the time of a plain answer. Here the ones of a route are looked up once.
"""

import time
from typing import Final, cast

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import Counter, Gauge, Histogram

_ROUTE: Final = ("method", "path")
_ANSWER: Final = (*_ROUTE, "status_code")

_RUNNING: Final = Gauge(
    "onsite_requests_in_progress", "Requests that are being answered.", _ROUTE, multiprocess_mode="livesum"
)
_ANSWERED: Final = Counter("onsite_requests_total", "Requests that were answered.", _ANSWER)
_FAILED: Final = Counter("onsite_requests_error_total", "Requests that ended in a fault of the server's.", _ANSWER)
_SECONDS: Final = Histogram("onsite_request_duration_seconds", "Until the whole answer was handed over.", _ANSWER)


class RequestMetrics(ASGIMiddleware):
    """Counts what is asked of routes there are, by their template; `path_template` is the router's."""

    scopes = (ScopeType.HTTP, ScopeType.ASGI)

    def __init__(self) -> None:
        self._running: dict[tuple[str, str], Gauge] = {}
        self._answers: dict[tuple[str, str, int], _Answers] = {}

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        scope = cast("HTTPScope", scope)
        route = (scope["method"], scope["path_template"])
        running = self._running.get(route) or self._running.setdefault(route, _RUNNING.labels(*route))
        status = HTTP_500_INTERNAL_SERVER_ERROR

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        running.inc()
        began = time.perf_counter()
        try:
            await next_app(scope, receive, send_seen)
        finally:
            running.dec()
            answer = (*route, status)
            answers = self._answers.get(answer) or self._answers.setdefault(answer, _Answers(*answer))
            answers.add(time.perf_counter() - began)


class _Answers:
    """Those of one route with one status."""

    def __init__(self, method: str, path: str, status: int) -> None:
        labels = (method, path, str(status))
        self._answered, self._seconds = _ANSWERED.labels(*labels), _SECONDS.labels(*labels)
        self._failed = _FAILED.labels(*labels) if status >= HTTP_500_INTERNAL_SERVER_ERROR else None

    def add(self, seconds: float) -> None:
        self._answered.inc()
        self._seconds.observe(seconds)
        if self._failed is not None:
            self._failed.inc()
