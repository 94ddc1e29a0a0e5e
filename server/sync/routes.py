"""The three exchanges of the sync protocol."""

import asyncio
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import MediaType, Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from litestar.status_codes import HTTP_200_OK

from schemas import sync as wire
from schemas.accounts import Role
from server.platform import clock
from server.platform.auth import Caller, only, seconds_left
from server.platform.eventstream import EventStream
from server.sync import actions, reading


@post(
    "/push",
    summary="Hand in a device's operations, in sequence",
    guards=[only(Role.TECHNICIAN)],
    status_code=HTTP_200_OK,
    opt={"raw_text": True},
)
async def push(request: Request[Any, Any, Any], caller: NamedDependency[Caller]) -> wire.PushAnswer:
    """The body is a `Push`. Every operation gets an outcome, a repeat the same one again; a bad operation is refused
    alone. `403 device_revoked`, `404 device_unknown`, `409 forked`."""
    sent = reading.decode(await request.body())
    return await actions.push(caller, sent)


@get(
    "/pull",
    summary="What changed in the caller's streams since a cursor",
    responses={200: ResponseSpec(wire.PullAnswer, generate_examples=False)},
)
async def pull(
    caller: NamedDependency[Caller],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=2000)] = 500,
    device_id: FromQuery[UUID | None] = None,
) -> Response[bytes]:
    """Replicas change only at `checkpoint: true`. `410 cursor_expired`: push first, then start afresh."""
    page = await actions.pull(caller, cursor, limit, device_id)
    return Response(page, media_type=MediaType.JSON, headers={"cache-control": "no-store"})


@get("/stream", summary="A poke whenever one of the caller's streams moved", include_in_schema=True)
async def stream(request: Request[Any, Any, Any], caller: NamedDependency[Caller]) -> EventStream:
    """Server-sent events named `poke`: stream → new head, never data; comments keep the connection alive. The stream
    ends with the token at the latest: open it anew with a fresh one, and pull."""
    streams = await actions.streams_of(caller)
    until = asyncio.get_running_loop().time() + seconds_left(request, clock.now())
    return EventStream(partial(request.app.state.pokes.reading, streams, caller.user_id, until=until))


router = Router("/sync", route_handlers=[push, pull, stream], tags=["sync"])
