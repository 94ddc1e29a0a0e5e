"""HTTP of what the hard rules of dispatch are held by.

| route | who | about whose data |
| --- | --- | --- |
| `/absences` read | the office | their subtree |
| `/skills` read | anyone logged in | all |
| `/skills` write | HQ managers | all |
| certificates, absences, vans, depots read | the office | their subtree |
| certificates, freezing write | managers | their subtree |
| absences, vans, depots write | the office's writers | their subtree |
| `/borrowings` | the office; who agrees stands in `lending` | where their subtree borrows or lends |
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter, QueryParameter
from litestar.status_codes import HTTP_200_OK

from schemas.accounts import Role
from schemas.base import Instant, Page
from schemas.network import (
    Absence,
    Borrowing,
    Certificate,
    Counted,
    DispatchSettings,
    NewAbsence,
    NewBorrowing,
    NewCertificate,
    Outlet,
    Skill,
    SkillTerms,
    StockLine,
)
from server.network import lending, people, people_store
from server.platform.auth import MANAGERS, OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.moments import with_offset
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most

_WRITES = at_most(600, timedelta(minutes=1))
SkillCode = Annotated[str, PathParameter(pattern="^[a-z0-9_]{1,40}$")]


@get("/skills", summary="Skills the firm knows, and which need a certificate")
async def list_skills(caller: NamedDependency[Caller]) -> list[Skill]:
    return await people_store.skills()


@put("/skills/{code:str}", summary="Add a skill, or put it anew", guards=[only(Role.HQ_MANAGER), _WRITES])
async def put_skill(code: SkillCode, data: JSONBody[SkillTerms]) -> Skill:
    return await people.keep_skill(code, data)


@get(
    "/technicians/{technician_id:uuid}/certificates",
    summary="Certificates of a technician, the withdrawn among them",
    guards=[only(*OFFICE_READERS)],
)
async def list_certificates(caller: NamedDependency[Caller], technician_id: FromPath[UUID]) -> list[Certificate]:
    return await people.certificates(caller, technician_id)


@post(
    "/technicians/{technician_id:uuid}/certificates",
    summary="Add a certificate",
    guards=[only(*MANAGERS), _WRITES],
)
async def add_certificate(
    caller: NamedDependency[Caller], technician_id: FromPath[UUID], data: JSONBody[NewCertificate]
) -> Certificate:
    return await people.add_certificate(caller, technician_id, data)


@post(
    "/technicians/{technician_id:uuid}/certificates/{certificate_id:uuid}/withdraw",
    summary="Withdraw a certificate",
    guards=[only(*MANAGERS), _WRITES],
    status_code=HTTP_200_OK,
)
async def withdraw_certificate(
    caller: NamedDependency[Caller], technician_id: FromPath[UUID], certificate_id: FromPath[UUID]
) -> Certificate:
    return await people.withdraw_certificate(caller, technician_id, certificate_id)


@get(
    "/technicians/{technician_id:uuid}/absences",
    summary="Absences of a technician, the withdrawn among them; the latest first",
    guards=[only(*OFFICE_READERS)],
)
async def list_absences(
    caller: NamedDependency[Caller],
    technician_id: FromPath[UUID],
    starts: Annotated[Instant | None, QueryParameter(name="from")] = None,
    ends: Annotated[Instant | None, QueryParameter(name="to")] = None,
) -> list[Absence]:
    return await people.absences(caller, technician_id, with_offset("from", starts), with_offset("to", ends))


@get("/absences", summary="Who of my subtree is away in a span, at most 31 days", guards=[only(*OFFICE_READERS)])
async def list_absences_in(
    caller: NamedDependency[Caller],
    starts: Annotated[Instant, QueryParameter(name="from")],
    ends: Annotated[Instant, QueryParameter(name="to")],
) -> list[Absence]:
    """Absences that share an instant with [from, to), without the withdrawn; by their beginning."""
    return await people.absences_in(caller, _told("from", starts), _told("to", ends))


def _told(name: str, at: datetime) -> datetime:
    told = with_offset(name, at)
    assert told is not None
    return told


@post(
    "/technicians/{technician_id:uuid}/absences",
    summary="Add an absence; visits booked in it stay booked until somebody moves them",
    guards=[only(*OFFICE_WRITERS), _WRITES],
)
async def add_absence(
    caller: NamedDependency[Caller], technician_id: FromPath[UUID], data: JSONBody[NewAbsence]
) -> Absence:
    return await people.add_absence(caller, technician_id, data)


@post(
    "/technicians/{technician_id:uuid}/absences/{absence_id:uuid}/withdraw",
    summary="Withdraw an absence",
    guards=[only(*OFFICE_WRITERS), _WRITES],
    status_code=HTTP_200_OK,
)
async def withdraw_absence(
    caller: NamedDependency[Caller], technician_id: FromPath[UUID], absence_id: FromPath[UUID]
) -> Absence:
    return await people.withdraw_absence(caller, technician_id, absence_id)


@get(
    "/technicians/{technician_id:uuid}/van",
    summary="Parts on a technician's van, as counted",
    guards=[only(*OFFICE_READERS)],
)
async def read_van(caller: NamedDependency[Caller], technician_id: FromPath[UUID]) -> list[StockLine]:
    return await people.van(caller, technician_id)


@put(
    "/technicians/{technician_id:uuid}/van",
    summary="What was counted on a technician's van",
    guards=[only(*OFFICE_WRITERS), _WRITES],
)
async def count_van(
    caller: NamedDependency[Caller], technician_id: FromPath[UUID], data: JSONBody[Counted]
) -> list[StockLine]:
    return await people.count_van(caller, technician_id, data)


@get(
    "/outlets/{outlet_id:uuid}/depot",
    summary="Parts at an outlet's depot, as counted",
    guards=[only(*OFFICE_READERS)],
)
async def read_depot(caller: NamedDependency[Caller], outlet_id: FromPath[UUID]) -> list[StockLine]:
    return await people.depot(caller, outlet_id)


@put(
    "/outlets/{outlet_id:uuid}/depot",
    summary="What was counted at an outlet's depot",
    guards=[only(*OFFICE_WRITERS), _WRITES],
)
async def count_depot(
    caller: NamedDependency[Caller], outlet_id: FromPath[UUID], data: JSONBody[Counted]
) -> list[StockLine]:
    return await people.count_depot(caller, outlet_id, data)


@patch(
    "/outlets/{outlet_id:uuid}/dispatch",
    summary="How an outlet is dispatched: its freeze horizon",
    guards=[only(*MANAGERS), _WRITES],
)
async def set_dispatch(
    caller: NamedDependency[Caller], outlet_id: FromPath[UUID], data: JSONBody[DispatchSettings]
) -> Outlet:
    return await people.set_freeze(caller, outlet_id, data.freeze_minutes)


@get(
    "/borrowings",
    summary="People lent to or by outlets of my subtree, the newest first",
    guards=[only(*OFFICE_READERS)],
)
async def list_borrowings(
    caller: NamedDependency[Caller],
    outlet_id: FromQuery[UUID | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[Borrowing]:
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await lending.page(caller, outlet_id, after, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@post(
    "/borrowings",
    summary="Ask for a technician of another outlet; lent at once when the caller may speak for the lender",
    guards=[only(*OFFICE_WRITERS), _WRITES],
)
async def ask_borrowing(caller: NamedDependency[Caller], data: JSONBody[NewBorrowing]) -> Borrowing:
    return await lending.ask(caller, data)


@post(
    "/borrowings/{borrowing_id:uuid}/agree",
    summary="Agree to lend",
    guards=[only(*MANAGERS), _WRITES],
    status_code=HTTP_200_OK,
)
async def agree_borrowing(caller: NamedDependency[Caller], borrowing_id: FromPath[UUID]) -> Borrowing:
    return await lending.agree(caller, borrowing_id)


@post(
    "/borrowings/{borrowing_id:uuid}/end",
    summary="End a loan now, refuse it, or take it back",
    guards=[only(*OFFICE_WRITERS), _WRITES],
    status_code=HTTP_200_OK,
)
async def end_borrowing(caller: NamedDependency[Caller], borrowing_id: FromPath[UUID]) -> Borrowing:
    return await lending.end(caller, borrowing_id)


router = Router(
    "/",
    route_handlers=[
        list_skills,
        put_skill,
        list_certificates,
        add_certificate,
        withdraw_certificate,
        list_absences,
        list_absences_in,
        add_absence,
        withdraw_absence,
        read_van,
        count_van,
        read_depot,
        count_depot,
        set_dispatch,
        list_borrowings,
        ask_borrowing,
        agree_borrowing,
        end_borrowing,
    ],
    tags=["people"],
)
