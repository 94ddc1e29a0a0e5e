"""`firm`: the small firm of these tests, served by the whole application."""

import asyncpg
import httpx
import pytest
from litestar import Litestar

from tests.accounts.builders import Firm, found_firm


@pytest.fixture
async def emptied(database: str) -> None:
    """Nothing is left of the test before. Done before the application starts: its sweeper of deadlines reads tables in
    another order than TRUNCATE locks them, and the two would deadlock."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("TRUNCATE headquarters, login_failures, feed, stream, history CASCADE")
    finally:
        await connection.close()


@pytest.fixture
async def firm(emptied: None, app: Litestar, client: httpx.AsyncClient) -> Firm:
    return await found_firm(app, client)
