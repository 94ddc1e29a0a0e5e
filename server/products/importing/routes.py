"""HTTP of imports. Managers send files of units of their own subtree; they see their own imports, headquarters all."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK

from schemas.accounts import Role
from schemas.base import Page
from schemas.errors import Code
from schemas.unit_imports import NewUnitImport, RefusedLine, UnitImport
from server.platform.auth import MANAGERS, Caller, only
from server.platform.errors import Refused
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.products.importing import sending, store
from server.products.importing.run import REJECTS, as_cells
from server.products.importing.watching import Intake

#: A million lines take some 80 MB, less when gzipped.
LARGEST_FILE = 256 * 1024 * 1024

_MINUTE = timedelta(minutes=1)
_READS: dict[str, Any] = {"guards": [only(*MANAGERS, Role.AUDITOR), at_most(600, _MINUTE)], "tags": ["unit imports"]}
_WRITES: dict[str, Any] = {"guards": [only(*MANAGERS), at_most(30, _MINUTE)], "tags": ["unit imports"]}
_MEDIA = ("text/csv", "application/gzip", "application/octet-stream")


@post("/unit-imports", summary="Announce a file of units", **_WRITES)
async def announce_import(caller: NamedDependency[Caller], data: JSONBody[NewUnitImport]) -> UnitImport:
    return await sending.announce(caller, data)


@put(
    "/unit-imports/{import_id:uuid}/file",
    summary="Send the file of an import that was announced",
    request_max_body_size=LARGEST_FILE,
    **_WRITES,
)
async def send_file(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], import_id: FromPath[UUID]
) -> UnitImport:
    """The body is the file, plain or gzipped: `text/csv`, `application/gzip` or `application/octet-stream`. It is taken
    in in the background; look at the import for its progress."""
    if request.headers.get("content-type", "").partition(";")[0].strip() not in _MEDIA:
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, f"send {' or '.join(_MEDIA)}")
    intake: Intake = request.app.state.intake
    return await sending.receive(caller, intake, import_id, request.stream())


@get("/unit-imports", summary="Imports of units, the newest first", **_READS)
async def list_imports(
    caller: NamedDependency[Caller], cursor: FromQuery[str | None] = None, limit: PageLimit = 100
) -> Page[UnitImport]:
    before: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await store.page(sending.sender(caller), before, limit + 1)
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None)


@get("/unit-imports/{import_id:uuid}", summary="How far an import has come", **_READS)
async def show_import(caller: NamedDependency[Caller], import_id: FromPath[UUID]) -> UnitImport:
    return await sending.known(caller, import_id)


@get("/unit-imports/{import_id:uuid}/refusals", summary="Lines that were refused, in their order", **_READS)
async def list_refusals(
    caller: NamedDependency[Caller],
    import_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[RefusedLine]:
    """The first 10,000 are kept; the import counts all."""
    await sending.known(caller, import_id)
    after: int = decode_cursor(cursor, tuple[int])[0] if cursor else 0
    found = await store.refusals(import_id, after, limit + 1)
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].line) if len(found) > limit else None)


@get(
    "/unit-imports/{import_id:uuid}/refusals.csv",
    summary="Lines that were refused, for a spreadsheet",
    responses={200: ResponseSpec(bytes, media_type="text/csv", generate_examples=False)},
    **_READS,
)
async def refusals_csv(caller: NamedDependency[Caller], import_id: FromPath[UUID]) -> Response[bytes]:
    """UTF-8 with a byte order mark. What a spreadsheet would take for a formula stands after an apostrophe."""
    await sending.known(caller, import_id)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(REJECTS)
    for row in await store.refusals(import_id, 0, store.MOST_REFUSALS):
        writer.writerow(as_cells(row.line, row.code, row.detail, row.gtin, row.serial))
    headers = {"content-disposition": 'attachment; filename="refused.csv"', "cache-control": "private, no-store"}
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


@post("/unit-imports/{import_id:uuid}/cancel", summary="Call an import off", status_code=HTTP_200_OK, **_WRITES)
async def cancel_import(caller: NamedDependency[Caller], import_id: FromPath[UUID]) -> UnitImport:
    """What was taken in already stays."""
    return await sending.call_off(caller, import_id)


def handlers() -> list[HTTPRouteHandler]:
    return [
        announce_import,
        send_file,
        list_imports,
        show_import,
        list_refusals,
        refusals_csv,
        cancel_import,
    ]
