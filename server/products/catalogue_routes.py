"""HTTP of the catalogue's parts. Headquarters' managers write; whoever is logged in reads, as technicians look up what
a code means and which part they need, and nothing of it is about people."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter, QueryParameter

from schemas.accounts import Role
from schemas.base import Page
from schemas.catalogue import (
    BomPart,
    BomPartEdit,
    ComponentGroup,
    FaultCode,
    FaultCodeEdit,
    NamedEdit,
    NewBomPart,
    NewComponentGroup,
    NewFaultCode,
)
from schemas.errors import Code
from schemas.products import Model, ProductLine
from server.platform.auth import Caller, only
from server.platform.errors import Refused
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.products import catalogue, catalogue_store
from server.products.rules.bom import Span, fits

_MINUTE = timedelta(minutes=1)
_READS: dict[str, Any] = {"guards": [at_most(600, _MINUTE)], "tags": ["products"]}
_WRITES: dict[str, Any] = {"guards": [only(Role.HQ_MANAGER), at_most(600, _MINUTE)], "tags": ["products"]}
_LineCode = Annotated[str, PathParameter(pattern=r"^[a-z0-9_]{1,40}$")]
_GroupCode = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
_Line = Annotated[str | None, QueryParameter(pattern=r"^[a-z0-9_]{1,40}$")]
_Serial = Annotated[str | None, QueryParameter(max_length=20, pattern=r"^[!-~]+$")]


@patch("/product-lines/{code:str}", summary="Change or retire a product line", **_WRITES)
async def change_line(code: _LineCode, data: JSONBody[NamedEdit]) -> ProductLine:
    return await catalogue.edit_line(code, data)


@get("/models/{model_id:uuid}", summary="One model", **_READS)
async def show_model(caller: NamedDependency[Caller], model_id: FromPath[UUID]) -> Model:
    known = await catalogue_store.model(model_id)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    return known


@patch("/models/{model_id:uuid}", summary="Change or retire a model", **_WRITES)
async def change_model(model_id: FromPath[UUID], data: JSONBody[NamedEdit]) -> Model:
    return await catalogue.edit_model(model_id, data)


@get("/component-groups", summary="Component groups, as warranty terms name them", **_READS)
async def list_component_groups(caller: NamedDependency[Caller]) -> list[ComponentGroup]:
    return await catalogue_store.component_groups()


@post("/component-groups", summary="Add a component group", **_WRITES)
async def add_component_group(data: JSONBody[NewComponentGroup]) -> ComponentGroup:
    return await catalogue.add_component_group(data)


@patch("/component-groups/{code:str}", summary="Change or retire a component group", **_WRITES)
async def change_component_group(code: _GroupCode, data: JSONBody[NamedEdit]) -> ComponentGroup:
    return await catalogue.edit_component_group(code, data)


@get("/models/{model_id:uuid}/parts", summary="Main parts of a model", **_READS)
async def list_parts(
    caller: NamedDependency[Caller],
    model_id: FromPath[UUID],
    serial: _Serial = None,
    retired: FromQuery[bool] = False,
) -> list[BomPart]:
    """`serial`: only what may be in that unit, as far as serials tell. `retired`: with those that are not fitted any
    more."""
    if await catalogue_store.model(model_id) is None:
        raise Refused(Code.NOT_FOUND)
    parts = await catalogue_store.bom([model_id], retired)
    return parts if serial is None else [p for p in parts if fits(Span(p.serial_from, p.serial_to), serial, None)]


@post("/models/{model_id:uuid}/parts", summary="Add a main part to a model", **_WRITES)
async def add_part(model_id: FromPath[UUID], data: JSONBody[NewBomPart]) -> BomPart:
    return await catalogue.add_bom_part(model_id, data)


@patch("/model-parts/{part_id:uuid}", summary="Change or retire a main part", **_WRITES)
async def change_part(part_id: FromPath[UUID], data: JSONBody[BomPartEdit]) -> BomPart:
    return await catalogue.edit_bom_part(part_id, data)


@get("/fault-codes", summary="Fault codes, also of one line or model", **_READS)
async def list_fault_codes(
    caller: NamedDependency[Caller],
    line_code: _Line = None,
    model_id: FromQuery[UUID | None] = None,
    retired: FromQuery[bool] = False,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[FaultCode]:
    """In the order they were added. `model_id`: what that model shows, its line's codes included."""
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await catalogue_store.fault_codes_page(line_code, model_id, retired, after, limit + 1)
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None)


@post("/fault-codes", summary="Add a fault code to a line or a model", **_WRITES)
async def add_fault_code(caller: NamedDependency[Caller], data: JSONBody[NewFaultCode]) -> FaultCode:
    return await catalogue.add_fault_code(data, caller.user_id)


@patch("/fault-codes/{fault_id:uuid}", summary="Change or retire a fault code", **_WRITES)
async def change_fault_code(
    caller: NamedDependency[Caller], fault_id: FromPath[UUID], data: JSONBody[FaultCodeEdit]
) -> FaultCode:
    return await catalogue.edit_fault_code(fault_id, data, caller.user_id)


def handlers() -> list[HTTPRouteHandler]:
    return [
        change_line,
        show_model,
        change_model,
        list_component_groups,
        add_component_group,
        change_component_group,
        list_parts,
        add_part,
        change_part,
        list_fault_codes,
        add_fault_code,
        change_fault_code,
    ]
