"""`/.well-known/gs1resolver`: what programs may ask this resolver for. Public, and says nothing but that."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import HttpMethod, Request, Response, route
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from server.network import store as network
from server.platform.ratelimit import address_of, at_most
from server.products.resolver_http import METHODS, OPEN, SHARED
from server.products.rules.digital_link import GTIN_KEY
from server.products.rules.link_types import LINK_TYPES, VOCABULARY, uri_of
from server.products.rules.linkset import CONTEXT


@route(
    "/.well-known/gs1resolver",
    http_method=[HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS],
    guards=[at_most(120, timedelta(minutes=1), by=address_of)],
    include_in_schema=False,
)
async def describe(request: Request[Any, Any, Any]) -> Response[bytes | None]:
    """As GS1's schema of resolver description files has it. The firm's own key is none of GS1's, so it is not named."""
    if request.method == HttpMethod.OPTIONS:
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers=SHARED | {"allow": METHODS})
    firm = await network.firm()
    described: dict[str, Any] = {
        "name": firm["name"] if firm else "Onsite",
        "resolverRoot": request.app.state.settings.public_url,
        "supportedPrimaryKeys": [GTIN_KEY],
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "jsonLdContextLocation": CONTEXT,
        "supportsLanguageVariants": True,
        "contact": {"fn": firm["name"], "hasTelephone": f"tel:{_dialled(firm['hotline'])}"}
        if firm
        else {"fn": "Onsite"},
        "activeLinkTypes": {
            locale: {
                f"gs1:{name}": {"title": title.zh if locale == "zh" else title.en, "url": uri_of(name)}
                for name, title in LINK_TYPES.items()
            }
            for locale in ("zh", "en")
        },
    }
    body = msgspec.json.encode(described)
    return Response(body, status_code=HTTP_200_OK, media_type="application/json", headers=SHARED | OPEN)


def _dialled(number: str) -> str:
    return "".join(character for character in number if character in "+0123456789")
