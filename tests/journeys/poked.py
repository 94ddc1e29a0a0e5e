"""What readers of the feed are poked for while something is done."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from server.platform.feed import POKE_CHANNEL


@asynccontextmanager
async def poked(database: str) -> AsyncIterator[list[str]]:
    """The pokes, as they were sent; whole once the context is left."""
    heard: list[str] = []
    connection: Any = await asyncpg.connect(database)
    try:
        await connection.add_listener(POKE_CHANNEL, lambda *told: heard.append(told[3]))
        yield heard
        await connection.execute("SELECT 1")
    finally:
        await connection.close()
