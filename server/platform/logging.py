"""Structured logs: one JSON object a line on stderr; every line written while a request runs carries its request id.

`RequestLog` wraps the whole application: it gives each request its id (also as the header `X-Request-ID` of the answer)
and writes one line when the answer is complete. Query strings are left out, since they may hold tokens. Every text of a
line is masked last (`masking`): numbers and addresses of people, tokens, the serial in a unit's address.
"""

import logging
import re
import sys
import time
import uuid
from typing import TYPE_CHECKING, Any, cast

import msgspec
import structlog
from structlog.contextvars import bind_contextvars, reset_contextvars
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer

from server.platform.masking import masked_line

#: Others may name a request, if the name cannot be mistaken for anything else in a log.
ACCEPTED_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")

#: Asked every few seconds by machines; in the log only at level debug.
QUIET_PATHS = ("/health/live", "/health/ready", "/metrics")

#: What comes after these opens something by itself: whoever reads the log must not be able to.
SECRET_PATHS = ("/j/",)

#: Without the frames' variables: they hold tokens, names and addresses.
_TRACEBACKS = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))

log = structlog.get_logger()

if TYPE_CHECKING:  # the supervisor logs too, and must not load a web framework for it
    from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send


def configure(level: str) -> None:
    """Send our own events and those of libraries (stdlib logging) to stderr as JSON. Once per process."""
    threshold = getattr(logging, level.upper())
    structlog.configure(
        processors=processors(),
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.BytesLoggerFactory(file=sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[IntoStructlog()], level=max(threshold, logging.INFO), force=True)
    for chatty in ("httpx", "httpcore", "asyncio", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def processors() -> list[Any]:
    """What an event of ours, or of a library, passes through before it is a line."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _TRACEBACKS,
        _encode,
    ]


class RequestLog:
    """ASGI middleware: a request id for each request, one log line for each answer.

    Litestar's own middleware never sees paths without a route, so wrap the whole application:
    `app.asgi_handler = RequestLog()(app.asgi_handler)`.
    """

    def __call__(self, app: "ASGIApp") -> "ASGIApp":
        async def logged(scope: "Scope", receive: "Receive", send: "Send") -> None:
            if scope["type"] == "http":  # type: ignore[comparison-overlap]  # a plain string from the server
                await _logged(cast("HTTPScope", scope), receive, send, app)
            else:
                await app(scope, receive, send)

        return logged


async def _logged(scope: "HTTPScope", receive: "Receive", send: "Send", app: "ASGIApp") -> None:
    request_id = _request_id(scope)
    answer = _Answer(send, request_id)
    bound = bind_contextvars(request_id=request_id)  # the context manager of the same takes three times as long
    started = time.perf_counter()
    try:
        await app(scope, receive, answer.send)
    finally:
        _write_line(scope, answer, time.perf_counter() - started)
        reset_contextvars(**bound)


class _Answer:
    """Passes an answer on, remembering its status and size."""

    def __init__(self, send: "Send", request_id: str) -> None:
        self._send, self._request_id = send, request_id
        self.status, self.bytes = 0, 0

    async def send(self, message: "Message") -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", self._request_id.encode())]
        elif message["type"] == "http.response.body":
            self.bytes += len(message["body"])
        await self._send(message)


def _request_id(scope: "HTTPScope") -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and ACCEPTED_REQUEST_ID.fullmatch(value):
            return value.decode("ascii")
    return uuid.uuid4().hex


def _write_line(scope: "HTTPScope", answer: _Answer, seconds: float) -> None:
    write = log.debug if scope["path"] in QUIET_PATHS else log.info
    client = scope.get("client")
    write(
        "request",
        method=scope["method"],
        path=told_path(scope["path"]),
        status=answer.status,
        bytes=answer.bytes,
        ms=round(seconds * 1000, 1),
        client=client[0] if client else None,
    )


def told_path(path: str) -> str:
    """`/j/…/judge` for `/j/abc/judge`."""
    for secret in SECRET_PATHS:
        if path.startswith(secret):
            _, slash, rest = path.removeprefix(secret).partition("/")
            return f"{secret}…{slash}{rest}"
    return path


def _encode(_logger: object, _method: str, event: Any) -> bytes:
    return msgspec.json.encode(masked_line(event), enc_hook=repr)


class IntoStructlog(logging.Handler):
    """Hands a library's log record on as one of our events."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            faults: dict[str, Any] = {"exc_info": record.exc_info} if record.exc_info else {}
            log.log(record.levelno, record.getMessage(), logger=record.name, **faults)
        except Exception:  # noqa: BLE001  # as logging.Handler asks: a log line must never break the work
            self.handleError(record)
