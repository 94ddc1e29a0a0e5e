"""Batches of labels over HTTP. Managers', about units of their subtree; a batch belongs to the smallest part of the
network that holds all of its units."""

import re
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_202_ACCEPTED,
    HTTP_206_PARTIAL_CONTENT,
    HTTP_304_NOT_MODIFIED,
    HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE,
)

from schemas.base import Page
from schemas.labels import LabelBatch, LabelSheet, NewLabelBatch, SheetGrid
from server.platform.auth import MANAGERS, OFFICE_READERS, Caller, only
from server.platform.etags import is_known
from server.platform.paging import decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.platform.storage import Blobs
from server.products.labels import batches
from server.products.labels.sheets import SHEETS

_MINUTE = timedelta(minutes=1)


@get(
    "/label-sheets", guards=[only(*OFFICE_READERS)], summary="Sheets of labels that are known by name", tags=["labels"]
)
async def list_sheets(caller: NamedDependency[Caller]) -> list[LabelSheet]:
    return [
        LabelSheet(name=name, places=sheet.places, grid=SheetGrid(**sheet._asdict())) for name, sheet in SHEETS.items()
    ]


@post(
    "/label-batches",
    guards=[only(*MANAGERS), at_most(60, _MINUTE)],
    summary="Have labels of up to 10,000 units drawn",
    tags=["labels"],
    status_code=HTTP_202_ACCEPTED,
    response_headers=[ResponseHeader(name="location", description="The new batch", documentation_only=True)],
)
async def begin_batch(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], data: JSONBody[NewLabelBatch]
) -> Response[LabelBatch]:
    """Of units that there are, or of units to be made. Look at it until its state is `ready`; then fetch its `url`."""
    batch_id = await batches.begin(caller, data, request.app.state.settings.public_url)
    request.app.state.labeller.wake()
    batch = await batches.read(caller, batch_id)
    return Response(batch, status_code=HTTP_202_ACCEPTED, headers={"location": f"/label-batches/{batch_id}"})


@get("/label-batches", guards=[only(*MANAGERS)], summary="Batches of labels, the newest first", tags=["labels"])
async def list_batches(
    caller: NamedDependency[Caller],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
) -> Page[LabelBatch]:
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await batches.page(caller, before, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@get("/label-batches/{batch_id:uuid}", guards=[only(*MANAGERS)], summary="How far a batch has come", tags=["labels"])
async def show_batch(caller: NamedDependency[Caller], batch_id: FromPath[UUID]) -> LabelBatch:
    return await batches.read(caller, batch_id)


@post(
    "/label-batches/{batch_id:uuid}/cancel",
    guards=[only(*MANAGERS)],
    summary="Draw no more of a batch",
    tags=["labels"],
    status_code=HTTP_200_OK,
)
async def cancel_batch(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], batch_id: FromPath[UUID]
) -> LabelBatch:
    """A batch that is over stays as it is; units that were made for it stay."""
    batch = await batches.cancel(caller, batch_id)
    request.app.state.labeller.wake()
    return batch


@get(
    "/label-batches/{batch_id:uuid}/file",
    guards=[only(*MANAGERS), at_most(60, _MINUTE)],
    summary="The labels: a PDF, a stream of ZPL, or a ZIP of pictures",
    tags=["labels"],
    responses={200: ResponseSpec(bytes, media_type="application/octet-stream", generate_examples=False)},
)
async def fetch_file(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], batch_id: FromPath[UUID]
) -> Response[Any]:
    """Takes one `Range` of bytes, so that a download that broke goes on; 304 by `ETag`."""
    blobs: Blobs = request.app.state.blobs
    file = await batches.file(caller, batch_id, blobs)
    etag = f'"{file.digest}"'
    headers = {
        "etag": etag,
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-disposition": f'attachment; filename="{file.name}"',
    }
    if is_known(request, etag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, media_type=file.media_type, headers=headers)
    whole = request.headers.get("if-range", etag) != etag
    wanted = range(file.size) if whole else asked_range(request.headers.get("range"), file.size)
    if wanted is None:
        headers["content-range"] = f"bytes */{file.size}"
        return Response(b"", status_code=HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    status = HTTP_200_OK
    if len(wanted) < file.size:
        status = HTTP_206_PARTIAL_CONTENT
        headers["content-range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{file.size}"
    headers["content-length"] = str(len(wanted))
    sent = await blobs.opened(file.digest, wanted.start, wanted.stop)
    return Stream(sent, status_code=status, media_type=file.media_type, headers=headers)


_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def asked_range(header: str | None, size: int) -> range | None:
    """RFC 9110, 14.2: the bytes to send; everything for a header that we need not understand, None for one beyond the
    end."""
    found = None if header is None else _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return range(size)
    if not found[1]:
        last = int(found[2])
        return range(max(size - last, 0), size) if last else None
    first, stop = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
    if found[2] and int(found[2]) < first:
        return range(size)
    return range(first, stop) if first < size else None


def handlers() -> tuple[Any, ...]:
    return list_sheets, begin_batch, list_batches, show_batch, cancel_batch, fetch_file
