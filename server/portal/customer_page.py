"""What a stranger is answered who opens a product's code: which page, with which status. No HTTP.

A unit's code that is not ours gets one page, whether its GTIN is known or not, found out by the same single query:
nobody learns from it which products or serials exist.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from server.commitments import actions as commitments
from server.network import store as network
from server.platform import clock
from server.portal.firm import Firm, firm
from server.portal.forms import address, code_of
from server.portal.product_page import page_of_number
from server.portal.unit_page import (
    PromiseRow,
    UnitPageView,
    coverage_parts,
    picture_of,
    promise_row,
    quoted_row,
    render_not_found,
    render_problem,
    render_unit_page,
)
from server.products import actions, store
from server.products.rules.coverage import Verdict
from server.products.rules.digital_link import DigitalLink, parse
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
    """`status`: 200 known, 404 cannot be confirmed, 400 no product code. `scan`: what to count."""

    status: int
    html: str
    scan: Scan | None = None


async def answer(link_text: str, locale: Locale) -> Answer:
    """`link_text`: the raw path and query as they came over the wire."""
    link = parse(link_text)
    if isinstance(link, Refusal):
        return Answer(400, render_problem(link, await firm(), locale))
    known = await _unit(link)
    if known is None and (product := await page_of_number(link, locale)) is not None:
        return Answer(200, product)
    if known is None:
        return Answer(404, render_not_found(await firm(), locale))
    return await _page_of(known, code_of(link), locale)


async def _unit(link: DigitalLink) -> store.Row | None:
    return None if link.serial is None else await store.unit_by_code(link.gtin14, link.serial)


async def _page_of(unit: store.Row, code: str, locale: Locale) -> Answer:
    """`code`: the canonical path of the unit's code."""
    outlet = await network.outlet(unit["outlet_id"])
    assert outlet is not None, "a unit belongs to an outlet that is on record"
    zone = ZoneInfo(outlet["zone"])
    today = actions.today_in(zone)
    judged = await actions.judge(unit, today)
    ours = await firm()
    view = UnitPageView(
        brand=ours.brand,
        product_line=Text(unit["line_name"], unit["line_name_en"]),
        model=Text(unit["model_name"], unit["model_name_en"]),
        gtin14=unit["gtin"],
        masked_serial=masked(unit["serial"]),
        promises=await _promises(unit, outlet, zone, judged, ours),
        notices=None,
        hotline=ours.hotline,
        service_url=address("/service", code=code, lang=locale),
        picture=picture_of(unit["line_code"]),
        **coverage_parts(judged),
    )
    return Answer(200, render_unit_page(view, locale), Scan(unit["id"], today))


# ---- what is promised here ----------------------------------------------------------------------------------------


async def _promises(
    unit: store.Row, outlet: network.Row, zone: ZoneInfo, judged: Verdict, ours: Firm
) -> tuple[PromiseRow, ...]:
    rows = [promise_row("hotline")] if ours.hotline else []
    rows += [_quoted(made, zone) for made in await _in_force(unit, outlet, clock.now())]
    if judged.on_site:
        rows.append(promise_row("on_site_for_life"))
    return tuple(rows)


async def _in_force(unit: store.Row, outlet: network.Row, now: datetime) -> list[commitments.Promise]:
    """What a call about this unit would be promised at this moment; a policy for several kinds of jobs once."""
    wanted = (
        ["repair", "maintenance"] if unit["installed_on"] is not None else ["installation", "repair", "maintenance"]
    )
    found = await commitments.promises_for([commitments.Case(outlet, job_type, now) for job_type in wanted])
    return list({made.policy.id: made for made in found if made is not None}.values())


def _quoted(made: commitments.Promise, zone: ZoneInfo) -> PromiseRow:
    def local(at: datetime | None) -> datetime | None:
        return None if at is None else at.astimezone(zone)

    return quoted_row(Text(made.name, made.name_en), local(made.respond_by), local(made.resolve_by))
