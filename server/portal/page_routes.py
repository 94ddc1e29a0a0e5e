"""HTTP of a product's code: `/01/{GTIN}/21/{serial}` as anyone's phone opens it, without a login; `/OWN/…` likewise for
products without a GTIN. What programs ask, and where links lead, the resolver answers; the rest gets a page.

The link is judged from the raw path: the decoded one has lost the difference between a separator and a `%2F` in a
serial. So one handler takes everything under these two, and the grammar decides.
"""

from datetime import timedelta
from typing import Any

import structlog
from litestar import HttpMethod, MediaType, Response, route
from litestar.datastructures import CacheControlHeader
from litestar.response.base import ASGIResponse
from litestar.static_files import create_static_files_router
from litestar.status_codes import HTTP_200_OK

from schemas.errors import Code
from server.platform.errors import Refused, problem
from server.platform.ratelimit import address_of, at_most
from server.portal import customer_page
from server.portal.forms import STRANGERS, AnyRequest, busy, html, locale_of
from server.portal.product_page import page_of_links
from server.portal.rendering import ASSETS_URL, STATIC_DIR
from server.products import resolver_http
from server.products.texts import Locale

log = structlog.get_logger()

#: A shop behind one address scans a shelf; a guesser of serials (80 bits) gets nowhere at this pace.
_SCANS = at_most(120, timedelta(minutes=1), by=address_of)


def _refused(request: AnyRequest, refused: Refused) -> Response[Any]:
    """Too many requests, as a page; what else may be refused stays a problem."""
    if refused.code is not Code.TOO_MANY_REQUESTS:
        return problem(request, refused.code, refused.detail, **refused.extra)
    return busy(request, refused.extra["retry_after"])


@route(
    ["/01", "/01/{link:path}", "/OWN", "/OWN/{link:path}"],
    http_method=[HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS],
    guards=[_SCANS],
    exception_handlers={Refused: _refused},
    summary="The customer's page of a product, by its GS1 Digital Link",
    tags=["products"],
    media_type=MediaType.HTML,
    include_in_schema=False,
)
async def show_page(request: AnyRequest) -> ASGIResponse:
    resolved = await resolver_http.answer(request)
    if isinstance(resolved, Response):
        return resolved.to_asgi_response(None, request)
    locale = locale_of(request)
    if resolved is not None:
        return (await _page_of_links(request, resolved, locale)).to_asgi_response(None, request)
    answer = await customer_page.answer(resolver_http.link_text(request), locale, request.app.state.standing)
    if request.method == HttpMethod.GET:
        _count(request, answer)
    shared = resolver_http.headers(request) if answer.status == HTTP_200_OK else resolver_http.SHARED
    headers = {**STRANGERS, "content-language": locale, **shared}
    return ASGIResponse(body=answer.html, status_code=answer.status, media_type=MediaType.HTML, headers=headers)


def _count(request: AnyRequest, answer: customer_page.Answer) -> None:
    if answer.scan is not None:
        request.app.state.counting.add(answer.scan.unit_id, answer.scan.day, address_of(request))
    elif answer.unknown is not None:
        request.app.state.counting.add_unknown(*answer.unknown, address_of(request))


async def _page_of_links(request: AnyRequest, shown: resolver_http.LinksToShow, locale: Locale) -> Response[Any]:
    response = html(await page_of_links(shown, locale), shown.status, locale)
    response.headers.update(resolver_http.headers(request))
    return response


def handlers() -> list[Any]:
    """The page, and what it looks like. Links to the files carry a hash of their content."""
    files = create_static_files_router(
        ASSETS_URL,
        directories=[STATIC_DIR],
        name="product-page-files",
        cache_control=CacheControlHeader(public=True, max_age=31_536_000, immutable=True),
        include_in_schema=False,
    )
    return [show_page, files]
