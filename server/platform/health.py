"""Is the process alive, and may it be sent requests? Both answer anyone, with nothing but a word.

A store that is full or away makes nobody wait: jobs are still synced and phones keep their photos, so the server stays
ready, and says beside it what is wrong.
"""

import asyncio
from typing import Any

import asyncpg
from litestar import Request, Router, get

from schemas.errors import Code
from server.platform import db
from server.platform.errors import Refused
from server.platform.storage import Blobs


@get("/live", summary="The process is alive", tags=["health"])
async def live() -> dict[str, str]:
    return {"status": "alive"}


@get("/ready", summary="The server and its database answer", tags=["health"])
async def ready(request: Request[Any, Any, Any]) -> dict[str, str]:
    """`storage`: `ok`, `full`, `unreachable`: whether photos are taken."""
    try:
        async with asyncio.timeout(2):
            await db.fetch_value("SELECT 1")
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, AssertionError) as fault:
        raise Refused(Code.NOT_READY, "the database does not answer") from fault
    blobs: Blobs = request.app.state.blobs
    return {"status": "ready", "storage": blobs.state()}


router = Router("/health", route_handlers=[live, ready])
