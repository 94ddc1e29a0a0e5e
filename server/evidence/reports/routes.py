"""HTTP of service reports and their templates.

| route | who | about whose data |
| --- | --- | --- |
| `/evidence/completions/{id}/report` | the office, technicians | their subtree, recorded with the file; their own |
| `/report-templates` read | the office | all |
| `/report-templates` write, logos, preview | HQ managers: every customer of the firm gets to see it | all |
"""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_304_NOT_MODIFIED
from pebble import ProcessExpired

from schemas.accesses import Read
from schemas.accounts import Role
from schemas.errors import Code
from schemas.reports import (
    Locale,
    NewReportTemplate,
    ReportLogo,
    ReportPreview,
    ReportTemplate,
    ReportTemplateEdit,
    ReportTemplateVersion,
)
from server.evidence.reports import fetching, previewing, store, templates
from server.evidence.reports.fetching import Ready
from server.evidence.reports.logos import MOST_BYTES
from server.evidence.reports.running import Reporter
from server.platform import accesses
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.errors import Refused
from server.platform.etags import is_known
from server.platform.ratelimit import at_most
from server.platform.storage import Blobs

_MINUTE = timedelta(minutes=1)
_FETCHES = at_most(240, _MINUTE)
_WRITES = at_most(60, _MINUTE)
#: A tenth of a second of a core each, one after the other.
_PREVIEWS = at_most(30, _MINUTE)
_READERS = [only(*OFFICE_READERS), _FETCHES]
_HQ = [only(Role.HQ_MANAGER), _WRITES]
_Lang = Annotated[Locale | None, QueryParameter(description="null: as it was signed")]
_Sha256 = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="lower-case hexadecimal")]
_PDF: Final = {200: ResponseSpec(bytes, media_type="application/pdf", generate_examples=False)}
_PNG: Final = {200: ResponseSpec(bytes, media_type="image/png", generate_examples=False)}


# -------------------------------------------------------------------------------------------------------------- reports


@get(
    "/evidence/completions/{completion_id:uuid}/report",
    summary="The service report of what was signed: a PDF",
    guards=[only(*OFFICE_READERS, Role.TECHNICIAN), _FETCHES],
    responses=_PDF,
    tags=["evidence"],
)
async def show_report(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    completion_id: FromPath[UUID],
    lang: _Lang = None,
) -> Response[bytes]:
    """The newest edition. In the language it was signed in, it is made as soon as everything that was signed is here;
    in the other one when somebody asks for it first. 409 `report_not_ready` with a `reason` until then."""
    signed = await store.seen_by(caller, completion_id)
    if signed is None:
        raise Refused(Code.NOT_FOUND)
    found = await fetching.ready(completion_id, lang, request.app.state.reporter)
    if caller.technician_id is None:
        customer_id = await request.app.state.customer_of_job(signed.job_id)
        if customer_id is not None:
            jobs = {customer_id: signed.job_id}
            await accesses.record(caller, [customer_id], Read.REPORT, jobs=jobs, record_id=completion_id)
    return await sent(request, found)


async def sent(request: Request[Any, Any, Any], found: Ready) -> Response[bytes]:
    """A report that somebody may have; 304 when they have it already."""
    etag = f'"{found.digest}"'
    headers = {
        "etag": etag,
        "cache-control": "private, no-cache",
        "content-disposition": f'inline; filename="{found.file_name}"',
        "content-language": found.locale,
        "x-content-type-options": "nosniff",
    }
    if is_known(request, etag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, headers=headers)
    blobs: Blobs = request.app.state.blobs
    content = await blobs.get(found.digest)
    if content is None:
        raise Refused(Code.NOT_FOUND, "the file is gone; the seal can still be verified")
    return Response(content, media_type="application/pdf", headers=headers)


# ------------------------------------------------------------------------------------------------------------ templates


@get("/report-templates", guards=_READERS, summary="Templates of reports in force", tags=["evidence"])
async def list_templates() -> list[ReportTemplate]:
    """The firm-wide one, and those of single kinds of jobs. There is always a firm-wide one: what the software brings
    along has no `id` and cannot be changed, only replaced."""
    return await templates.in_force()


@post("/report-templates", guards=_HQ, summary="Add a template, of the firm or of one kind of job", tags=["evidence"])
async def add_template(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], data: JSONBody[NewReportTemplate]
) -> ReportTemplate:
    """In force at once, for reports still to be made."""
    known = data.job_type is None or await request.app.state.describable["job_type"](data.job_type)
    return await templates.add(caller, data, known)


@get("/report-templates/{template_id:uuid}", guards=_READERS, summary="One template", tags=["evidence"])
async def show_template(template_id: FromPath[UUID]) -> ReportTemplate:
    """Also one that was removed."""
    return await templates.one(template_id)


@put("/report-templates/{template_id:uuid}", guards=_HQ, summary="Put a template anew", tags=["evidence"])
async def change_template(
    caller: NamedDependency[Caller], template_id: FromPath[UUID], data: JSONBody[ReportTemplateEdit]
) -> ReportTemplate:
    """Refused with `version_stale` when somebody changed it since. Reports that were made stay as they are."""
    return await templates.change(caller, template_id, data)


@delete("/report-templates/{template_id:uuid}", guards=_HQ, summary="Use a template no more", tags=["evidence"])
async def remove_template(
    caller: NamedDependency[Caller], template_id: FromPath[UUID], version: FromQuery[int]
) -> None:
    await templates.remove(caller, template_id, version)


@get(
    "/report-templates/{template_id:uuid}/versions",
    guards=_READERS,
    summary="What a template said, and by whom",
    tags=["evidence"],
)
async def list_versions(template_id: FromPath[UUID]) -> list[ReportTemplateVersion]:
    """The newest first."""
    return await templates.versions(template_id)


@post(
    "/report-templates/logos",
    guards=_HQ,
    summary="Hand in a logo: the body is a PNG or JPEG",
    request_max_body_size=MOST_BYTES,
    status_code=HTTP_201_CREATED,
    tags=["evidence"],
)
async def add_logo(request: Request[Any, Any, Any], caller: NamedDependency[Caller]) -> ReportLogo:
    """It is drawn anew from its pixels, made smaller than 900 by 300 dots, and named by its digest. 422 `logo_invalid`
    with a `reason`: `logo_too_large` (512 kB when drawn anew), `logo_type`, `logo_pixels`, `logo_unreadable`."""
    return await previewing.keep_logo(caller, await request.body(), request.app.state.reporter)


@get(
    "/report-templates/logos/{sha256:str}",
    guards=_READERS,
    summary="A logo that was handed in",
    responses=_PNG,
    tags=["evidence"],
)
async def show_logo(sha256: _Sha256) -> Response[bytes]:
    content = await store.logo(sha256)
    if content is None:
        raise Refused(Code.NOT_FOUND)
    headers = {"cache-control": "private, max-age=86400, immutable", "content-security-policy": "default-src 'none'"}
    return Response(content, media_type="image/png", headers=headers)


@post(
    "/report-templates/preview",
    guards=[only(Role.HQ_MANAGER), _PREVIEWS],
    summary="How a report would look: a PDF, marked as a preview",
    status_code=HTTP_200_OK,
    responses=_PDF,
    tags=["evidence"],
)
async def preview(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], data: JSONBody[ReportPreview]
) -> Response[bytes]:
    """By a template that need not be kept. Nothing is stored, nothing is noted in the ledger, and no code on it
    verifies as a report."""
    reporter: Reporter = request.app.state.reporter
    try:
        content = await previewing.preview(caller, data, reporter, request.app.state.customer_of_job)
    except (ProcessExpired, TimeoutError, MemoryError) as fault:
        raise Refused(Code.REPORT_NOT_DRAWN, type(fault).__name__) from fault
    headers = {"cache-control": "private, no-store", "content-disposition": 'inline; filename="preview.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


_HANDLERS: Final = [
    show_report,
    list_templates,
    add_template,
    show_template,
    change_template,
    remove_template,
    list_versions,
    add_logo,
    show_logo,
    preview,
]

router = Router("/", route_handlers=_HANDLERS)
