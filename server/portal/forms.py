"""Forms without JavaScript: read within bounds, answered by a page or by 303.

No other site can send one in a visitor's name: the cookie of a session is SameSite=Lax, and a browser that says the
request comes from elsewhere (`Sec-Fetch-Site`) is refused. `Origin` cannot serve: our pages send no referrer, and then
browsers send `Origin: null` with their own forms too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from litestar import MediaType, Request, Response
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException, HTTPException
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_303_SEE_OTHER,
    HTTP_400_BAD_REQUEST,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_429_TOO_MANY_REQUESTS,
)
from litestar.types import ExceptionHandlersMap

from schemas.errors import Code
from server.platform.errors import MEANING, Refused
from server.platform.text import forbidden_in
from server.portal.rendering import choose_locale, render
from server.portal.texts import TEXTS
from server.products.rules.digital_link import DigitalLink, parse, path_of, refuse
from server.products.rules.refusal import Refusal
from server.products.texts import Locale

AnyRequest = Request[Any, Any, Any]

#: Of every page: nothing runs, nothing comes from or goes to elsewhere, nobody stores, indexes or frames it.
STRANGERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
}

LONGEST_TEXT: Final = 4000
_MOST_FIELDS: Final = 40
_FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")


class Form(msgspec.Struct, frozen=True):
    """What was sent: the first value of each name, and of each file its bytes (none when nothing was chosen)."""

    texts: Mapping[str, str]
    files: Mapping[str, bytes]

    @property
    def switched(self) -> bool:
        """The button that changes the language was pressed: show the form again, do nothing."""
        return bool(self.texts.get("lang"))


async def read_form(request: AnyRequest) -> Form:
    """The size of the body is bounded by the route. Raises `Refused`: `forbidden` (another site's form), `malformed`,
    `text_forbidden_character`, `unsupported_media_type`."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(Code.FORBIDDEN, "cross-site")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _FORMS:
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE)
    try:
        sent = list((await request.form()).multi_items())
    except (UnicodeDecodeError, LookupError) as fault:  # not the text it says it is
        raise Refused(Code.MALFORMED, "text") from fault
    if len(sent) > _MOST_FIELDS:
        raise Refused(Code.MALFORMED, "too many fields")
    texts: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for name, value in sent:
        if isinstance(value, UploadFile):
            content = await value.read()
            if content:
                files.setdefault(name, content)
        else:
            texts.setdefault(name, str(value).replace("\r\n", "\n"))
    if any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise Refused(Code.MALFORMED, "too long")
    if (found := forbidden_in(texts)) is not None:
        raise Refused(Code.TEXT_FORBIDDEN_CHARACTER, found)
    return Form(texts, files)


def locale_of(request: AnyRequest, form: Form | None = None) -> Locale:
    """The language the form was switched to or written in (`locale`), else the address's, else the browser's."""
    asked = None if form is None else form.texts.get("lang") or form.texts.get("locale")
    return choose_locale(asked or request.query_params.get("lang"), request.headers.get("accept-language"))


def link_of_code(text: str) -> DigitalLink | Refusal:
    """The unit that an address names as `?code=/01/…/21/…`; a code without a serial names none."""
    if not text.startswith("/"):
        return refuse("not_a_digital_link")
    link = parse(text)
    return refuse("not_a_digital_link") if isinstance(link, DigitalLink) and link.serial is None else link


def code_of(link: DigitalLink) -> str:
    """The canonical path of a unit's code, as `?code=` takes it."""
    return path_of(DigitalLink(link.gtin14, serial=link.serial))


def address(path: str, **query: str) -> str:
    """`/register?code=/01/…`: the code's own percent signs are quoted."""
    return f"{path}?{urlencode(query, quote_via=quote, safe='/')}"


def html(text: str, status: int = HTTP_200_OK, locale: Locale = "zh-CN") -> Response[Any]:
    headers = STRANGERS | {"content-language": locale}
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)


def seen_other(to: str) -> Response[Any]:
    """After a form was taken: whoever reloads asks again, and sends nothing twice."""
    return Response(None, status_code=HTTP_303_SEE_OTHER, headers=STRANGERS | {"location": to})


# ---- refusals as pages --------------------------------------------------------------------------------------------


def busy(request: AnyRequest, retry_after: object = 60) -> Response[Any]:
    """Too often. It names no firm: refusing must not cost a query."""
    locale = locale_of(request)
    answer = html(render("busy.html", locale, brand=TEXTS["unit_title"]), HTTP_429_TOO_MANY_REQUESTS, locale)
    answer.headers["retry-after"] = str(retry_after)
    return answer


def _stopped(request: AnyRequest, key: str, status: int) -> Response[Any]:
    locale = locale_of(request)
    return html(render("stopped.html", locale, brand=TEXTS["unit_title"], detail=key), status, locale)


def _refused(request: AnyRequest, refused: Refused) -> Response[Any]:
    if refused.code is Code.TOO_MANY_REQUESTS:
        return busy(request, refused.extra.get("retry_after", 60))
    if refused.code is Code.BODY_TOO_LARGE:
        return _stopped(request, "stopped_too_large", HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    key = "stopped_elsewhere" if refused.code is Code.FORBIDDEN else "stopped_malformed"
    return _stopped(request, key, MEANING[refused.code][0])


def _client(request: AnyRequest, fault: HTTPException) -> Response[Any]:
    if fault.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        return _stopped(request, "stopped_too_large", fault.status_code)
    return _stopped(request, "stopped_malformed", HTTP_400_BAD_REQUEST)


#: For routes whose answers people read.
PAGES_OF_REFUSAL: Final[ExceptionHandlersMap] = {Refused: _refused, ClientException: _client}
