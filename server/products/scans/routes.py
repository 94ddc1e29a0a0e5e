"""HTTP of alarms about scans.

| route | who | about whose data |
| --- | --- | --- |
| `/scan-alarms` read | the office | units of their subtree; codes that are not on record: headquarters |
| `/scan-alarms/{id}/take`, `…/give`, `…/put-back` | who may write at the desk | likewise |
| `/scan-alarms/{id}/close` | managers | likewise |
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from schemas.base import Page
from schemas.hands import Give, PutBack
from schemas.scans import CloseScanAlarm, ScanAlarm, TakeScanAlarm
from server.platform.auth import MANAGERS, OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.products.scans import alarms

_MINUTE = timedelta(minutes=1)
_READS = [only(*OFFICE_READERS), at_most(600, _MINUTE)]
_HANDS = [only(*OFFICE_WRITERS), at_most(120, _MINUTE)]


@get(
    "/scan-alarms",
    guards=_READS,
    summary="Codes that more than one product may carry, what was raised last first",
    tags=["products"],
)
async def list_alarms(
    caller: NamedDependency[Caller],
    open_only: Annotated[bool, QueryParameter(name="open")] = True,
    outlet_id: FromQuery[UUID | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[ScanAlarm]:
    """`open`: those that somebody has to look into, taken or not; false: all."""
    before = decode_cursor(cursor, tuple[datetime, UUID]) if cursor else None
    found = await alarms.page(caller, open_only, outlet_id, before, limit + 1)
    shown = found[:limit]
    more = encode_cursor(shown[-1].raised_at, shown[-1].id) if len(found) > limit else None
    return Page(items=shown, next_cursor=more)


@get("/scan-alarms/{alarm_id:uuid}", guards=_READS, summary="One of them, with its evidence", tags=["products"])
async def show_alarm(caller: NamedDependency[Caller], alarm_id: FromPath[UUID]) -> ScanAlarm:
    return await alarms.read(caller, alarm_id)


@post(
    "/scan-alarms/{alarm_id:uuid}/take",
    guards=_HANDS,
    status_code=HTTP_200_OK,
    tags=["products"],
    summary="Look into it",
)
async def take_alarm(
    caller: NamedDependency[Caller], alarm_id: FromPath[UUID], data: JSONBody[TakeScanAlarm]
) -> ScanAlarm:
    return await alarms.take(caller, alarm_id, data)


@post(
    "/scan-alarms/{alarm_id:uuid}/give",
    guards=_HANDS,
    status_code=HTTP_200_OK,
    tags=["products"],
    summary="Give it to a colleague who may look into it and is told",
)
async def give_alarm(caller: NamedDependency[Caller], alarm_id: FromPath[UUID], data: JSONBody[Give]) -> ScanAlarm:
    return await alarms.give(caller, alarm_id, data)


@post(
    "/scan-alarms/{alarm_id:uuid}/put-back",
    guards=_HANDS,
    status_code=HTTP_200_OK,
    tags=["products"],
    summary="Put it back: nobody looks into it, and it waits on every desk again",
)
async def put_back_alarm(
    caller: NamedDependency[Caller], alarm_id: FromPath[UUID], data: JSONBody[PutBack]
) -> ScanAlarm:
    return await alarms.put_back(caller, alarm_id, data.version)


@post(
    "/scan-alarms/{alarm_id:uuid}/close",
    guards=[only(*MANAGERS), at_most(120, _MINUTE)],
    status_code=HTTP_200_OK,
    tags=["products"],
    summary="Say what was found",
)
async def close_alarm(
    caller: NamedDependency[Caller], alarm_id: FromPath[UUID], data: JSONBody[CloseScanAlarm]
) -> ScanAlarm:
    return await alarms.close(caller, alarm_id, data)


def handlers() -> list[HTTPRouteHandler]:
    return [list_alarms, show_alarm, take_alarm, give_alarm, put_back_alarm, close_alarm]
