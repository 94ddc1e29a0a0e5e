"""HTTP of a unit that is on record: managers correct it, note that it changed hands, move it within their subtree."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, patch, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK

from schemas.accesses import Read
from schemas.errors import Code
from schemas.products import ChangedUnit, MoveUnit, NewOwner, Ownership, Unit, UnitEdit, UnitMove
from schemas.sync import FieldMerge
from server.platform import accesses
from server.platform.accesses import Reason
from server.platform.auth import MANAGERS, OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.errors import Refused
from server.platform.ratelimit import at_most
from server.products import holding, holding_store, store
from server.products.codes import unit_url

_MINUTE = timedelta(minutes=1)
_READS: dict[str, Any] = {"guards": [only(*OFFICE_READERS), at_most(600, _MINUTE)], "tags": ["products"]}
_CORRECTS: dict[str, Any] = {"guards": [only(*OFFICE_WRITERS), at_most(600, _MINUTE)], "tags": ["products"]}
_MOVES: dict[str, Any] = {"guards": [only(*MANAGERS), at_most(600, _MINUTE)], "tags": ["products"]}


@patch("/units/{unit_id:uuid}", summary="Change a unit, merged with what others changed meanwhile", **_CORRECTS)
async def change_unit(
    caller: NamedDependency[Caller], state: State, unit_id: FromPath[UUID], data: JSONBody[UnitEdit]
) -> ChangedUnit:
    return _shown(await holding.change_unit(caller, unit_id, data), state)


@post("/units/{unit_id:uuid}/owner", summary="The unit changes hands", status_code=HTTP_200_OK, **_CORRECTS)
async def change_hands(
    caller: NamedDependency[Caller], state: State, unit_id: FromPath[UUID], data: JSONBody[NewOwner]
) -> ChangedUnit:
    return _shown(await holding.change_hands(caller, unit_id, data), state)


@post("/units/{unit_id:uuid}/move", summary="Move a unit to another outlet", status_code=HTTP_200_OK, **_MOVES)
async def move_unit(
    caller: NamedDependency[Caller], state: State, unit_id: FromPath[UUID], data: JSONBody[MoveUnit]
) -> ChangedUnit:
    return _shown(await holding.move_unit(caller, unit_id, data), state)


@get("/units/{unit_id:uuid}/owners", summary="Who owned the unit from when, the newest first", **_READS)
async def list_owners(
    caller: NamedDependency[Caller], state: State, unit_id: FromPath[UUID], reason: Reason = ""
) -> list[Ownership]:
    """Whose file lies in another part of the firm is not named. That the names were read is recorded."""
    owners = await holding_store.owners(await _unit(caller, unit_id), caller.scope)
    named = [each.customer_id for each in owners if each.customer_id is not None]
    await accesses.record(
        caller, named, Read.OWNERS, reason=reason, jobs=await state.live_jobs(named), record_id=unit_id
    )
    return owners


@get("/units/{unit_id:uuid}/moves", summary="From outlet to outlet, the newest first", **_READS)
async def list_moves(caller: NamedDependency[Caller], unit_id: FromPath[UUID]) -> list[UnitMove]:
    await _unit(caller, unit_id)
    return await holding_store.moves(unit_id)


async def _unit(caller: Caller, unit_id: UUID) -> store.Row:
    known = await store.unit(caller.scope, unit_id)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    return known


def _shown(edited: tuple[Mapping[str, Any], list[FieldMerge]], state: State) -> ChangedUnit:
    fields, merges = edited
    known = {name: fields[name] for name in Unit.__struct_fields__ if name in fields}
    url = unit_url(state.settings.public_url, fields["gtin"], fields["serial"])
    return msgspec.convert(known | {"url": url, "merges": merges}, ChangedUnit)


def handlers() -> list[HTTPRouteHandler]:
    return [change_unit, change_hands, move_unit, list_owners, list_moves]
