"""Units and their jobs over HTTP.

| route | who | about whose data |
| --- | --- | --- |
| `/units/{id}/history` | the office; technicians | their subtree; units of the jobs they hold |
| `/units/scanned` | technicians | what stands at a job they have in hand |
"""

from datetime import timedelta
from uuid import UUID

from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK

from schemas.accounts import Role
from schemas.base import Page
from schemas.unit_life import FoundUnit, ScannedUnit, UnitEvent
from server.jobs import scanning, unit_history
from server.platform.auth import Caller, only
from server.platform.paging import PageLimit
from server.platform.ratelimit import at_most
from server.products import actions as products
from server.products.reach import open_unit
from server.products.shown import shown_coverage, shown_unit

_HOUR = timedelta(hours=1)


@get(
    "/units/{unit_id:uuid}/history",
    guards=[at_most(600, timedelta(minutes=1))],
    summary="What has happened to a unit, the newest first",
    tags=["products"],
)
async def show_history(
    caller: NamedDependency[Caller],
    unit_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[UnitEvent]:
    events, following = await unit_history.page(caller, await open_unit(caller, unit_id), cursor, limit)
    return Page(items=events, next_cursor=following)


@post(
    "/units/scanned",
    guards=[only(Role.TECHNICIAN), at_most(60, _HOUR)],
    status_code=HTTP_200_OK,
    summary="Open the product that stands at my job, by its code",
    tags=["products"],
)
async def open_scanned(caller: NamedDependency[Caller], state: State, data: JSONBody[ScannedUnit]) -> FoundUnit:
    """A code of one of our models that nobody had on file is put on file, in the job's outlet, without proof of
    purchase. `unit_unknown`: a unit that is somebody else's. The job itself is changed by `job.scan`."""
    row, made = await scanning.open_scanned(caller, data)
    coverage = shown_coverage(row["id"], await products.judge_as_known(row))
    return FoundUnit(unit=shown_unit(row, state.settings.public_url), coverage=coverage, made=made)


HANDLERS = [show_history, open_scanned]
