"""One unit's label over HTTP. The office's, of units in its subtree."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.status_codes import HTTP_304_NOT_MODIFIED

from schemas.errors import Code
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.errors import Refused
from server.platform.etags import is_known
from server.platform.qr import Level
from server.platform.ratelimit import at_most
from server.products import store
from server.products.codes import label_url, unit_link
from server.products.labels import batch_routes
from server.products.labels.formats import MEDIA_TYPES, Format, OnPaper, rendered
from server.products.labels.layout import DPI, MAX_LINE_LENGTH, Form, human_readable
from server.products.labels.sheets import SHEETS
from server.products.rules.refusal import Refusal

_Millimetres = Annotated[float | None, QueryParameter(ge=5, le=500)]
_Line = Annotated[str, QueryParameter(max_length=MAX_LINE_LENGTH)]
_Lines = Annotated[list[_Line] | None, QueryParameter(max_items=6)]
_READ = [only(*OFFICE_READERS), at_most(600, timedelta(minutes=1))]


def asked_form(
    dpi: FromQuery[int] = 300,
    level: FromQuery[Level] = "Q",
    width: _Millimetres = None,
    height: _Millimetres = None,
    module: Annotated[int | None, QueryParameter(ge=1, le=64)] = None,
    text: FromQuery[bool] = True,
    line: _Lines = None,
) -> Form:
    """`dpi`: 152, 203, 300 or 600; `level`: M, Q, or H for worn places; `width`, `height`: millimetres, both or
    neither; `module`: printer dots; `text`: with the human-readable lines; `line`: further ones."""
    if dpi not in DPI:
        raise Refused(Code.INVALID, f"dpi: one of {', '.join(map(str, DPI))}")
    if (width is None) != (height is None):
        raise Refused(Code.INVALID, "width and height: both or neither")
    return Form(dpi, level, width, height, module, text=text, lines=tuple(line or ()))


def asked_paper(
    form: NamedDependency[Form],
    sheet: FromQuery[str | None] = None,
    place: Annotated[int, QueryParameter(ge=1)] = 1,
    marks: FromQuery[bool] = False,
) -> tuple[Form, OnPaper]:
    """`sheet`: one of `GET /label-sheets`, else the page is the label; `place`: which label of the sheet, from 1."""
    if sheet is None:
        return form, OnPaper()
    known = SHEETS.get(sheet)
    if known is None:
        raise Refused(Code.LABEL_SHEET, f"sheet: one of {', '.join(SHEETS)}")
    if place > known.places:
        raise Refused(Code.LABEL_SHEET, f"the sheet has {known.places} places")
    return on_sheet(form, OnPaper(known, place, marks))


def on_sheet(form: Form, paper: OnPaper) -> tuple[Form, OnPaper]:
    """Labels of a sheet have its size, unless another was asked for."""
    if paper.sheet is None or form.width_mm is not None:
        return form, paper
    return form._replace(width_mm=paper.sheet.label_width, height_mm=paper.sheet.label_height), paper


async def _answer(
    request: Request[Any, Any, Any], caller: Caller, unit_id: UUID, kind: Format, form: Form, paper: OnPaper
) -> Response[bytes]:
    unit = await store.unit(caller.scope, unit_id)
    if unit is None:
        raise Refused(Code.NOT_FOUND)
    named = request.app.state.settings.public_url, unit["gtin"], unit["serial"]
    label = await asyncio.to_thread(rendered, label_url(*named), human_readable(unit_link(*named)), kind, form, paper)
    if isinstance(label, Refusal):
        raise Refused(Code(label.code), label.text_en)
    headers = {"etag": label.etag, "cache-control": "private, max-age=3600"}
    if is_known(request, label.etag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, media_type=MEDIA_TYPES[kind], headers=headers)
    return Response(label.content, media_type=MEDIA_TYPES[kind], headers=headers)


def _of(kind: Format) -> dict[int, ResponseSpec]:
    return {200: ResponseSpec(bytes, media_type=MEDIA_TYPES[kind], generate_examples=False)}


_FORM = {"form": Provide(asked_form, sync_to_thread=False)}
_PAPER = _FORM | {"on_paper": Provide(asked_paper, sync_to_thread=False)}


@get(
    "/units/{unit_id:uuid}/label.png",
    guards=_READ,
    dependencies=_FORM,
    summary="The unit's label, whole printer dots per module",
    tags=["products"],
    responses=_of("png"),
)
async def show_png(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    unit_id: FromPath[UUID],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Same unit and same wishes, same bytes: 304 by `ETag`. Sizes in millimetres; without them as large as it takes."""
    return await _answer(request, caller, unit_id, "png", form, OnPaper())


@get(
    "/units/{unit_id:uuid}/label.svg",
    guards=_READ,
    dependencies=_FORM,
    summary="The unit's label as squares and outlines",
    tags=["products"],
    responses=_of("svg"),
)
async def show_svg(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    unit_id: FromPath[UUID],
    form: NamedDependency[Form],
) -> Response[bytes]:
    return await _answer(request, caller, unit_id, "svg", form, OnPaper())


@get(
    "/units/{unit_id:uuid}/label.zpl",
    guards=_READ,
    dependencies=_FORM,
    summary="The unit's label for a thermal printer",
    tags=["products"],
    responses=_of("zpl"),
)
async def show_zpl(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    unit_id: FromPath[UUID],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """ZPL II, to be sent to the printer as it is."""
    return await _answer(request, caller, unit_id, "zpl", form, OnPaper())


@get(
    "/units/{unit_id:uuid}/label.pdf",
    guards=_READ,
    dependencies=_PAPER,
    summary="The unit's label on a page of its own or on a sheet",
    tags=["products"],
    responses=_of("pdf"),
)
async def show_pdf(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    unit_id: FromPath[UUID],
    on_paper: NamedDependency[tuple[Form, OnPaper]],
) -> Response[bytes]:
    """Vectors. `sheet`, `place`: on which label of which sheet (`GET /label-sheets`), else the page is the label."""
    return await _answer(request, caller, unit_id, "pdf", *on_paper)


def handlers() -> tuple[Any, ...]:
    return show_png, show_svg, show_zpl, show_pdf, *batch_routes.handlers()
