"""HTTP of taking a unit back.

| route | who | about whose data |
| --- | --- | --- |
| `/units/{id}/exchange`, `/withdraw` | dispatchers, managers; where nothing gives a right, managers | their subtree |
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK

from schemas.unit_life import Exchange, TakeBack, TakenBack
from server.platform.auth import OFFICE_WRITERS, Caller, only
from server.platform.ratelimit import at_most
from server.products import store, taking_back
from server.products.shown import shown_unit

_FEW = at_most(120, timedelta(minutes=1))


@post(
    "/units/{unit_id:uuid}/exchange",
    guards=[only(*OFFICE_WRITERS), _FEW],
    status_code=HTTP_200_OK,
    summary="Take a unit back and give another for it",
    tags=["products"],
)
async def exchange_unit(
    caller: NamedDependency[Caller], state: State, unit_id: FromPath[UUID], data: JSONBody[Exchange]
) -> TakenBack:
    """What gives the right is the verdict of that day; `remedy_not_due` says why there is none. A manager may give an
    `override` for it, which is kept. Once: `unit_withdrawn`."""
    return await _shown(caller, state, await taking_back.exchange(caller, unit_id, data))


@post(
    "/units/{unit_id:uuid}/withdraw",
    guards=[only(*OFFICE_WRITERS), _FEW],
    status_code=HTTP_200_OK,
    summary="Take a unit back and refund it",
    tags=["products"],
)
async def refund_unit(
    caller: NamedDependency[Caller], state: State, unit_id: FromPath[UUID], data: JSONBody[TakeBack]
) -> TakenBack:
    """As an exchange, with nothing given for it."""
    return await _shown(caller, state, await taking_back.refund(caller, unit_id, data))


async def _shown(caller: Caller, state: State, decision: taking_back.Row) -> TakenBack:
    units = {}
    for name in ("unit_id", "successor_id"):
        row = await store.unit(caller.scope, decision[name]) if decision.get(name) is not None else None
        units[name] = None if row is None else shown_unit(row, state.settings.public_url)
    taken = units["unit_id"]
    assert taken is not None, "it was in scope a moment ago"
    said: dict[str, Any] = {n: decision[n] for n in ("kind", "given_on", "source", "rule", "paid_by", "reason")}
    return TakenBack(unit=taken, successor=units["successor_id"], **said)


def handlers() -> Sequence[HTTPRouteHandler]:
    return (exchange_unit, refund_unit)
