"""How promises were kept, over HTTP. The office, of its own subtree; figures alone, nothing about persons."""

from datetime import timedelta
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from schemas.base import Instant
from schemas.errors import Code
from schemas.measures import OutletMeasures
from server.jobs import measuring
from server.platform import clock
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.errors import Refused
from server.platform.moments import with_offset
from server.platform.ratelimit import at_most

_USUAL = timedelta(days=30)
_LONGEST = timedelta(days=400)
"""Deliberate limit: a year and what one compares it with."""


@get(
    "/commitments/measures",
    summary="Promises kept and missed, arrivals and first-time fixes, by outlet",
    guards=[only(*OFFICE_READERS), at_most(60, timedelta(minutes=1))],
    tags=["commitments"],
)
async def show_measures(
    caller: NamedDependency[Caller],
    begins: Annotated[Instant | None, QueryParameter(name="from")] = None,
    ends: Annotated[Instant | None, QueryParameter(name="to")] = None,
) -> list[OutletMeasures]:
    """Of jobs opened from `from` (30 days before `to` if left out) until `to` (now if left out), 400 days at most."""
    until = with_offset("to", ends) or clock.now()
    since = with_offset("from", begins) or until - _USUAL
    if not timedelta(0) < until - since <= _LONGEST:
        raise Refused(Code.TIME_OUT_OF_RANGE, f"from lies before to, by {_LONGEST.days} days at most")
    return await measuring.by_outlet(caller.scope, since, until)


HANDLERS = [show_measures]
