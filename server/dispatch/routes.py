"""Recommendations over HTTP; plans are in `plan_routes`, reactions in `reaction_routes`."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from schemas.base import Instant
from schemas.dispatch import Recommendations
from server.dispatch import actions, plan_routes, reaction_routes
from server.dispatch.borrowing_routes import propose_borrowings
from server.dispatch.solving.routes import solve_problem
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.moments import with_offset


@get(
    "/jobs/{job_id:uuid}/recommendations",
    summary="Who should take this job, best first, and why nobody else",
    guards=[only(*OFFICE_READERS)],
)
async def read_recommendations(
    caller: NamedDependency[Caller],
    job_id: FromPath[UUID],
    at: FromQuery[Instant | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 20,
    technician_id: FromQuery[UUID | None] = None,
) -> Recommendations:
    """`at`: the instant from which planning starts; now when left out. `technician_id`: only this one, who is either
    recommended or told why not."""
    return await actions.recommend_for(caller, job_id, with_offset("at", at), limit, technician_id)


router = Router(
    "/dispatch",
    route_handlers=[
        read_recommendations,
        propose_borrowings,
        solve_problem,
        *plan_routes.ROUTES,
        *reaction_routes.ROUTES,
    ],
    tags=["dispatch"],
)
