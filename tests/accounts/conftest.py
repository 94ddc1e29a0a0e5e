"""`firm`: the small firm, served over the module's database."""

from collections.abc import AsyncIterator

import pytest

from server.platform import db
from server.settings import Settings
from tests.accounts.builders import Firm, features_app, found_firm, serving


@pytest.fixture
async def firm(settings: Settings) -> AsyncIterator[Firm]:
    app = features_app(settings)
    async with serving(app) as client:
        await db.execute("TRUNCATE headquarters, login_failures, feed, stream, history CASCADE")
        yield await found_firm(app, client)
