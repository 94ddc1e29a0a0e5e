"""HTTP of notices. Headquarters' managers publish; the office reads, and sees of the units those of its subtree; its
writers note which of them have had what the notice asks for. Phones and customers get notices with their unit."""

from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT

from schemas.accounts import Role
from schemas.base import Page
from schemas.errors import Code
from schemas.notices import (
    ConcernedUnit,
    NewNotice,
    Notice,
    NoticeCounts,
    NoticeEdit,
    NoticeKind,
    ServeNotice,
    UnitNotice,
)
from server.platform.auth import OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.errors import Refused
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.products import notice_store, notices

_MINUTE = timedelta(minutes=1)
_READS: dict[str, Any] = {"guards": [only(*OFFICE_READERS), at_most(600, _MINUTE)], "tags": ["notices"]}
#: They look at every unit of a model.
_SEARCHES: dict[str, Any] = {"guards": [only(*OFFICE_READERS), at_most(60, _MINUTE)], "tags": ["notices"]}
_PUBLISHES: dict[str, Any] = {"guards": [only(Role.HQ_MANAGER), at_most(60, _MINUTE)], "tags": ["notices"]}
_NOTES: dict[str, Any] = {"guards": [only(*OFFICE_WRITERS), at_most(600, _MINUTE)], "tags": ["notices"]}


@get("/notices", summary="Recalls, safety notes and bulletins, the newest first", **_READS)
async def list_notices(
    caller: NamedDependency[Caller],
    kind: FromQuery[NoticeKind | None] = None,
    on: FromQuery[date | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[Notice]:
    """`on`: only those that are told on that day."""
    before: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await notice_store.page(kind, on, before, limit + 1)
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None)


@get("/notices/{notice_id:uuid}", summary="One notice", **_READS)
async def show_notice(caller: NamedDependency[Caller], notice_id: FromPath[UUID]) -> Notice:
    return await _notice(notice_id)


async def _notice(notice_id: UUID) -> Notice:
    known = await notice_store.notice(notice_id)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    return known


@get(
    "/units/{unit_id:uuid}/notices",
    guards=[only(Role.TECHNICIAN, *OFFICE_READERS), at_most(600, _MINUTE)],
    summary="Recalls, safety notes and bulletins about a unit, the worst first",
    tags=["notices"],
)
async def list_notices_of_unit(caller: NamedDependency[Caller], unit_id: FromPath[UUID]) -> list[UnitNotice]:
    """Of the office's subtree; technicians ask about units of the jobs they hold."""
    return await notices.told_today(caller, unit_id)


@post("/notices", summary="Publish a recall, a safety note or a bulletin", **_PUBLISHES)
async def publish_notice(caller: NamedDependency[Caller], data: JSONBody[NewNotice]) -> Notice:
    return await notices.publish(caller, data)


@patch("/notices/{notice_id:uuid}", summary="Change or withdraw a notice", **_PUBLISHES)
async def change_notice(
    caller: NamedDependency[Caller], notice_id: FromPath[UUID], data: JSONBody[NoticeEdit]
) -> Notice:
    return await notices.change(caller, notice_id, data)


@get("/notices/{notice_id:uuid}/counts", summary="How many units of mine a notice concerns", **_SEARCHES)
async def count_units(caller: NamedDependency[Caller], notice_id: FromPath[UUID]) -> NoticeCounts:
    return await notice_store.counts(caller.scope, await _notice(notice_id))


@get("/notices/{notice_id:uuid}/units", summary="Units of mine that a notice concerns", **_SEARCHES)
async def list_units(
    caller: NamedDependency[Caller],
    notice_id: FromPath[UUID],
    standing: FromQuery[Literal["open", "served", "all"]] = "open",
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[ConcernedUnit]:
    """Those that have not had what it asks for, unless `standing` says otherwise; in the order they were added."""
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    is_served = {"open": False, "served": True, "all": None}[standing]
    found = await notice_store.concerned(caller.scope, await _notice(notice_id), is_served, after, limit + 1)
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].unit_id) if len(found) > limit else None)


@post(
    "/notices/{notice_id:uuid}/served",
    summary="Note that a unit has had what the notice asks for",
    status_code=HTTP_204_NO_CONTENT,
    **_NOTES,
)
async def note_served(caller: NamedDependency[Caller], notice_id: FromPath[UUID], data: JSONBody[ServeNotice]) -> None:
    await notices.note_served(caller, notice_id, data)


@delete("/notices/{notice_id:uuid}/served/{unit_id:uuid}", summary="That was noted of the wrong unit", **_NOTES)
async def note_not_served(caller: NamedDependency[Caller], notice_id: FromPath[UUID], unit_id: FromPath[UUID]) -> None:
    await notices.note_not_served(caller, notice_id, unit_id)


def handlers() -> list[HTTPRouteHandler]:
    return [
        list_notices,
        list_notices_of_unit,
        show_notice,
        publish_notice,
        change_notice,
        count_units,
        list_units,
        note_served,
        note_not_served,
    ]
