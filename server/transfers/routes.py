"""HTTP of moves in the network tree.

| route | who | about whose data |
| --- | --- | --- |
| `PATCH /technicians/{id}` | managers | from and to an outlet of their subtree |
| `PATCH /outlets/{id}` | HQ managers | all |
"""

from datetime import timedelta
from uuid import UUID

from litestar import Router, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from schemas.accounts import Role
from schemas.network import Outlet, Technician
from schemas.transfers import OutletTransfer, TechnicianTransfer
from server.platform.auth import MANAGERS, Caller, only
from server.platform.ratelimit import at_most
from server.transfers import actions

_MINUTE = timedelta(minutes=1)


@patch(
    "/technicians/{technician_id:uuid}",
    guards=[only(*MANAGERS), at_most(120, _MINUTE)],
    summary="Move a technician to another outlet",
    tags=["network"],
)
async def move_technician(
    caller: NamedDependency[Caller], technician_id: FromPath[UUID], data: JSONBody[TechnicianTransfer]
) -> Technician:
    """Login, devices and shifts to come move along; jobs stay with their outlet. `404 not_found`, `422
    outlet_unknown`."""
    return await actions.move_technician(caller, technician_id, data)


@patch(
    "/outlets/{outlet_id:uuid}",
    guards=[only(Role.HQ_MANAGER), at_most(20, _MINUTE)],
    summary="Move an outlet to another centre, with all it has",
    tags=["network"],
)
async def move_outlet(
    caller: NamedDependency[Caller], outlet_id: FromPath[UUID], data: JSONBody[OutletTransfer]
) -> Outlet:
    """People's logins follow when their token is renewed. `422 outlet_unknown`, `404 not_found` (the centre)."""
    return await actions.move_outlet(caller, outlet_id, data)


router = Router("/", route_handlers=[move_technician, move_outlet])
