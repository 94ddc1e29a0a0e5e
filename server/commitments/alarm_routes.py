"""Alarms over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from schemas.base import Page
from schemas.hands import Give, PutBack
from schemas.promises import Alarm
from server.commitments import alarms
from server.platform.auth import OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.paging import decode_cursor, encode_cursor
from server.platform.ratelimit import at_most

_WRITES = at_most(600, timedelta(minutes=1))


@get("/alarms", summary="Promises that somebody has to see to, the newest first", guards=[only(*OFFICE_READERS)])
async def list_alarms(
    caller: NamedDependency[Caller],
    open_only: Annotated[bool, QueryParameter(name="open")] = True,
    job_id: FromQuery[UUID | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
) -> Page[Alarm]:
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await alarms.page(caller, open_only, job_id, after, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@post(
    "/alarms/{alarm_id:uuid}/take",
    summary="See to an alarm: its outlet is told who does",
    guards=[only(*OFFICE_WRITERS)],
    status_code=HTTP_200_OK,
)
async def take_alarm(caller: NamedDependency[Caller], alarm_id: FromPath[UUID]) -> Alarm:
    return await alarms.take(caller, alarm_id)


@post(
    "/alarms/{alarm_id:uuid}/give",
    summary="Give an alarm to a colleague who may see to it and is told",
    guards=[only(*OFFICE_WRITERS), _WRITES],
    status_code=HTTP_200_OK,
)
async def give_alarm(caller: NamedDependency[Caller], alarm_id: FromPath[UUID], data: JSONBody[Give]) -> Alarm:
    return await alarms.give(caller, alarm_id, data)


@post(
    "/alarms/{alarm_id:uuid}/put-back",
    summary="Put an alarm back: nobody sees to it, and it waits on every desk again",
    guards=[only(*OFFICE_WRITERS), _WRITES],
    status_code=HTTP_200_OK,
)
async def put_back_alarm(caller: NamedDependency[Caller], alarm_id: FromPath[UUID], data: JSONBody[PutBack]) -> Alarm:
    return await alarms.put_back(caller, alarm_id, data.version)


HANDLERS = (list_alarms, take_alarm, give_alarm, put_back_alarm)
