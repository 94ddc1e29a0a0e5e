"""The three exchanges of the sync protocol."""

import asyncio
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Router, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.status_codes import HTTP_200_OK

from schemas import sync as wire
from schemas.accounts import Role
from schemas.errors import Code
from server.platform import clock
from server.platform.auth import LAST_UPLOAD, Caller, only, seconds_left
from server.platform.compression import body_of
from server.platform.errors import Refused
from server.platform.eventstream import EventStream
from server.platform.negotiation import MSGPACK, is_msgpack, packed, sent_type, wants_msgpack
from server.sync import actions, reading
from server.sync.protocol import SaysVersion, refuse_outdated


@post(
    "/push",
    summary="Hand in a device's operations, in sequence",
    guards=[only(Role.TECHNICIAN)],
    status_code=HTTP_200_OK,
    opt={"raw_text": True, **LAST_UPLOAD},
    responses={200: ResponseSpec(wire.PushAnswer, generate_examples=False)},
)
async def push(request: Request[Any, Any, Any], caller: NamedDependency[Caller]) -> ASGIResponse:
    """The body is a `Push`, in JSON or MessagePack, compressed or not. Every operation gets an outcome, a repeat the
    same one again; a bad operation is refused alone. `403 device_revoked`, `404 device_unknown`, `409 forked`."""
    media_type = sent_type(request)
    if media_type not in ("", MediaType.JSON) and not is_msgpack(media_type):
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, f"send {MediaType.JSON.value} or {MSGPACK}")
    body = await body_of(request, request.app.state.settings.push_limit)
    sent = reading.decode(body, is_msgpack(media_type))
    answer = await actions.push(caller, sent, request.app.state.small_pushes)
    return _answer(request, msgspec.json.encode(answer))


@get(
    "/pull",
    summary="What changed in the caller's streams since a cursor",
    responses={200: ResponseSpec(wire.PullAnswer, generate_examples=False)},
)
async def pull(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=2000)] = 500,
    device_id: FromQuery[UUID | None] = None,
    outlet_id: FromQuery[UUID | None] = None,
) -> ASGIResponse:
    """Replicas change only at `checkpoint: true`. `410 cursor_expired`: push first, then start afresh. `426
    client_outdated`: update the app; pushing goes on. `outlet_id`: the office reads one board only, as it must when it
    has more than 200 (`422 too_many_boards`)."""
    refuse_outdated(request)
    return _answer(request, await actions.pull(caller, cursor, limit, device_id, outlet_id))


def _answer(request: Request[Any, Any, Any], encoded: bytes) -> ASGIResponse:
    """In JSON as it was encoded, or in MessagePack when the client asks for it."""
    headers = {"cache-control": "no-store", "vary": "accept"}
    if wants_msgpack(request.headers.get("accept")):
        return ASGIResponse(body=packed(encoded), media_type=MSGPACK, headers=headers)
    return ASGIResponse(body=encoded, media_type=MediaType.JSON, headers=headers)


@get("/stream", summary="A poke whenever one of the caller's streams moved", include_in_schema=True)
async def stream(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], outlet_id: FromQuery[UUID | None] = None
) -> EventStream:
    """Server-sent events named `poke`: stream → new head, never data; comments keep the connection alive. The stream
    ends with the token at the latest: open it anew with a fresh one, and pull."""
    streams = await actions.streams_of(caller, outlet_id)
    until = asyncio.get_running_loop().time() + seconds_left(request, clock.now())
    return EventStream(partial(request.app.state.pokes.reading, streams, caller.user_id, until=until))


router = Router("/sync", route_handlers=[push, pull, stream], middleware=[SaysVersion()], tags=["sync"])
