"""Proposals to borrow people over HTTP; the loans themselves are `network.lending`."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from schemas.base import Instant
from schemas.borrowing import BorrowingProposals
from server.dispatch import borrowing
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.moments import with_offset


@get(
    "/borrowings/proposals",
    summary="Who could be borrowed to keep this outlet's promises, best first, and what it would cost there",
    guards=[only(*OFFICE_READERS)],
)
async def propose_borrowings(
    caller: NamedDependency[Caller],
    outlet_id: FromQuery[UUID],
    starts: Annotated[Instant | None, QueryParameter(name="from")] = None,
    ends: Annotated[Instant | None, QueryParameter(name="to")] = None,
) -> BorrowingProposals:
    """For [from, to): from now, and for two days, when left out."""
    return await borrowing.propose(caller, outlet_id, with_offset("from", starts), with_offset("to", ends))
