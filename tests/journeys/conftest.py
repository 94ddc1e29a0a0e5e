from collections.abc import AsyncIterator

import httpx
import pytest

from server.platform import db
from tests.journeys.firm import Firm, found_firm

_EVERYTHING = "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
async def firm(client: httpx.AsyncClient) -> AsyncIterator[Firm]:
    """A firm in an otherwise empty database; everything is taken back after the test."""
    yield await found_firm(client)
    kept = " AND tablename NOT IN ('migration', 'installation')"
    tables = await db.fetch_value(_EVERYTHING + kept)
    await db.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
