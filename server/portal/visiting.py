"""The session of a visitor, as their browser carries it: for every page that shows what is the owner's alone."""

from typing import Any, Final

from litestar import Request

from server.portal import proving
from server.portal.forms import address
from server.portal.proving import Visitor
from server.products import store as products

COOKIE: Final = "onsite_visitor"


async def visitor_of(request: Request[Any, Any, Any], unit: products.Row) -> Visitor | None:
    """Who has shown that they are the owner of this unit (its row). One query, none without a cookie."""
    token = request.cookies.get(COOKIE)
    return await proving.visitor(token, unit) if token else None


def ask_url(code: str, goes_on: str) -> str:
    """Where a visitor proves who they are, to go on at `goes_on` (`/mine?…`, `/service?…`, `/register?…`)."""
    return address("/proof", code=code, next=goes_on)
