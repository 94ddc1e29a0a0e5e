"""HTTP of `/verify`: whether a report still stands as it was sealed. No login, nothing personal, no JavaScript.

| request | answer |
| --- | --- |
| GET `/verify` | a page with a form |
| GET `/verify/{code}` | a page, or JSON where `Accept` asks for it and not for HTML; 404 for what we do not know |
| POST `/verify` | a code: 303 to its page; a file: a page |
"""

from datetime import timedelta
from typing import Any, Final

import msgspec
from litestar import HttpMethod, Response, post, route
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_404_NOT_FOUND, HTTP_422_UNPROCESSABLE_ENTITY

from schemas.sealing import Verified
from server.evidence.sealing.codes import read_code
from server.platform.errors import Refused, problem
from server.platform.ratelimit import address_of, at_most
from server.portal import verifying
from server.portal.firm import firm
from server.portal.forms import (
    PAGES_OF_REFUSAL,
    STRANGERS,
    AnyRequest,
    address,
    html,
    locale_of,
    read_form,
    seen_other,
)
from server.portal.texts import say

_MINUTE = timedelta(minutes=1)
_LOOKING = at_most(60, _MINUTE, by=address_of)
_SENDING = at_most(30, 10 * _MINUTE, by=address_of)
_FORM_BYTES: Final = verifying.MOST_MEGABYTES * 1024 * 1024 + 64 * 1024
_READ: dict[str, Any] = {"http_method": [HttpMethod.GET, HttpMethod.HEAD], "include_in_schema": False}


def _refused(request: AnyRequest, refused: Refused) -> Response[Any]:
    """To a program as a problem, to people as a page."""
    if _wants_json(request):
        return problem(request, refused.code, refused.detail, **refused.extra)
    page: Response[Any] = PAGES_OF_REFUSAL[Refused](request, refused)
    return page


@route("/verify", guards=[_LOOKING], exception_handlers=PAGES_OF_REFUSAL, **_READ)
async def show_form(request: AnyRequest) -> Response[Any]:
    locale = locale_of(request)
    return html(verifying.form(await firm(), locale), HTTP_200_OK, locale)


@route("/verify/{typed:str}", guards=[_LOOKING], exception_handlers={Refused: _refused}, **_READ)
async def show_code(request: AnyRequest, typed: FromPath[str]) -> Response[Any]:
    told = await verifying.verified(typed, request.app.state.signing_keys, request.app.state.photos)
    status = HTTP_404_NOT_FOUND if told.status == "unknown" else HTTP_200_OK
    if _wants_json(request):
        return _as_json(told, status)
    locale = locale_of(request)
    answer = html(verifying.by_code(told, await firm(), locale), status, locale)
    answer.headers["vary"] = "Accept, Accept-Language"
    return answer


@post(
    "/verify",
    guards=[_SENDING],
    exception_handlers=PAGES_OF_REFUSAL,
    request_max_body_size=_FORM_BYTES,
    status_code=HTTP_200_OK,
    include_in_schema=False,
)
async def take_form(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    locale = locale_of(request, form)
    if typed := form.texts.get("code", "").strip():
        code = read_code(typed) or "unknown"
        return seen_other(address(f"/verify/{code}", lang=locale))
    content = form.files.get("file")
    if content is None:
        page = verifying.form(await firm(), locale, {"file": say("verify_no_file", locale)})
        return html(page, HTTP_422_UNPROCESSABLE_ENTITY, locale)
    judged = await verifying.judged_file(content, request.app.state.signing_keys)
    page = verifying.by_file(judged, await firm(), locale)
    return html(page, HTTP_200_OK, locale)


def _as_json(told: Verified, status: int) -> Response[Any]:
    headers = STRANGERS | {"vary": "Accept, Accept-Language", "access-control-allow-origin": "*"}
    return Response(msgspec.json.encode(told), status_code=status, media_type="application/json", headers=headers)


def _wants_json(request: AnyRequest) -> bool:
    """It is named, and HTML is not: every browser names that."""
    accept = request.headers.get("accept", "")
    return "json" in accept and "html" not in accept


HANDLERS = [show_form, show_code, take_form]
