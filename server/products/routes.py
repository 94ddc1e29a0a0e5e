"""HTTP of products, for those who have logged in. What a stranger gets is in `server.portal`.

| route | who | about whose data |
| --- | --- | --- |
| `/units` read, labels | the office | their subtree |
| `/units/{id}`, coverage | the office; technicians | their subtree; units of the jobs they hold |
| `/units` write | managers | their subtree |
| `/models`, `/product-lines` read | anyone logged in | all |
| `/models`, `/product-lines` write | HQ managers | all |
| `/warranty-policies` | see `policy_routes` | |
"""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from schemas.accounts import Role
from schemas.base import Instant, Page
from schemas.errors import Code
from schemas.products import Coverage, Model, NewModel, NewProductLine, NewUnit, ProductLine, Unit
from server.platform.auth import MANAGERS, OFFICE_READERS, Caller, only
from server.platform.errors import Refused
from server.platform.media import TOO_DEEP
from server.platform.moments import with_offset
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.platform.text import refuse_forbidden
from server.products import (
    actions,
    catalogue_routes,
    holding_routes,
    life_routes,
    link_routes,
    notice_routes,
    policy_routes,
    store,
)
from server.products.importing import routes as import_routes
from server.products.labels import routes as label_routes
from server.products.reach import open_unit
from server.products.resolver_routes import describe
from server.products.rules.policy import Exclusion, Severity
from server.products.rules.serial import typed_serial
from server.products.rules.unit import EARLIEST, LATEST
from server.products.scans import routes as scan_routes
from server.products.shown import shown_coverage, shown_unit

_MINUTE = timedelta(minutes=1)
_WRITES = at_most(600, _MINUTE)
_Search = Annotated[str, QueryParameter(max_length=80)]
_Component = Annotated[str | None, QueryParameter(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
_FaultCode = Annotated[str | None, QueryParameter(min_length=1, max_length=64)]
_Exclusions = Annotated[list[Exclusion] | None, QueryParameter(max_items=10)]


# ---------------------------------------------------------------------------------------------------------------- units


@get(
    "/units",
    guards=[only(*OFFICE_READERS), at_most(600, _MINUTE)],
    summary="Units of my subtree, also of one customer, or by part of serial or model",
    tags=["products"],
)
async def list_units(
    caller: NamedDependency[Caller],
    state: State,
    q: _Search = "",
    outlet_id: FromQuery[UUID | None] = None,
    customer_id: FromQuery[UUID | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[Unit]:
    refuse_forbidden(q)
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await store.units_page(caller.scope, outlet_id, customer_id, typed_serial(q), after, limit + 1)
    shown = [shown_unit(row, state.settings.public_url) for row in found[:limit]]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None)


@post("/units", guards=[only(*MANAGERS), _WRITES], summary="Add a unit of a known model", tags=["products"])
async def add_unit(caller: NamedDependency[Caller], state: State, data: JSONBody[NewUnit]) -> Unit:
    """Without a serial the server makes one that cannot be guessed."""
    unit_id = await actions.add_unit(caller, data)
    return shown_unit(await open_unit(caller, unit_id), state.settings.public_url)


@get("/units/{unit_id:uuid}", summary="One unit", tags=["products"])
async def show_unit(caller: NamedDependency[Caller], state: State, unit_id: FromPath[UUID]) -> Unit:
    return shown_unit(await open_unit(caller, unit_id), state.settings.public_url)


@get("/units/{unit_id:uuid}/coverage", summary="What this unit is entitled to on a day", tags=["products"])
async def show_coverage(
    caller: NamedDependency[Caller],
    unit_id: FromPath[UUID],
    on: FromQuery[date | None] = None,
    fault: _Component = None,
    severity: FromQuery[Severity] = "performance",
    exclusion: _Exclusions = None,
    fault_code: _FaultCode = None,
    known_at: FromQuery[Instant | None] = None,
) -> Coverage:
    """`on`: today where the unit's outlet is, when left out. `fault`: the component reported, such as `compressor`, or
    `fault_code`, whose component the catalogue knows; `severity` and `exclusion` say more about that fault. Without
    one the unit is judged as a whole. `known_at`: judged from what had been recorded at that moment, which is how an
    answer of the past is told again; `judged_by` of every answer says by what it was judged."""
    if on is not None and not EARLIEST <= on < LATEST:
        raise Refused(Code.TIME_OUT_OF_RANGE, f"on lies between {EARLIEST} and {LATEST}")
    known_at = with_offset("known_at", known_at)
    unit = await open_unit(caller, unit_id)
    reported = await actions.reported_fault(unit, fault, fault_code, severity, tuple(exclusion or ()))
    return shown_coverage(unit_id, await actions.judge_as_known(unit, on, reported, known_at))


# ------------------------------------------------------------------------------------------------------------ catalogue


@get("/product-lines", summary="Product lines", tags=["products"])
async def list_lines(caller: NamedDependency[Caller]) -> list[ProductLine]:
    return await store.lines()


@post("/product-lines", guards=[only(Role.HQ_MANAGER), _WRITES], summary="Add a product line", tags=["products"])
async def add_line(data: JSONBody[NewProductLine]) -> ProductLine:
    return await actions.add_line(data)


@get("/models", summary="Product models, by GTIN", tags=["products"])
async def list_models(
    caller: NamedDependency[Caller], cursor: FromQuery[str | None] = None, limit: PageLimit = 100
) -> Page[Model]:
    after: str | None = decode_cursor(cursor, tuple[str])[0] if cursor else None
    found = await store.models_page(after, limit + 1)
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].gtin) if len(found) > limit else None)


@post("/models", guards=[only(Role.HQ_MANAGER), _WRITES], summary="Add a model to a line", tags=["products"])
async def add_model(data: JSONBody[NewModel]) -> Model:
    return await actions.add_model(data)


router = Router(
    "/",
    exception_handlers=TOO_DEEP,
    route_handlers=[
        list_units,
        add_unit,
        show_unit,
        show_coverage,
        list_lines,
        add_line,
        list_models,
        add_model,
        *policy_routes.handlers(),
        describe,
        *link_routes.handlers(),
        *catalogue_routes.handlers(),
        *holding_routes.handlers(),
        *life_routes.handlers(),
        *notice_routes.handlers(),
        *import_routes.handlers(),
        *label_routes.handlers(),
        *scan_routes.handlers(),
    ],
)
