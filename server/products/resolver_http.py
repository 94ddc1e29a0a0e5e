"""HTTP of the resolver: `/01/…` and `/OWN/…` for programs and for links. The pages behind them are the portal's: its
handler asks `answer` first, and serves its own page where that is None, and one of links where it is `LinksToShow`.

| request | answer |
| --- | --- |
| OPTIONS | 204 with what is allowed, from any origin |
| no code, by a program | 400, problem with `code_invalid` and the fault as `reason` |
| `linkType=linkset` (or `all`), or `Accept` names a linkset's media type or JSON before HTML | 200, linkset; a page |
| `linkType=gs1:…` | 307 to the best link, 300 when several are equally good, 404 when there is none; pages |
| a number alone | 307 to its default link, or our own page of the model |
| a unit's code | our own page |
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec
from litestar import HttpMethod, Request, Response
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_204_NO_CONTENT,
    HTTP_300_MULTIPLE_CHOICES,
    HTTP_307_TEMPORARY_REDIRECT,
)

from schemas.errors import Code
from server.platform import clock
from server.platform.errors import problem
from server.products import resolver
from server.products.resolver import Resolved
from server.products.rules import linkset
from server.products.rules.digital_link import DigitalLink, build, parse
from server.products.rules.link_types import WHOLE_SET
from server.products.rules.linkset import LINKSET_JSON, LINKSET_TEXT, Level, Link, Wishes, preferences
from server.products.rules.refusal import Refusal, Text

_Request = Request[Any, Any, Any]

_JSON: Final = "application/json"
_HTML: Final = "text/html"
#: In the order in which they are taken when a client has no preference, after our own page.
_OF_LINKSETS: Final = (LINKSET_JSON, _JSON, LINKSET_TEXT)
METHODS: Final = "GET, HEAD, OPTIONS"
SHARED: Final = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": "Accept, Accept-Language",
    "access-control-expose-headers": "Link, Location",
    "vary": "Accept, Accept-Language",
}
#: What programs of any site read.
OPEN: Final = {"cache-control": "no-store", "cross-origin-resource-policy": "cross-origin"}
_MAX_AGE: Final = {"access-control-max-age": "86400"}
_NOT_KEPT: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class LinksToShow:
    """A browser asked for what programs get as a linkset: all links (200), those that are equally good (300), or all
    there are instead of what there is not (404). `asked`: the `linkType` it named."""

    status: int
    asked: str
    model: Text
    links: tuple[Link, ...]


async def answer(request: _Request) -> Response[Any] | LinksToShow | None:
    """What the resolver answers, or None: serve our own page of this code, whether it is known, unknown or none."""
    if request.method == HttpMethod.OPTIONS:
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers=SHARED | {"allow": METHODS, **_MAX_AGE})
    accepted = preferences(request.headers.get("accept"))
    link = parse(link_text(request))
    if isinstance(link, Refusal):
        return None if _wants_page(accepted) else _refused(request, link)
    asked = _asked(link)
    if asked is None:
        return None if _wants_page(accepted) else _doubled(request)
    as_linkset = asked in WHOLE_SET or _prefers_linkset(accepted, asked)
    if not asked and not as_linkset and link.serial is not None:
        return None
    wishes = Wishes(languages=preferences(request.headers.get("accept-language")), media_types=accepted)
    resolved = await resolver.resolve(link, "linkset" if as_linkset else asked, _root(request), wishes, clock.now())
    return _of(request, link, asked, accepted, as_linkset, resolved)


def _of(
    request: _Request,
    link: DigitalLink,
    asked: str,
    accepted: tuple[str, ...],
    as_linkset: bool,
    resolved: Resolved | None,
) -> Response[Any] | LinksToShow | None:
    to_person = _prefers_page(accepted)
    if resolved is None:
        return None if to_person or (not asked and not as_linkset) else _absent(request, Code.NOT_FOUND)
    if as_linkset:
        return _shown(resolved, 200, asked) if to_person else _linkset(request, resolved.levels, accepted, HTTP_200_OK)
    if not resolved.links:
        return _shown(resolved, 404, asked) if to_person else _absent(request, Code.LINK_TYPE_ABSENT)
    if len(resolved.links) > 1:
        return _shown(resolved, 300, asked) if to_person else _choices(request, resolved, accepted)
    (target,) = resolved.links
    if not asked and target.href == resolved.levels[0].anchor:
        return None
    return _sent_on(request, link, target)


def _shown(resolved: Resolved, status: int, asked: str) -> LinksToShow:
    every = tuple(link for level in resolved.levels for link in level.links)
    return LinksToShow(status, asked, resolved.levels[0].description, resolved.links or every)


def headers(request: _Request) -> dict[str, str]:
    """What the answers under a code that is known carry: any origin may read it, and where all its links are told of.
    Other answers carry only `SHARED`, so that nothing in them differs."""
    return SHARED | linked(request)


def linked(request: _Request) -> dict[str, str]:
    """Where all links of the code are told of; nothing for what is no code."""
    link = parse(link_text(request))
    if isinstance(link, Refusal):
        return {}
    return {"link": f'<{_linkset_url(request, link)}>; rel="linkset"; type="{LINKSET_JSON}"'}


def link_text(request: _Request) -> str:
    """Path and query as they came over the wire, but for one slash at the end of the path: the standard asks resolvers
    to bear that one."""
    path = request.scope["raw_path"].partition(b"?")[0]
    if path.endswith(b"/") and path.count(b"/") > 2:
        path = path[:-1]
    query = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


# ---- reading ------------------------------------------------------------------------------------------------------


def _asked(link: DigitalLink) -> str | None:
    """The link type asked for, empty for none; None when two are."""
    asked = {value for name, value in link.extra_parameters if name == "linkType"}
    return None if len(asked) > 1 else next(iter(asked), "")


def _wants_page(accepted: tuple[str, ...]) -> bool:
    """A browser names HTML; who names nothing, or everything, is served what a person would see."""
    return not accepted or any(name in (_HTML, "text/*", "*/*", "application/xhtml+xml") for name in accepted)


def _prefers_page(accepted: tuple[str, ...]) -> bool:
    """HTML by its name, and before any format of linksets."""
    return next((name for name in accepted if name == _HTML or name in _OF_LINKSETS), None) == _HTML


def _prefers_linkset(accepted: tuple[str, ...], asked: str) -> bool:
    """A linkset named before HTML. JSON alone means the linkset only where no link type was named: there it may be what
    the link itself leads to."""
    for name in accepted:
        if name in (LINKSET_JSON, LINKSET_TEXT) or (name == _JSON and not asked):
            return True
        if name in (_HTML, "text/*", "*/*", "application/xhtml+xml"):
            return False
    return False


def _root(request: _Request) -> str:
    root: str = request.app.state.settings.public_url
    return root


def _chinese(request: _Request) -> bool:
    """As our pages: the first language of the reader's that we have, else Chinese."""
    wished = (name[:2] for name in preferences(request.headers.get("accept-language")))
    return next((name for name in wished if name in ("zh", "en")), "zh") == "zh"


# ---- writing ------------------------------------------------------------------------------------------------------


def _linkset_url(request: _Request, link: DigitalLink) -> str:
    return _linkset_at(_root(request), link)


@lru_cache(maxsize=1024)
def _linkset_at(root: str, link: DigitalLink) -> str:
    scheme, _, place = root.partition("://")
    host, slash, stem = place.partition("/")
    plain = msgspec.structs.replace(link, query="linkType=linkset", stem=slash + stem)
    return build(plain, host, scheme=scheme)


def _linkset(request: _Request, levels: tuple[Level, ...], accepted: tuple[str, ...], status: int) -> Response[Any]:
    kind = _kind(accepted)
    chinese = _chinese(request)
    if kind == LINKSET_TEXT:
        body = linkset.linkset_text(levels, chinese).encode()
    else:
        body = msgspec.json.encode(linkset.linkset(levels, chinese))
    told = headers(request)
    if kind != LINKSET_TEXT:
        told["link"] += f', <{linkset.CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    return Response(body, status_code=status, media_type=kind, headers=told | OPEN)


def _kind(accepted: tuple[str, ...]) -> str:
    return next((name for name in accepted if name in _OF_LINKSETS), LINKSET_JSON)


def _choices(request: _Request, resolved: Resolved, accepted: tuple[str, ...]) -> Response[Any]:
    cut = linkset.linkset_of(resolved.links, resolved.levels)
    chosen = _linkset(request, cut, accepted, HTTP_300_MULTIPLE_CHOICES)
    told = chosen.headers["link"]
    for each in resolved.links:
        longer = f"{told}, {linkset.link_value(each, 'alternate', _chinese(request))}"
        if len(longer) > _LONGEST_HEADER:
            break
        told = longer
    chosen.headers["link"] = told
    return chosen


_LONGEST_HEADER: Final = 6_000  # servers before us take some 8 KiB of headers in all; the body has every choice


def _sent_on(request: _Request, link: DigitalLink, target: Link) -> Response[Any]:
    own = target.href.startswith(_root(request) + "/")
    query = linkset.without_link_type(link.query) if own else link.query
    where = {"location": linkset.with_query(target.href, query)}
    return Response(None, status_code=HTTP_307_TEMPORARY_REDIRECT, headers=headers(request) | _NOT_KEPT | where)


def _absent(request: _Request, code: Code) -> Response[Any]:
    return _shared(request, problem(request, code))


def _refused(request: _Request, refusal: Refusal) -> Response[Any]:
    text = refusal.text_zh if _chinese(request) else refusal.text_en
    return _shared(request, problem(request, Code.CODE_INVALID, text, reason=refusal.code))


def _doubled(request: _Request) -> Response[Any]:
    return _shared(request, problem(request, Code.CODE_INVALID, "linkType is named twice", reason="parameter_doubled"))


def _shared(request: _Request, told: Response[bytes]) -> Response[Any]:
    for name, value in headers(request).items():
        told.headers[name] = value
    return told
