"""A small application in place of the real one, to watch the supervisor with."""

import asyncio
import os
from collections.abc import AsyncIterator

from litestar import Litestar, get, post
from litestar.response import ServerSentEvent

from server.platform.logging import RequestLog
from server.settings import Settings


@get("/health/ready")
async def ready() -> str:
    return "ready"


@get("/pid")
async def pid() -> int:
    return os.getpid()


@get("/events")
async def events() -> ServerSentEvent:
    async def forever() -> AsyncIterator[str]:
        while True:
            yield "poke"
            await asyncio.sleep(0.1)

    return ServerSentEvent(forever())


@post("/crash")
async def crash() -> None:
    os._exit(9)


def create_app(settings: Settings) -> Litestar:
    assert settings.public_url.startswith("http://127.0.0.1:")
    app = Litestar([ready, pid, events, crash])
    app.asgi_handler = RequestLog()(app.asgi_handler)
    return app


def create_broken_app(_: Settings) -> Litestar:
    raise RuntimeError("broken on purpose")
