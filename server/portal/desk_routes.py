"""What the desk sees and does of what customers asked for and said.

| route | who | about whose data |
| --- | --- | --- |
| `/jobs/{id}/request`, its photos, `/jobs/{id}/judgement` | the office | their subtree |
| `/customer-asks`, `/judgements` | the office | their subtree |
| `/jobs/{id}/follow-link`, `/customer-asks/{id}/settle` | who may change jobs | their subtree |
"""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from schemas.accesses import Read
from schemas.base import Instant, Page
from schemas.commitments import Sentence
from schemas.errors import Code
from schemas.service import (
    ConductPoint,
    CustomerAsk,
    FollowLink,
    JobJudgement,
    Judgement,
    NewFollowLink,
    NumberedJudgement,
    OutletJudgements,
    QuotedCoverage,
    RequestPhoto,
    ServiceRequest,
    SettleAsk,
)
from server.jobs import store as jobs
from server.network import store as network
from server.platform import accesses, clock, feed
from server.platform.auth import OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.errors import Refused
from server.platform.moments import with_offset
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.platform.storage import Blobs
from server.portal import asking, following, service_store, symptoms
from server.portal.firm import firm
from server.products import store as products

_READS = at_most(600, timedelta(minutes=1))
_WRITES = at_most(120, timedelta(minutes=1))
_READERS = [only(*OFFICE_READERS), _READS]
_WRITERS = [only(*OFFICE_WRITERS), _WRITES]
_Sha256 = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="lower-case hexadecimal")]


async def _job(caller: Caller, job_id: UUID) -> dict[str, Any]:
    """Raises `Refused(not_found)` outside the caller's subtree, whatever hangs on the job."""
    body = await jobs.body(caller.scope, job_id)
    if body is None:
        raise Refused(Code.NOT_FOUND)
    found: dict[str, Any] = msgspec.json.decode(body)
    return found


async def _record(caller: Caller, job: dict[str, Any], what: Read) -> None:
    """It was read for the job it belongs to."""
    if job["customer_id"] is not None:
        customer_id, job_id = UUID(job["customer_id"]), UUID(job["id"])
        await accesses.record(caller, [customer_id], what, jobs={customer_id: job_id}, record_id=job_id)


# ----------------------------------------------------------------------------------------------------------- requests


@get(
    "/jobs/{job_id:uuid}/request",
    summary="What the customer asked for online, and what they were promised then",
    guards=_READERS,
)
async def show_request(caller: NamedDependency[Caller], job_id: FromPath[UUID]) -> ServiceRequest:
    """404 also for a job that was not asked for online."""
    job = await _job(caller, job_id)
    row = await service_store.request_of(job_id)
    if row is None:
        raise Refused(Code.NOT_FOUND, "nobody asked for this job online")
    await _record(caller, job, Read.REQUEST)
    return ServiceRequest(
        **{name: row[name] for name in ("job_id", "unit_id", "symptom", "words", "preferred_day", "preferred_part")},
        symptom_text=await _symptom(row["unit_id"], row["symptom"]),
        place_known=row["place_known"] or await _has_moved(job),
        coverage=msgspec.json.decode(row["coverage"], type=QuotedCoverage),
        locale=row["locale"],
        asked_at=row["asked_at"],
        photos=[_photo(photo) for photo in await service_store.photos_of(job_id)],
    )


async def _symptom(unit_id: UUID, code: str) -> Sentence | None:
    unit = await products.unit(network.EVERYWHERE, unit_id) if code else None
    known = await symptoms.of_unit(unit) if unit is not None else ()
    return next((Sentence(zh=s.name.zh, en=s.name.en) for s in known if s.code == code), None)


async def _has_moved(job: dict[str, Any]) -> bool:
    """Whether somebody has put the job elsewhere than at its outlet."""
    outlet = await network.outlet(UUID(job["outlet_id"]))
    return outlet is None or (outlet["lat"], outlet["lon"]) != (job["lat"], job["lon"])


def _photo(row: service_store.Row) -> RequestPhoto:
    return RequestPhoto(
        sha256=row["digest"],
        **{name: row[name] for name in ("size", "media_type", "width", "height", "sent_at")},
    )


@get(
    "/jobs/{job_id:uuid}/request/photos/{sha256:str}",
    summary="A photo that the customer sent",
    guards=_READERS,
)
async def show_photo(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], job_id: FromPath[UUID], sha256: _Sha256
) -> Response[bytes]:
    """Drawn anew from what was sent, without what the camera wrote into it. It is for saving or for a page of ours to
    draw, never to be opened as a page."""
    job = await _job(caller, job_id)
    known = next((p for p in await service_store.photos_of(job_id) if p["digest"] == sha256), None)
    blobs: Blobs = request.app.state.blobs
    content = await blobs.get(sha256) if known is not None else None
    if known is None or content is None:
        raise Refused(Code.NOT_FOUND)
    await _record(caller, job, Read.PHOTO)
    headers = {
        "content-disposition": "attachment",
        "cache-control": "private, no-store",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type=known["media_type"], headers=headers)


# -------------------------------------------------------------------------------------------------------------- links


@post(
    "/jobs/{job_id:uuid}/follow-link",
    summary="A link by which the customer follows this job, shown once",
    guards=_WRITERS,
    status_code=HTTP_201_CREATED,
)
async def make_follow_link(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    job_id: FromPath[UUID],
    data: JSONBody[NewFollowLink],
) -> FollowLink:
    """Links made before stay good. Sending needs a telephone number on the job; without one `sent` is false."""
    public_url = request.app.state.settings.public_url
    code, phone = asking.new_code(), (await _job(caller, job_id))["contact_phone"]
    sent = data.send and bool(phone.strip())
    await following.make_for_desk(caller, job_id, code, data.locale, public_url, await firm() if sent else None)
    return FollowLink(url=following.url_of(public_url, code), expires_at=clock.now() + following.LIFETIME, sent=sent)


# --------------------------------------------------------------------------------------------- what customers ask


@get("/customer-asks", summary="What customers ask of the desk, the oldest first", guards=_READERS)
async def list_asks(
    caller: NamedDependency[Caller],
    open_only: Annotated[bool, QueryParameter(name="open")] = True,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[CustomerAsk]:
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    rows = await service_store.asks_page(caller.scope, open_only, after, limit + 1)
    shown = [msgspec.convert(row, CustomerAsk) for row in rows[:limit]]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(rows) > limit else None)


@post(
    "/customer-asks/{ask_id:uuid}/settle",
    summary="It was dealt with; what was done is kept",
    guards=_WRITERS,
    status_code=HTTP_200_OK,
)
async def settle_ask(caller: NamedDependency[Caller], ask_id: FromPath[UUID], data: JSONBody[SettleAsk]) -> CustomerAsk:
    """Settling it twice changes nothing: the first note stays."""
    known = await service_store.ask(caller.scope, ask_id)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    if await service_store.settle_ask(ask_id, caller.user_id, data.note, clock.now()):
        await feed.nudge([f"board:{known['outlet_id']}"])
    return msgspec.convert(await service_store.ask(caller.scope, ask_id), CustomerAsk)


# --------------------------------------------------------------------------------------------------------- judgements


@get("/jobs/{job_id:uuid}/judgement", summary="What the customer says of the work", guards=_READERS)
async def show_judgement(caller: NamedDependency[Caller], job_id: FromPath[UUID]) -> JobJudgement:
    job = await _job(caller, job_id)
    known = (await jobs.job_types([job["job_type"]])).get(job["job_type"], {})
    said = [msgspec.convert(row, Judgement) for row in await service_store.judgements_of(job_id)]
    mine = [one for one in said if str(one.completion_id) == job["completion_id"]]
    points = [ConductPoint(key=p["key"], text=p["text"], text_en=p["text_en"]) for p in following.conduct_of(known)]
    return JobJudgement(job_id=job_id, held=mine[-1] if mine else None, revisions=said, points=points)


@get("/judgements", summary="What customers say, the newest first", guards=_READERS)
async def list_judgements(
    caller: NamedDependency[Caller],
    outlet_id: FromQuery[UUID | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[NumberedJudgement]:
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    rows = await service_store.judgements_page(caller.scope, outlet_id, after, limit + 1)
    shown = [msgspec.convert(row, NumberedJudgement) for row in rows[:limit]]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(rows) > limit else None)


@get("/judgements/by-outlet", summary="Outlet by outlet: mean rating, share solved, conduct", guards=_READERS)
async def show_averages(
    caller: NamedDependency[Caller], since: FromQuery[Instant | None] = None
) -> list[OutletJudgements]:
    """`since`: the last 90 days when left out."""
    rows = await service_store.averages(caller.scope, with_offset("since", since) or clock.now() - timedelta(days=90))
    return [
        msgspec.convert(row | {"conduct": msgspec.json.decode(row["conduct"])}, OutletJudgements)
        for row in map(dict, rows)
    ]


router = Router(
    "/",
    route_handlers=[
        show_request,
        show_photo,
        make_follow_link,
        list_asks,
        settle_ask,
        show_judgement,
        list_judgements,
        show_averages,
    ],
    tags=["customers"],
)
