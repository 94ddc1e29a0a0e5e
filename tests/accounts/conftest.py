"""`firm`: the small firm of these tests, served by the whole application."""

import httpx
import pytest
from litestar import Litestar

from tests.accounts.builders import Firm, found_firm


@pytest.fixture
async def firm(emptied: None, app: Litestar, client: httpx.AsyncClient) -> Firm:
    return await found_firm(app, client)
