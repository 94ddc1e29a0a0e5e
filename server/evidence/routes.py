"""Photos up, completions down."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, PathParameter, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from schemas.accounts import Role
from schemas.base import Instant, Page
from schemas.evidence import AwaitedPhotos, Completion, HandedIn
from server.evidence import actions, store
from server.evidence.images import routes as images
from server.evidence.sealing import routes as sealing
from server.platform import clock
from server.platform.auth import LAST_UPLOAD, OFFICE_READERS, Caller, only
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.storage import Blobs

Sha256 = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="lower-case hexadecimal")]


@put(
    "/photos/{sha256:str}",
    summary="Hand in a photo that a signed completion of yours names",
    guards=[only(Role.TECHNICIAN)],
    status_code=HTTP_201_CREATED,
    opt={"raw_text": True, **LAST_UPLOAD},
)
async def put_photo(request: Request[Any, Any, Any], caller: NamedDependency[Caller], sha256: Sha256) -> Response[None]:
    """The body is the photo's bytes. `201` when kept now, `200` when it was there already; repeating is harmless."""
    blobs: Blobs = request.app.state.blobs
    kept = await actions.receive_photo(caller, blobs, sha256, request.stream())
    if kept:
        request.app.state.photos_wake.photo_arrived()
    return Response(None, status_code=HTTP_201_CREATED if kept else HTTP_200_OK)


@get("/jobs/{job_id:uuid}/completions", summary="What was signed for a job", guards=[only(*OFFICE_READERS)])
async def list_completions(caller: NamedDependency[Caller], job_id: FromPath[UUID]) -> list[Completion]:
    return await actions.completions(caller, job_id)


@get("/awaited", summary="Completions whose photos have not all come, the oldest first", guards=[only(*OFFICE_READERS)])
async def list_awaited(
    caller: NamedDependency[Caller],
    hours: Annotated[int, QueryParameter(ge=0, le=8760, description="only those awaited for at least so long")] = 0,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 50,
) -> Page[AwaitedPhotos]:
    """They are closed all the same; the photos are still on somebody's phone."""
    after: tuple[datetime, UUID] | None = decode_cursor(cursor, tuple[Instant, UUID]) if cursor else None
    before = clock.now() - timedelta(hours=hours)
    rows = await store.awaited(caller.scope, before, after, limit + 1)
    shown = [msgspec.convert(dict(row), AwaitedPhotos) for row in rows[:limit]]
    more = encode_cursor(shown[-1].awaited_since, shown[-1].completion_id) if len(rows) > limit else None
    return Page(items=shown, next_cursor=more)


@get(
    "/handed-in",
    summary="How far what you handed in is: its photos and its seal",
    guards=[only(Role.TECHNICIAN)],
    opt=LAST_UPLOAD,
)
async def list_handed_in(
    caller: NamedDependency[Caller],
    ids: Annotated[list[UUID], QueryParameter(min_items=1, max_items=50, description="of the operations that bore it")],
) -> list[HandedIn]:
    """A phone asks for its own, until all of it is sealed. What is not here, or not the caller's, is left out."""
    return await actions.handed_in(caller, ids)


_HANDLERS = [put_photo, list_completions, list_awaited, list_handed_in, *images.HANDLERS, *sealing.HANDLERS]
router = Router(
    "/", route_handlers=[Router("/evidence", route_handlers=_HANDLERS, tags=["evidence"]), sealing.get_keys]
)
