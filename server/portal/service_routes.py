"""HTTP of a customer's request: asked for at `/service?code=…`, followed at `/j/{code}`, judged there. No login.

`/service` takes the product's code in its query, so that its address can never be mistaken for a Digital Link. Forms
come as multipart or urlencoded, and are answered by a page or by 303: a reload never sends anything twice.
"""

import asyncio
from datetime import timedelta
from typing import Any

import structlog
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_404_NOT_FOUND,
    HTTP_409_CONFLICT,
    HTTP_410_GONE,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_507_INSUFFICIENT_STORAGE,
)

from schemas.errors import Code
from server.customers import store as customers
from server.evidence.images.rules import MOST_BYTES
from server.evidence.reports import fetching
from server.evidence.reports import store as reports
from server.evidence.reports.routes import sent
from server.network import store as network
from server.platform import db
from server.platform.errors import Refused
from server.platform.ratelimit import address_of, at_most
from server.platform.waiting import until
from server.portal import asking, following, judging, photos, service_pages, visiting
from server.portal.asking import Kept, NotSent
from server.portal.firm import firm
from server.portal.following import Opened
from server.portal.forms import (
    PAGES_OF_REFUSAL,
    STRANGERS,
    AnyRequest,
    Form,
    address,
    html,
    locale_of,
    read_form,
    seen_other,
)
from server.portal.rules.asked import Asked, Judged, Wished, read_judgement, read_request, read_wish
from server.portal.service_store import Photo
from server.portal.unit_page import render_not_found
from server.products.texts import Locale

log = structlog.get_logger()

_MINUTE = timedelta(minutes=1)
_LOOKING = [at_most(60, _MINUTE, by=address_of)]
#: A family behind one address asks once or twice; a shop in a fair with its customers' phones a little more.
_WRITING = [at_most(40, 10 * _MINUTE, by=address_of)]
_FOLLOWING = [at_most(120, _MINUTE, by=address_of)]
#: It may have to be drawn in the other language first.
_REPORTING = [at_most(20, _MINUTE, by=address_of)]
_SAYING = [at_most(30, 10 * _MINUTE, by=address_of)]

MOST_PHOTOS = 3
PHOTO_FIELDS = tuple(f"photo{n}" for n in range(1, MOST_PHOTOS + 1))
_FORM_BYTES = MOST_PHOTOS * MOST_BYTES + 128 * 1024
_SMALL_FORM = 64 * 1024
#: What every route here shares: its answers are read by people, and described nowhere.
_PAGE: dict[str, Any] = {"exception_handlers": PAGES_OF_REFUSAL, "include_in_schema": False}


# ------------------------------------------------------------------------------------------------------------- asking


@get("/service", guards=_LOOKING, **_PAGE)
async def ask_page(request: AnyRequest, code: FromQuery[str] = "") -> Response[Any]:
    locale = locale_of(request)
    product = await asking.product_of(code)
    if product is None:
        return await _unconfirmed(locale)
    if not await asking.is_offered():
        return html(service_pages.stop("no_service", await firm(), locale, product.path), HTTP_200_OK, locale)
    known = await _known(request, product)
    return html(service_pages.form(product, await firm(), locale, known), HTTP_200_OK, locale)


async def _known(request: AnyRequest, product: asking.Product) -> dict[str, str]:
    """What an owner who has proved to be it need not write again; nothing for anybody else."""
    visitor = await visiting.visitor_of(request, product.unit)
    owner = await customers.load(network.EVERYWHERE, visitor.customer_id) if visitor is not None else None
    return {} if owner is None else {name: owner[name] for name in ("name", "phone", "address")}


async def _unconfirmed(locale: Locale) -> Response[Any]:
    """The same page for every code that is not ours, as a scan of it would open."""
    return html(render_not_found(await firm(), locale), HTTP_404_NOT_FOUND, locale)


@post("/service", guards=_WRITING, request_max_body_size=_FORM_BYTES, status_code=HTTP_200_OK, **_PAGE)
async def review_page(request: AnyRequest) -> Response[Any]:
    """What was written is kept, and quoted for; nothing is sent to anybody."""
    form = await read_form(request)
    locale = locale_of(request, form)
    product = await asking.product_of(form.texts.get("code", ""))
    if product is None:
        return await _unconfirmed(locale)
    if not await asking.is_offered():
        return html(service_pages.stop("no_service", await firm(), locale, product.path), HTTP_200_OK, locale)
    if form.switched:
        return html(service_pages.form(product, await firm(), locale, form.texts), HTTP_200_OK, locale)
    asked = read_request(form.texts, {s.code for s in product.symptoms}, product.today)
    drawn, fault = await _photos(request, form)
    faults = ({} if isinstance(asked, Asked) else dict(asked)) | ({"photo1": fault} if fault else {})
    if faults or not isinstance(asked, Asked):
        page = service_pages.form(product, await firm(), locale, form.texts, faults, again=bool(form.files))
        return html(page, HTTP_422_UNPROCESSABLE_ENTITY, locale)
    review = await asking.draft(product, asked, drawn, locale)
    if review is None:
        page = service_pages.stop("too_many", await firm(), locale, product.path, asked=True)
        return html(page, HTTP_429_TOO_MANY_REQUESTS, locale)
    return html(service_pages.review(product, review, await firm(), locale), HTTP_200_OK, locale)


async def _photos(request: AnyRequest, form: Form) -> tuple[list[Photo], str]:
    """Those that were chosen, or else those of the draft that is being changed; and what is wrong with them."""
    sent = [form.files[name] for name in PHOTO_FIELDS if name in form.files]
    if not sent and (token := form.texts.get("draft")):
        kept = await asking.read_draft(token)
        return list(kept.photos) if kept is not None else [], ""
    drawn = await photos.drawn_anew(request.app.state.images, sent)
    return ([], drawn) if isinstance(drawn, str) else (drawn, "")


@post("/service/send", guards=_WRITING, request_max_body_size=_SMALL_FORM, status_code=HTTP_200_OK, **_PAGE)
async def send(request: AnyRequest) -> Response[Any]:
    """Sends the draft once. Its other buttons go back to the form or change the language, and send nothing."""
    form = await read_form(request)
    locale, token = locale_of(request, form), form.texts.get("token", "")[:100]
    if form.switched or "back" in form.texts:
        kept = await asking.read_draft(token)
        if kept is None:
            return await _not_sent("gone", locale)
        return html(await _again(kept, form, locale), HTTP_200_OK, locale)
    sent = await asking.send(token, request.app.state.blobs, request.app.state.settings.public_url)
    if isinstance(sent, NotSent):
        return await _not_sent(sent.why, locale)
    if sent.code is None:
        return html(service_pages.stop("joined", await firm(), locale, asked=True), HTTP_200_OK, locale)
    return seen_other(_here(sent.code, locale, said="sent"))


async def _again(kept: Kept, form: Form, locale: Locale) -> str:
    if form.switched:
        return service_pages.review(kept.product, kept.review, await firm(), locale)
    asked = kept.review.asked
    written = {
        **{name: getattr(asked, name) for name in ("symptom", "words", "name", "phone", "address", "part")},
        "day": asked.day.isoformat() if asked.day else "",
        "consent": "yes",
        "draft": kept.review.token,
    }
    return service_pages.form(kept.product, await firm(), locale, written, kept_photos=len(kept.photos))


_NOT_SENT = {
    "gone": ("draft_gone", HTTP_410_GONE),
    "too_many": ("too_many", HTTP_429_TOO_MANY_REQUESTS),
    "full": ("no_service", HTTP_507_INSUFFICIENT_STORAGE),
}


async def _not_sent(why: str, locale: Locale) -> Response[Any]:
    key, status = _NOT_SENT[why]
    return html(service_pages.stop(key, await firm(), locale, asked=True), status, locale)


# ---------------------------------------------------------------------------------------------------------- following


@get("/j/{code:str}", guards=_FOLLOWING, **_PAGE)
async def follow_page(request: AnyRequest, code: FromPath[str], said: FromQuery[str] = "") -> Response[Any]:
    """`said`: what was just done, told once above the state."""
    locale = locale_of(request)
    opened = await following.open_link(code)
    if isinstance(opened, str):
        return await _nowhere(opened, locale)
    report = await _state_of_report(opened)
    return html(service_pages.follow(code, opened, await firm(), locale, said, report=report), HTTP_200_OK, locale)


async def _state_of_report(opened: Opened) -> str:
    """`making`, `ready`, `failed`; empty when there is none."""
    completion_id = opened.signed_id
    return "" if completion_id is None else (await reports.states([completion_id])).get(completion_id, "")


@get("/j/{code:str}/report", guards=_REPORTING, **_PAGE)
async def fetch_report(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """The service report of what they signed, as PDF, in the language of the page. It holds their name and address,
    which the page does not show; the link went to them alone, and the paper is theirs."""
    locale = locale_of(request)
    opened = await following.open_link(code)
    if isinstance(opened, str):
        return await _nowhere(opened, locale)
    completion_id = opened.signed_id
    if completion_id is None:
        return await _no_report(code, locale)
    try:
        found = await fetching.ready(completion_id, locale, request.app.state.reporter)
    except Refused as refused:
        if refused.code is not Code.REPORT_NOT_READY:
            raise
        return await _no_report(code, locale)
    answer = await sent(request, found)
    answer.headers.update({name: value for name, value in STRANGERS.items() if name != "cache-control"})
    return answer


async def _no_report(code: str, locale: Locale) -> Response[Any]:
    page = service_pages.stop("report_waits", await firm(), locale, back=_here(code, locale))
    return html(page, HTTP_409_CONFLICT, locale)


async def _nowhere(why: str, locale: Locale) -> Response[Any]:
    status = HTTP_410_GONE if why == "expired" else HTTP_404_NOT_FOUND
    return html(service_pages.stop(f"link_{why}", await firm(), locale), status, locale)


def _here(code: str, locale: Locale, **said: str) -> str:
    return address(f"/j/{code}", **said, lang=locale)


@post("/j/{code:str}/ask", guards=_SAYING, request_max_body_size=_SMALL_FORM, status_code=HTTP_200_OK, **_PAGE)
async def ask_desk(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    form = await read_form(request)
    locale = locale_of(request, form)
    opened = await following.open_link(code)
    if isinstance(opened, str):
        return await _nowhere(opened, locale)
    if form.switched:
        return seen_other(_here(code, locale))
    wished = read_wish(form.texts, opened.today)
    if not isinstance(wished, Wished):
        page = service_pages.follow(code, opened, await firm(), locale, "", form.texts, wished)
        return html(page, HTTP_422_UNPROCESSABLE_ENTITY, locale)
    if not await following.wish(opened, wished):
        page = service_pages.stop("ask_closed", await firm(), locale, back=_here(code, locale), asked=True)
        return html(page, HTTP_409_CONFLICT, locale)
    return seen_other(_here(code, locale, said="asked"))


# ------------------------------------------------------------------------------------------------------------ judging


@get("/j/{code:str}/judge", guards=_FOLLOWING, **_PAGE)
async def judge_page(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    locale = locale_of(request)
    opened = await following.open_link(code)
    if isinstance(opened, str):
        return await _nowhere(opened, locale)
    if not judging.may_judge(opened):
        return await _too_late(code, locale)
    said = _said(opened)
    return html(service_pages.judge(code, opened, await firm(), locale, said), HTTP_200_OK, locale)


def _said(opened: Opened) -> dict[str, str]:
    """What was said before, as the form's fields."""
    before = judging.held(opened)
    if before is None:
        return {}
    rating = "" if before["rating"] is None else str(before["rating"])
    conduct = {f"conduct.{key}": answer for key, answer in before["conduct"].items()}
    return {"solved": "yes" if before["solved"] else "no", "rating": rating, "words": before["words"]} | conduct


async def _too_late(code: str, locale: Locale) -> Response[Any]:
    page = service_pages.stop("judge_closed", await firm(), locale, back=_here(code, locale))
    return html(page, HTTP_409_CONFLICT, locale)


@post("/j/{code:str}/judge", guards=_SAYING, request_max_body_size=_SMALL_FORM, status_code=HTTP_200_OK, **_PAGE)
async def judge(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    form = await read_form(request)
    locale = locale_of(request, form)
    opened = await following.open_link(code)
    if isinstance(opened, str):
        return await _nowhere(opened, locale)
    if form.switched:
        return html(service_pages.judge(code, opened, await firm(), locale, form.texts), HTTP_200_OK, locale)
    judged = read_judgement(form.texts, [point["key"] for point in opened.points])
    if not isinstance(judged, Judged):
        page = service_pages.judge(code, opened, await firm(), locale, form.texts, judged)
        return html(page, HTTP_422_UNPROCESSABLE_ENTITY, locale)
    if not await judging.judge(opened, judged, locale):
        return await _too_late(code, locale)
    return seen_other(_here(code, locale, said="judged" if judged.solved else "not_solved"))


HANDLERS: list[Any] = [ask_page, review_page, send, follow_page, fetch_report, ask_desk, judge_page, judge]

_EVERY_SECONDS = 600.0


async def watch(stopping: asyncio.Event) -> None:
    """Forgets what was written and not sent. Runs until `stopping` is set; a fault of the database is waited out."""
    while not stopping.is_set():
        try:
            await asking.forget_drafts()
        except db.FAULTS as fault:
            log.warning("drafts not forgotten", fault=str(fault))
        await until(stopping, within=_EVERY_SECONDS)
