"""HTTP of what an owner does: register a unit, prove who they are, see what is theirs. Pages and forms, no login.

| address | what |
| --- | --- |
| `/register?code=…` | the form; sent: 303 to `/registered?code=…` |
| `/proof?code=…&next=…` | which phone; sent: 303 to `/proof/code?…`, whichever phone it was |
| `/proof/code?ask=…&code=…&next=…` | the code; right: 303 to `next` with the cookie of a session |
| `/mine?code=…` | what is theirs; without a session 303 to `/proof` |
| `/mine/follow`, `/mine/leave` | 303 to a new link of the unit's open repair; the session ends |

`code` is the path of the unit's code. A code that is not ours gets the page that says so, as it does itself.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from litestar import Response, Router, get, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.status_codes import HTTP_400_BAD_REQUEST, HTTP_404_NOT_FOUND

from server.platform import clock, db
from server.platform.ratelimit import address_of, at_most
from server.portal import mine, proofs, proving, registering, store
from server.portal.firm import firm
from server.portal.forms import (
    PAGES_OF_REFUSAL,
    AnyRequest,
    Form,
    address,
    code_of,
    html,
    link_of_code,
    locale_of,
    read_form,
    seen_other,
)
from server.portal.proofs import Proof
from server.portal.proving import SESSION_LIFETIME
from server.portal.rendering import render
from server.portal.rules.phone import masked_phone, normal_phone
from server.portal.rules.registration import read
from server.portal.texts import say
from server.portal.unit_page import render_not_found, render_problem
from server.portal.visiting import COOKIE, ask_url, visitor_of
from server.products import store as products
from server.products.rules.digital_link import DigitalLink
from server.products.rules.refusal import Refusal, Text
from server.products.rules.serial import masked
from server.products.rules.unit import latest_today
from server.products.texts import Locale

log = structlog.get_logger()

_MINUTE: Final = timedelta(minutes=1)
_READS: Final = [at_most(120, _MINUTE, by=address_of)]
_WRITES: Final = [at_most(20, _MINUTE, by=address_of)]
_PROOF_LIMIT: Final = proofs.MOST_BYTES + 256 * 1024
_FORM_LIMIT: Final = 64 * 1024
_NEXT: Final = re.compile(r"/(mine|service|register)\?[\x21-\x7e]*\Z")


class Opened(msgspec.Struct, frozen=True):
    """The unit that an address names: its row, and its code as `?code=` takes it."""

    unit: products.Row
    link: DigitalLink
    code: str

    @property
    def shown(self) -> dict[str, Any]:
        model = Text(self.unit["model_name"], self.unit["model_name_en"])
        return {"model": model, "masked_serial": masked(self.unit["serial"]), "code": self.code}


async def _opened(code: str, locale: Locale) -> Opened | Response[Any]:
    """The unit, or the page that a code gets which is none of ours: the same as the code itself."""
    link = link_of_code(code[:2048])
    if isinstance(link, Refusal):
        return html(render_problem(link, await firm(), locale), HTTP_400_BAD_REQUEST, locale)
    unit = await products.unit_by_code(link.gtin14, link.serial or "")
    if unit is None:
        return html(render_not_found(await firm(), locale), HTTP_404_NOT_FOUND, locale)
    return Opened(unit, link, code_of(link))


# --------------------------------------------------------------------------------------------------------- registering


@get("/register", guards=_READS)
async def show_register(request: AnyRequest) -> Response[Any]:
    locale = locale_of(request)
    opened = await _opened(request.query_params.get("code", ""), locale)
    if isinstance(opened, Response):
        return opened
    return await _register_form(opened, locale, {"once": str(clock.new_id())}, {})


@post("/register", guards=_WRITES, request_max_body_size=_PROOF_LIMIT)
async def register(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    locale = locale_of(request, form)
    opened = await _opened(form.texts.get("code", ""), locale)
    if isinstance(opened, Response):
        return opened
    once = _uuid(form.texts.get("once", "")) or clock.new_id()
    kept = {**form.texts, "once": str(once)}
    if form.switched:
        return await _register_form(opened, locale, kept, {}, file_lost=bool(form.files))
    asked = read(form.texts, latest_today(clock.now()))
    proof = await _proof(request, form)
    if isinstance(asked, dict) or isinstance(proof, str):
        faults = (asked if isinstance(asked, dict) else {}) | ({"proof": proof} if isinstance(proof, str) else {})
        return await _register_form(opened, locale, kept, faults, file_lost=isinstance(proof, Proof))
    answer = seen_other(address("/registered", code=opened.code, lang=locale))
    if await registering.register(once, opened.unit, asked, proof, locale):
        answer.background = BackgroundTask(_after, registering.put_to_file, once)
    return answer


async def _proof(request: AnyRequest, form: Form) -> Proof | str | None:
    content = form.files.get("proof")
    return None if content is None else await proofs.checked(request.app.state.images, content)


async def _register_form(
    opened: Opened, locale: Locale, values: Mapping[str, str], faults: Mapping[str, str], *, file_lost: bool = False
) -> Response[Any]:
    page = render(
        "register.html",
        locale,
        form_id="register",
        brand=(await firm()).brand,
        values=values,
        faults=_said(faults, locale),
        file_lost=file_lost,
        megabytes=str(proofs.MEGABYTES),
        today=latest_today(clock.now()).isoformat(),
        **opened.shown,
    )
    return html(page, HTTP_400_BAD_REQUEST if faults else 200, locale)


@get("/registered", guards=_READS)
async def show_registered(request: AnyRequest) -> Response[Any]:
    locale = locale_of(request)
    opened = await _opened(request.query_params.get("code", ""), locale)
    if isinstance(opened, Response):
        return opened
    page = render("registered.html", locale, keep={"code": opened.code}, brand=(await firm()).brand, **opened.shown)
    return html(page, locale=locale)


# ------------------------------------------------------------------------------------------------------------- proving


@get("/proof", guards=_READS)
async def show_proof(request: AnyRequest) -> Response[Any]:
    return await _proof_page(request, locale_of(request), request.query_params, {})


@post("/proof", guards=_WRITES, request_max_body_size=_FORM_LIMIT)
async def ask_code(request: AnyRequest) -> Response[Any]:
    """The same answer for every phone and every well-formed code, by the same single statement."""
    form = await read_form(request)
    locale = locale_of(request, form)
    if form.switched:
        return await _proof_page(request, locale, form.texts, {})
    link = link_of_code(form.texts.get("code", ""))
    phone = normal_phone(form.texts.get("phone", ""))
    if isinstance(link, Refusal) or phone is None:
        return await _proof_page(request, locale, form.texts, {} if phone else {"phone": "fault_your_phone"})
    kept = request.app.state.secrets
    asked = await proving.ask(kept, link, phone, address_of(request))
    if asked is None:
        return html(render("busy.html", locale, brand=(await firm()).brand), 429, locale)
    to = address(
        "/proof/code",
        ask=str(asked),
        code=code_of(link),
        next=_next(form.texts, code_of(link)),
        phone=masked_phone(phone),
        lang=locale,
    )
    answer = seen_other(to)
    answer.background = BackgroundTask(_after, proving.deliver, kept, asked, link, phone, locale)
    return answer


async def _proof_page(
    request: AnyRequest, locale: Locale, values: Mapping[str, str], faults: Mapping[str, str]
) -> Response[Any]:
    link = link_of_code(values.get("code", "")[:2048])
    ours = await firm()
    if isinstance(link, Refusal):
        return html(render_problem(link, ours, locale), HTTP_400_BAD_REQUEST, locale)
    page = render(
        "proof.html",
        locale,
        form_id="proof",
        brand=ours.brand,
        code=code_of(link),
        next=_next(values, code_of(link)),
        phone=values.get("phone", ""),
        faults=_said(faults, locale),
    )
    return html(page, HTTP_400_BAD_REQUEST if faults else 200, locale)


@get("/proof/code", guards=_READS)
async def show_code(request: AnyRequest) -> Response[Any]:
    return await _code_page(locale_of(request), request.query_params, {})


@post("/proof/code", guards=_WRITES, request_max_body_size=_FORM_LIMIT)
async def open_by_code(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    locale = locale_of(request, form)
    if form.switched:
        return await _code_page(locale, form.texts, {})
    link = link_of_code(form.texts.get("code", ""))
    asked = _uuid(form.texts.get("ask", ""))
    if isinstance(link, Refusal) or asked is None:
        return await _code_page(locale, form.texts, {"typed": "fault_code"})
    unit = await products.unit_by_code(link.gtin14, link.serial or "")
    typed = re.sub(r"\s", "", form.texts.get("typed", ""))[:20]
    token = await proving.open_by_code(request.app.state.secrets, asked, None if unit is None else unit["id"], typed)
    if token is None:
        return await _code_page(locale, form.texts, {"typed": "fault_code"})
    answer = seen_other(_next(form.texts, code_of(link)))
    answer.cookies.append(_cookie(request, token, int(SESSION_LIFETIME.total_seconds())))
    return answer


async def _code_page(locale: Locale, values: Mapping[str, str], faults: Mapping[str, str]) -> Response[Any]:
    link = link_of_code(values.get("code", "")[:2048])
    ours = await firm()
    if isinstance(link, Refusal):
        return html(render_problem(link, ours, locale), HTTP_400_BAD_REQUEST, locale)
    page = render(
        "code.html",
        locale,
        form_id="code-form",
        brand=ours.brand,
        ask=str(_uuid(values.get("ask", "")) or ""),
        code=code_of(link),
        next=_next(values, code_of(link)),
        phone=masked_shown(values.get("phone", "")),
        faults=_said(faults, locale),
    )
    return html(page, HTTP_400_BAD_REQUEST if faults else 200, locale)


def masked_shown(text: str) -> str:
    """A masked number as this page was told it; whatever else stood there is not repeated."""
    return text if re.fullmatch(r"[0-9]{0,3}••••[0-9]{0,4}", text) else "••••"


def _cookie(request: AnyRequest, token: str, seconds: int) -> Cookie:
    secure = request.app.state.settings.public_url.startswith("https://")
    return Cookie(COOKIE, value=token, max_age=seconds, path="/", httponly=True, secure=secure, samesite="lax")


def _next(values: Mapping[str, str], code: str) -> str:
    """Where it goes on, within our own pages; what is theirs when nothing else was said."""
    wanted = values.get("next", "")
    return wanted if _NEXT.match(wanted) and len(wanted) < 2000 else address("/mine", code=code)


# -------------------------------------------------------------------------------------------------------------- theirs


@get("/mine", guards=_READS)
async def show_mine(request: AnyRequest) -> Response[Any]:
    locale = locale_of(request)
    opened = await _opened(request.query_params.get("code", ""), locale)
    if isinstance(opened, Response):
        return opened
    visitor = await visitor_of(request, opened.unit)
    if visitor is None:
        return seen_other(ask_url(opened.code, address("/mine", code=opened.code)))
    page = render(
        "mine.html",
        locale,
        keep={"code": opened.code},
        brand=(await firm()).brand,
        serial=opened.unit["serial"],
        owner=await proving.owner_of(visitor),
        unit=opened.unit,
        registrations=await store.of_customer(opened.unit["id"], visitor.customer_id),
        job=await mine.open_job(visitor),
        minutes=str(int(SESSION_LIFETIME.total_seconds() // 60)),
        **opened.shown,
    )
    return html(page, locale=locale)


@post("/mine/follow", guards=_WRITES, request_max_body_size=_FORM_LIMIT)
async def follow(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    opened = await _opened(form.texts.get("code", ""), locale_of(request, form))
    if isinstance(opened, Response):
        return opened
    visitor = await visitor_of(request, opened.unit)
    code = None if visitor is None else await mine.follow(visitor)
    return seen_other(address("/mine", code=opened.code) if code is None else f"/j/{code}")


@post("/mine/leave", guards=_WRITES, request_max_body_size=_FORM_LIMIT)
async def leave(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    if token := request.cookies.get(COOKIE):
        await proving.end_session(token)
    link = link_of_code(form.texts.get("code", ""))
    answer = seen_other("/01" if isinstance(link, Refusal) else code_of(link))
    answer.cookies.append(_cookie(request, "", 0))
    return answer


# ------------------------------------------------------------------------------------------------------------------ all


def _said(faults: Mapping[str, str], locale: Locale) -> dict[str, str]:
    return {name: say(key, locale, megabytes=str(proofs.MEGABYTES)) for name, key in faults.items()}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _after(work: Any, *args: Any) -> None:
    """After the answer is out: what fails here must not become a fault of the answer; the desk, or asking again, mends
    it."""
    try:
        await work(*args)
    except db.FAULTS as fault:
        log.warning("not done after the answer", work=work.__name__, fault=type(fault).__name__)


router = Router(
    "/",
    route_handlers=[
        show_register,
        register,
        show_registered,
        show_proof,
        ask_code,
        show_code,
        open_by_code,
        show_mine,
        follow,
        leave,
    ],
    exception_handlers=PAGES_OF_REFUSAL,
    include_in_schema=False,
)
