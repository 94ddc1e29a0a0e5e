"""Visits that no longer fit, over HTTP: the office reads those of its subtree."""

from datetime import timedelta
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from schemas.errors import Code
from schemas.network import UnfitVisits
from server.jobs import unfit
from server.network import store as network
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.errors import Refused
from server.platform.ratelimit import at_most


@get(
    "/technicians/{technician_id:uuid}/unfit-visits",
    summary="Visits to come that stay booked although the technician could not be booked for them any more",
    guards=[only(*OFFICE_READERS), at_most(600, timedelta(minutes=1))],
    tags=["people"],
)
async def list_unfit_visits(caller: NamedDependency[Caller], technician_id: FromPath[UUID]) -> UnfitVisits:
    if await network.technician(technician_id, caller.scope) is None:
        raise Refused(Code.NOT_FOUND)
    return await unfit.visits_of(technician_id, caller.scope)


HANDLERS = [list_unfit_visits]
