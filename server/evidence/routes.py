"""Photos up, completions down."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, PathParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from schemas.accounts import Role
from schemas.errors import Code
from schemas.evidence import Completion
from server.evidence import actions, store
from server.platform.auth import LAST_UPLOAD, OFFICE_READERS, Caller, only
from server.platform.errors import Refused
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
    return Response(None, status_code=HTTP_201_CREATED if kept else HTTP_200_OK)


@get("/photos/{sha256:str}", summary="A photo, byte for byte", guards=[only(*OFFICE_READERS)])
async def get_photo(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], sha256: Sha256
) -> Response[bytes]:
    known = await store.photo_in_scope(caller.scope, sha256)
    blobs: Blobs = request.app.state.blobs
    content = await blobs.get(sha256) if known is not None else None
    if known is None or content is None:
        raise Refused(Code.NOT_FOUND)
    headers = {"content-disposition": "attachment", "cache-control": "private, no-store"}
    return Response(content, media_type=known["media_type"], headers=headers)


@get("/jobs/{job_id:uuid}/completions", summary="What was signed for a job", guards=[only(*OFFICE_READERS)])
async def list_completions(caller: NamedDependency[Caller], job_id: FromPath[UUID]) -> list[Completion]:
    return await actions.completions(caller, job_id)


router = Router("/evidence", route_handlers=[put_photo, get_photo, list_completions], tags=["evidence"])
