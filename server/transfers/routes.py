"""HTTP of changes and moves in the network tree.

| route | who | about whose data |
| --- | --- | --- |
| `PATCH /technicians/{id}` | managers | their subtree; moved from and to an outlet of it |
| `PATCH /outlets/{id}` | HQ and centre managers | their subtree; moved by HQ alone |
"""

from datetime import timedelta
from uuid import UUID

from litestar import Router, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from schemas.accounts import Role
from schemas.network import ChangedTechnician, Outlet, OutletEdit, TechnicianEdit
from server.platform.auth import MANAGERS, Caller, only
from server.platform.ratelimit import at_most
from server.transfers import actions

_MINUTE = timedelta(minutes=1)


@patch(
    "/technicians/{technician_id:uuid}",
    guards=[only(*MANAGERS), at_most(120, _MINUTE)],
    summary="Change a technician, or move them to another outlet",
    tags=["network"],
)
async def change_technician(
    caller: NamedDependency[Caller], technician_id: FromPath[UUID], data: JSONBody[TechnicianEdit]
) -> ChangedTechnician:
    """Visits booked stay booked; those that no longer fit are named. Login, devices and shifts to come move along, jobs
    stay with their outlet. `404 not_found`, `409 version_stale`, `422 skill_unknown`, `422 outlet_unknown`."""
    return await actions.change_technician(caller, technician_id, data)


@patch(
    "/outlets/{outlet_id:uuid}",
    guards=[only(Role.HQ_MANAGER, Role.CENTRE_MANAGER), at_most(60, _MINUTE)],
    summary="Change an outlet, or move it to another centre with all it has",
    tags=["network"],
)
async def change_outlet(
    caller: NamedDependency[Caller], outlet_id: FromPath[UUID], data: JSONBody[OutletEdit]
) -> Outlet:
    """Zone and grade stay: promises and days were told by them. Headquarters alone moves it; people's logins follow
    when their token is renewed. `422 outlet_unknown`, `409 version_stale`, `404 not_found` (the centre)."""
    return await actions.change_outlet(caller, outlet_id, data)


router = Router("/", route_handlers=[change_technician, change_outlet])
