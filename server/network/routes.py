"""HTTP of the network tree.

| route | who | about whose data |
| --- | --- | --- |
| `/centres`, `/outlets` read | anyone logged in | their subtree; an outlet's people also their centre's name |
| `/centres` write | HQ managers | all |
| `/outlets` write | HQ and centre managers | their subtree |
| `/technicians` read | the office; technicians | their subtree; themselves |
| `/technicians` and shifts write | managers | their subtree |

Outlets and technicians are changed and moved by `transfers`, as what hangs under them goes along.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from schemas.accounts import Role
from schemas.base import Page
from schemas.errors import Code
from schemas.network import (
    NewOutlet,
    NewServiceCentre,
    NewShifts,
    NewTechnician,
    Outlet,
    ServiceCentre,
    ServiceCentreEdit,
    Shift,
    Technician,
)
from server.network import actions, people_routes, rules, store
from server.platform.auth import MANAGERS, Caller, only
from server.platform.errors import Refused
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most

_WRITES = at_most(600, timedelta(minutes=1))


def _after(cursor: str | None) -> UUID | None:
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    return after


def _page(found: list[Any], limit: int) -> Page[Any]:
    """`found`: one more than fits when there is a next page."""
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None)


@get("/centres", summary="Service centres of my subtree", tags=["network"])
async def list_centres(
    caller: NamedDependency[Caller], cursor: FromQuery[str | None] = None, limit: PageLimit = 100
) -> Page[ServiceCentre]:
    return _page(await store.centres_page(caller.scope, _after(cursor), limit + 1), limit)


@post("/centres", guards=[only(Role.HQ_MANAGER), _WRITES], summary="Add a service centre", tags=["network"])
async def add_centre(data: JSONBody[NewServiceCentre]) -> ServiceCentre:
    return await actions.add_centre(data)


@patch(
    "/centres/{centre_id:uuid}",
    guards=[only(Role.HQ_MANAGER), _WRITES],
    summary="Change a service centre's name",
    tags=["network"],
)
async def change_centre(centre_id: FromPath[UUID], data: JSONBody[ServiceCentreEdit]) -> ServiceCentre:
    """`404 not_found`, `409 version_stale`."""
    return await actions.change_centre(centre_id, data)


@get("/outlets", summary="Outlets of my subtree", tags=["network"])
async def list_outlets(
    caller: NamedDependency[Caller], cursor: FromQuery[str | None] = None, limit: PageLimit = 100
) -> Page[Outlet]:
    return _page(await store.outlets_page(caller.scope, _after(cursor), limit + 1), limit)


@post(
    "/outlets",
    guards=[only(Role.HQ_MANAGER, Role.CENTRE_MANAGER), _WRITES],
    summary="Add an outlet to a centre",
    tags=["network"],
)
async def add_outlet(caller: NamedDependency[Caller], data: JSONBody[NewOutlet]) -> Outlet:
    return await actions.add_outlet(caller, data)


@get("/technicians", summary="Technicians of my subtree, with their shifts of a day", tags=["network"])
async def list_technicians(
    caller: NamedDependency[Caller],
    outlet_id: FromQuery[UUID | None] = None,
    day: FromQuery[date | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[Technician]:
    """`day` is a date in each outlet's own zone; without it no shifts are sent. A technician sees themselves."""
    if day is not None and not rules.EARLIEST <= day < rules.LATEST:
        raise Refused(Code.TIME_OUT_OF_RANGE, f"days lie between {rules.EARLIEST} and {rules.LATEST}")
    wanted = store.Wanted(caller.scope, caller.technician_id if caller.role is Role.TECHNICIAN else None, outlet_id)
    return _page(await store.technicians_page(wanted, day, _after(cursor), limit + 1), limit)


@post("/technicians", guards=[only(*MANAGERS), _WRITES], summary="Add a technician to an outlet", tags=["network"])
async def add_technician(caller: NamedDependency[Caller], data: JSONBody[NewTechnician]) -> Technician:
    return await actions.add_technician(caller, data)


@post(
    "/technicians/{technician_id:uuid}/shifts",
    guards=[only(*MANAGERS), _WRITES],
    summary="Add shifts to a technician, all or none",
    tags=["network"],
)
async def add_shifts(
    caller: NamedDependency[Caller], technician_id: FromPath[UUID], data: JSONBody[NewShifts]
) -> list[Shift]:
    return await actions.add_shifts(caller, technician_id, data.shifts)


@delete(
    "/technicians/{technician_id:uuid}/shifts/{shift_id:uuid}",
    guards=[only(*MANAGERS), _WRITES],
    summary="Remove a shift",
    tags=["network"],
)
async def remove_shift(
    caller: NamedDependency[Caller], technician_id: FromPath[UUID], shift_id: FromPath[UUID]
) -> None:
    await actions.remove_shift(caller, technician_id, shift_id)


router = Router(
    "/",
    route_handlers=[
        list_centres,
        add_centre,
        change_centre,
        list_outlets,
        add_outlet,
        list_technicians,
        add_technician,
        add_shifts,
        remove_shift,
        people_routes.router,
    ],
)
