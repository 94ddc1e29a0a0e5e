"""HTTP of a product's code: `/01/{GTIN}/21/{serial}` as anyone's phone opens it, without a login; `/OWN/…` likewise for
products without a GTIN. What programs ask, and where links lead, the resolver answers; the rest gets a page.

The link is judged from the raw path: the decoded one has lost the difference between a separator and a `%2F` in a
serial. So one handler takes everything under these two, and the grammar decides.
"""

from datetime import timedelta
from typing import Any

import structlog
from litestar import HttpMethod, MediaType, Response, route
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK
from litestar.types import ASGIApp, Receive, Scope, Send

from schemas.errors import Code
from server.platform.errors import Refused, problem
from server.platform.ratelimit import address_of, at_most
from server.portal import assets, customer_page
from server.portal.forms import STRANGERS, AnyRequest, busy, html, locale_of
from server.portal.product_page import page_of_links
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
    exception_handlers={Refused: _refused},
    summary="The customer's page of a product, by its GS1 Digital Link",
    tags=["products"],
    media_type=MediaType.HTML,
    include_in_schema=False,
)
async def show_page(request: AnyRequest) -> ASGIApp:
    await _SCANS(request, request.route_handler)  # no guard: for each of those Litestar copies the handler
    resolved = await resolver_http.answer(request)
    if isinstance(resolved, Response):
        return resolved.to_asgi_response(None, request)
    locale = locale_of(request)
    if resolved is not None:
        return (await _page_of_links(request, resolved, locale)).to_asgi_response(None, request)
    state = request.app.state
    answer = await customer_page.answer(resolver_http.link_text(request), locale, state.standing, state.looking_up)
    if request.method == HttpMethod.GET:
        _count(request, answer)
    return _sent(answer, {"content-language": locale, **_links_of(request, answer.status)})


def _links_of(request: AnyRequest, status: int) -> dict[str, str]:
    return resolver_http.linked(request) if status == HTTP_200_OK else {}


#: Of every answer that is a page of ours, as they go over the wire.
_ALWAYS = tuple(
    (name.encode(), value.encode())
    for name, value in {"content-type": "text/html; charset=utf-8", **STRANGERS, **resolver_http.SHARED}.items()
)


def _sent(answer: customer_page.Answer, headers: dict[str, str]) -> ASGIApp:
    """What a response of Litestar's would send; making one takes as long as the query."""
    body = answer.html.encode()
    own = [(name.encode(), value.encode()) for name, value in headers.items()]
    length = (b"content-length", str(len(body)).encode())

    async def send_page(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": [*_ALWAYS, *own, length]})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return send_page


def _count(request: AnyRequest, answer: customer_page.Answer) -> None:
    if answer.scan is not None:
        request.app.state.counting.add(answer.scan.unit_id, answer.scan.day, address_of(request))
    elif answer.unknown is not None:
        request.app.state.counting.add_unknown(*answer.unknown, address_of(request))


async def _page_of_links(request: AnyRequest, shown: resolver_http.LinksToShow, locale: Locale) -> Response[Any]:
    response = html(await page_of_links(shown, locale), shown.status, locale)
    response.headers.update(resolver_http.headers(request))
    return response


#: Links to them carry a hash of their content.
_FOREVER = {"cache-control": "public, max-age=31536000, immutable"}


@route(
    f"{assets.ASSETS_URL}/{{name:str}}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    include_in_schema=False,
    sync_to_thread=False,
)
def show_file(name: FromPath[str]) -> Response[bytes]:
    """What the pages look like."""
    content = assets.files().get(name)
    if content is None:
        raise Refused(Code.NOT_FOUND)
    return Response(content, media_type=assets.media_type(name), headers=_FOREVER)


def handlers() -> list[Any]:
    """The page, and what it looks like."""
    return [show_page, show_file]
