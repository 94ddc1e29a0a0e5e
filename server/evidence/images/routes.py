"""Photos down: copies for people to look at, and the original as evidence.

| route | who | about whose data |
| --- | --- | --- |
| `…/shown`, `…/thumbnail` | the office, technicians | their subtree; what their own completions name |
| the original | the office | their subtree; recorded with the customer's file |
"""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED

from schemas.accesses import Read
from schemas.accounts import Role
from schemas.errors import Code
from server.evidence.images import store
from server.evidence.images.rules import is_as_said
from server.evidence.images.store import Seen, Verdict
from server.platform import accesses
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.errors import Refused
from server.platform.etags import is_known
from server.platform.ratelimit import at_most
from server.platform.storage import Blobs, Damaged

Sha256 = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="of the original; lower-case hexadecimal")]

#: A drawer full of photos opens at once; a day of them is a few thousand.
_LOOKS = at_most(1200, timedelta(minutes=1))
_FETCHES = at_most(120, timedelta(minutes=1))
_VIEWERS = [only(*OFFICE_READERS, Role.TECHNICIAN), _LOOKS]

#: What comes from phones is never a page: not run, not framed, not taken for anything but what it says it is.
_NO_PAGE: Final = {"content-security-policy": "default-src 'none'; sandbox", "x-content-type-options": "nosniff"}
#: The same name never stands for another picture. Whoever logs in next at the same browser asks for themselves: `vary`.
_A_DAY: Final = "private, max-age=86400, immutable"
_JPEG: Final = {200: ResponseSpec(bytes, media_type="image/jpeg", generate_examples=False)}
_BYTES: Final = {200: ResponseSpec(bytes, media_type="application/octet-stream", generate_examples=False)}


@get("/photos/{sha256:str}/shown", summary="A photo to look at: up to 2,048 dots", guards=_VIEWERS, responses=_JPEG)
async def show(request: Request[Any, Any, Any], caller: NamedDependency[Caller], sha256: Sha256) -> Response[bytes]:
    """A JPEG drawn anew from the photo's pixels: upright, in sRGB, without anything that was hidden in the file.
    409 `image_not_ready` until it is made; 404 with the reason when it never will be."""
    return await _copy(request, sha256, (await _ready(caller, sha256)).shown_digest)


@get("/photos/{sha256:str}/thumbnail", summary="A small one: up to 320 dots", guards=_VIEWERS, responses=_JPEG)
async def show_small(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], sha256: Sha256
) -> Response[bytes]:
    """As the one to look at."""
    return await _copy(request, sha256, (await _ready(caller, sha256)).thumbnail_digest)


async def _ready(caller: Caller, sha256: str) -> Verdict:
    seen = await _seen(caller, sha256)
    if not seen.received or seen.verdict is None or seen.verdict.state == "waiting":
        raise Refused(Code.IMAGE_NOT_READY, "" if seen.received else "the photo is still on the phone")
    if seen.verdict.code is not None:
        raise Refused(Code(seen.verdict.code), "the original is kept")
    return seen.verdict


async def _seen(caller: Caller, sha256: str) -> Seen:
    seen = await store.seen_by(caller, sha256)
    if seen is None:
        raise Refused(Code.NOT_FOUND)
    return seen


async def _copy(request: Request[Any, Any, Any], sha256: str, digest: str | None) -> Response[bytes]:
    assert digest is not None, "a photo that is ready has its copies"
    etag = f'"{digest}"'
    headers = {"etag": etag, "cache-control": _A_DAY, "vary": "authorization", **_NO_PAGE}
    if is_known(request, etag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, media_type="image/jpeg", headers=headers)
    blobs: Blobs = request.app.state.blobs
    try:
        content = await blobs.get(digest)
    except Damaged:
        content = None
    if content is None:
        await store.again(sha256)
        request.app.state.images.wake()
        raise Refused(Code.IMAGE_NOT_READY, "it is made once more")
    return Response(content, media_type="image/jpeg", headers=headers)


@get(
    "/photos/{sha256:str}",
    summary="A photo as it was signed, byte for byte",
    guards=[only(*OFFICE_READERS), _FETCHES],
    responses=_BYTES,
    response_headers=[ResponseHeader(name="content-disposition", value="attachment", documentation_only=True)],
)
async def get_photo(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], sha256: Sha256, reason: accesses.Reason = ""
) -> Response[Any]:
    """The evidence itself, whatever it is: to be saved, not to be shown. Its type is said only where it is the one that
    was signed. Who fetched it is recorded with the customer's file, as it may tell where it was taken."""
    seen = await _seen(caller, sha256)
    blobs: Blobs = request.app.state.blobs
    if not seen.received or not await blobs.holds(sha256, seen.size):
        raise Refused(Code.NOT_FOUND)
    await _record(request, caller, seen.job_id, reason)
    media_type = _held_type(seen)
    headers = {
        "content-disposition": f'attachment; filename="{sha256[:16]}{_ENDINGS.get(media_type, ".bin")}"',
        "content-length": str(seen.size),
        "cache-control": "private, no-store",
        **_NO_PAGE,
    }
    content = await blobs.opened(sha256)
    return Stream(content, status_code=HTTP_200_OK, media_type=media_type, headers=headers)


_ENDINGS: Final = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heic": ".heic"}


def _held_type(seen: Seen) -> str:
    held = (
        seen.verdict is not None and seen.verdict.state == "ready" and is_as_said(seen.claimed, seen.verdict.media_type)
    )
    return seen.claimed if held else "application/octet-stream"


async def _record(request: Request[Any, Any, Any], caller: Caller, job_id: UUID, reason: str) -> None:
    customer_id: UUID | None = await request.app.state.customer_of_job(job_id)
    if customer_id is not None:
        await accesses.record(
            caller, [customer_id], Read.ORIGINAL, reason=reason, jobs={customer_id: job_id}, record_id=job_id
        )


HANDLERS: list[Any] = [show, show_small, get_photo]
