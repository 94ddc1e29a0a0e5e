"""What a stranger is answered who opens a product's code: which page, with which status. No HTTP.

A unit's code that is not ours gets one page, whether its GTIN is known or not, found out by the same single query:
nobody learns from it which products or serials exist.
"""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from server.commitments import actions as commitments
from server.commitments.book import Book
from server.network import store as network
from server.platform import clock
from server.portal.firm import Firm, firm
from server.portal.forms import code_of
from server.portal.looking_up import LookingUp
from server.portal.product_page import page_of_number
from server.portal.standing import Standing
from server.portal.unit_page import (
    LinkRow,
    Notice,
    PromiseRow,
    UnitPageView,
    coverage_parts,
    notice_row,
    picture_of,
    promise_row,
    quoted_row,
    render_not_found,
    render_problem,
    render_unit_page,
)
from server.products import actions, coverage_store, link_store, notices, resolver, store
from server.products.page_store import Scanned
from server.products.rules.coverage import verdict
from server.products.rules.digital_link import parse
from server.products.rules.entitlement import Verdict
from server.products.rules.knowledge import facts_of, policies_known
from server.products.rules.refusal import Refusal, Text
from server.products.rules.serial import masked
from server.products.texts import Locale


@dataclass(frozen=True, slots=True)
class Scan:
    """A known unit was opened on this day, as its outlet counts days."""

    unit_id: UUID
    day: date


@dataclass(frozen=True, slots=True)
class Answer:
    """`status`: 200 known, 404 cannot be confirmed, 400 no product code. `scan`: what to count; `unknown`: the number
    and the serial of a code that is not on record."""

    status: int
    html: str
    scan: Scan | None = None
    unknown: tuple[str, str] | None = None


async def answer(link_text: str, locale: Locale, standing: Standing, looking_up: LookingUp) -> Answer:
    """`link_text`: the raw path and query as they came over the wire. A unit's page is one query, shared with whoever
    asks at the same moment; what it shares with others is kept by `standing`."""
    link = parse(link_text)
    if isinstance(link, Refusal):
        return Answer(400, render_problem(link, await firm(), locale))
    known = None if link.serial is None else await looking_up.unit(link.gtin14, link.serial)
    if known is None and (product := await page_of_number(link, locale)) is not None:
        return Answer(200, product)
    if known is None:
        unknown = None if link.serial is None else (link.gtin14, link.serial)
        return Answer(404, render_not_found(await firm(), locale), unknown=unknown)
    standing.as_of(known.generation)
    return await _page_of(known, code_of(link), locale, standing)


async def _page_of(known: Scanned, code: str, locale: Locale, standing: Standing) -> Answer:
    """`code`: the canonical path of the unit's code. The same unit opened again within the minute, as it is by turning
    the language or coming back from a form, is the same page."""
    unit = known.unit
    minute = clock.now().replace(second=0, microsecond=0)
    key = ("page", code, unit["version"], known.repairs, known.served, minute, locale)
    return await standing.get(key, lambda: _made(known, code, locale, standing))


async def _made(known: Scanned, code: str, locale: Locale, standing: Standing) -> Answer:
    unit = known.unit
    outlet = await standing.get(("outlet", unit["outlet_id"]), lambda: network.outlet(unit["outlet_id"]))
    assert outlet is not None, "a unit belongs to an outlet that is on record"
    zone = ZoneInfo(outlet["zone"])
    today = actions.today_in(zone)
    policies = await standing.get("policies", coverage_store.policies)
    judged = verdict(facts_of(unit, known.repairs), policies_known(policies), today, None)
    ours = await standing.get("firm", firm)
    query = f"code={quote(code, safe='/')}&lang={locale}"
    view = UnitPageView(
        brand=ours.brand,
        product_line=Text(unit["line_name"], unit["line_name_en"]),
        model=Text(unit["model_name"], unit["model_name_en"]),
        gtin14=unit["gtin"],
        masked_serial=masked(unit["serial"]),
        promises=await _promises(unit, outlet, zone, judged, ours, standing),
        notices=await _notices(known, today, standing),
        links=await standing.get(("links", unit["gtin"], locale), lambda: _links(unit["gtin"], locale)),
        hotline=ours.hotline,
        service_url=f"/service?{query}",
        register_url=f"/register?{query}",
        mine_url=f"/mine?{query}",
        picture=picture_of(unit["line_code"]),
        **coverage_parts(judged),
    )
    return Answer(200, render_unit_page(view, locale), Scan(unit["id"], today))


async def _notices(known: Scanned, today: date, standing: Standing) -> tuple[Notice, ...]:
    unit = known.unit
    gtin, line = unit["gtin"], unit["line_code"]
    told = await standing.get(("notices", gtin, line, today), lambda: notices.told_of({gtin}, {line}, today))
    return tuple(notice_row(one) for one in notices.concerning(unit, told, known.served)) if told else ()


async def _links(gtin14: str, locale: Locale) -> tuple[LinkRow, ...]:
    model = await link_store.linked_model(gtin14, clock.now())
    if model is None:
        return ()
    return tuple(LinkRow(title=each.title, href=each.href) for each in resolver.shown_links(model, locale))


# ---- what is promised here ----------------------------------------------------------------------------------------


async def _promises(
    unit: store.Row, outlet: network.Row, zone: ZoneInfo, judged: Verdict, ours: Firm, standing: Standing
) -> tuple[PromiseRow, ...]:
    rows = [promise_row("hotline")] if ours.hotline else []
    rows += await _in_force(unit, outlet, zone, standing)
    if judged.on_site:
        rows.append(promise_row("on_site_for_life"))
    return tuple(rows)


async def _in_force(unit: store.Row, outlet: network.Row, zone: ZoneInfo, standing: Standing) -> tuple[PromiseRow, ...]:
    """What a call about this unit would be promised at this moment, to the minute; a policy for several kinds of jobs
    once."""
    kinds = ("repair", "maintenance") if unit["installed_on"] is not None else ("installation", "repair", "maintenance")
    line, now = unit["line_code"], clock.now()

    async def read() -> tuple[PromiseRow, ...]:
        book = await standing.get("book", Book.read)
        cases = [commitments.Case(outlet, kind, now, product_category=line) for kind in kinds]
        made = {one.policy.id: one for one in commitments.promises_by(book, cases) if one is not None}
        return tuple(_quoted(one, zone) for one in made.values())

    minute = now.replace(second=0, microsecond=0)
    return await standing.get(("promises", outlet["id"], line, kinds, minute), read)


def _quoted(made: commitments.Promise, zone: ZoneInfo) -> PromiseRow:
    def local(at: datetime | None) -> datetime | None:
        return None if at is None else at.astimezone(zone)

    return quoted_row(Text(made.name, made.name_en), local(made.respond_by), local(made.resolve_by))
