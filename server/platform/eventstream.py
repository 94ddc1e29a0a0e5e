"""Server-sent events for thousands of idle readers: the request's own task waits for the hang-up and does nothing else.

Litestar's ServerSentEvent keeps two more tasks and a generator for every open stream.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import structlog
from litestar.response import Stream
from litestar.types import ASGIApp, Receive, Scope, Send

from server.platform.pokes import Reader, Tell

log = structlog.get_logger()

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy such as nginx is to pass every event on at once
]
_LISTENING = b": listening\n\n"
_STILL_HERE = b": still here\n\n"

Reading = Callable[[Tell], AbstractContextManager[Reader]]


# Keeps S-1 of docs/sync-protocol.md.
class EventStream(Stream):
    """`reading`: opens what tells of new heads, see `Pokes.reading`. Each becomes an event `poke`."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(content=(), media_type="text/event-stream")
        self._reading = reading

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # type: ignore[override]  # an application is what is run
        return self._answer

    async def _answer(self, _scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(heads: Mapping[str, int] | None) -> None:
            if heads is None:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                await send({"type": "http.response.body", "body": _event(heads), "more_body": True})

        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        with self._reading(tell) as reader:
            await send({"type": "http.response.body", "body": _LISTENING, "more_body": True})
            await _hung_up(reader, receive)


def _event(heads: Mapping[str, int]) -> bytes:
    return b"event: poke\ndata: %b\n\n" % msgspec.json.encode(heads) if heads else _STILL_HERE


async def _hung_up(reader: Reader, receive: Receive) -> None:
    """Until the reader hangs up, has been told that the stream is over, or is dropped."""
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if not reader.dropped or task is None or task.uncancel():
            raise
        log.info("slow reader dropped")
