"""Is the process alive, and may it be sent requests? Both answer anyone, with nothing but yes or no."""

import asyncio

import asyncpg
from litestar import Router, get

from schemas.errors import Code
from server.platform import db
from server.platform.errors import Refused


@get("/live", summary="The process is alive", tags=["health"])
async def live() -> dict[str, str]:
    return {"status": "alive"}


@get("/ready", summary="The server and its database answer", tags=["health"])
async def ready() -> dict[str, str]:
    try:
        async with asyncio.timeout(2):
            await db.fetch_value("SELECT 1")
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, AssertionError) as fault:
        raise Refused(Code.NOT_READY, "the database does not answer") from fault
    return {"status": "ready"}


router = Router("/health", route_handlers=[live, ready])
