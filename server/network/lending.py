"""People lent to an outlet for a period. The borrower asks, the lender agrees; whoever may speak for both does it at
once. A loan is exclusive: while it lasts, the own outlet does without.

| deed | who |
| --- | --- |
| ask | the office of the outlet that borrows |
| agree | managers whose subtree holds the outlet that lends |
| end, refuse, take back | the office of the borrower, managers of the lender |
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from schemas.errors import Code
from schemas.network import Borrowing, BorrowingState, NewBorrowing
from server.network import people_store, rules, store
from server.platform import clock, db
from server.platform.auth import MANAGERS, Caller
from server.platform.errors import Refused


async def page(caller: Caller, outlet_id: UUID | None, after: UUID | None, limit: int) -> list[Borrowing]:
    return [_shown(caller, row) for row in await people_store.borrowings(caller.scope, outlet_id, after, limit)]


async def ask(caller: Caller, new: NewBorrowing) -> Borrowing:
    """Raises `Refused`: `outlet_unknown`, `technician_unknown` (left, or works there anyway), `ends_before_start`,
    `time_out_of_range`, `periods_overlap` (lent to somebody then)."""
    fault = rules.period_fault(new.starts_at, new.ends_at, rules.LONGEST_LOAN)
    if fault is not None:
        raise Refused(*fault)
    borrowing_id = clock.new_id()
    async with db.transaction():
        borrower = await store.outlet(new.outlet_id, caller.scope)
        if borrower is None:
            raise Refused(Code.OUTLET_UNKNOWN)
        technician = await store.lock_technician(new.technician_id)
        if technician is None or not technician["active"] or technician["outlet_id"] == new.outlet_id:
            raise Refused(Code.TECHNICIAN_UNKNOWN, "nobody who could be lent to this outlet")
        if new.ends_at <= clock.now():
            raise Refused(Code.TIME_OUT_OF_RANGE, "the period is over")
        if await people_store.lent_between(new.technician_id, new.starts_at, new.ends_at):
            raise Refused(Code.PERIODS_OVERLAP, "the technician is lent to somebody then")
        agreed = _lends(caller, technician["centre_id"], technician["outlet_id"])
        await people_store.add_borrowing(borrowing_id, borrower, technician, new, caller.user_id, agreed=agreed)
    return await one(caller, borrowing_id)


async def agree(caller: Caller, borrowing_id: UUID) -> Borrowing:
    """Raises `Refused`: `not_found`, `forbidden` (the lender's managers agree), `state_illegal`, `periods_overlap`."""
    async with db.transaction():
        row = await _locked(caller, borrowing_id)
        if not _lends(caller, row["lender_centre_id"], row["lender_outlet_id"]):
            raise Refused(Code.FORBIDDEN, "the lender agrees")
        if _state(row) is not BorrowingState.ASKED:
            raise Refused(Code.STATE_ILLEGAL, f"it is {_state(row)}", state=_state(row).value)
        if await people_store.lent_between(row["technician_id"], row["starts_at"], row["ends_at"]):
            raise Refused(Code.PERIODS_OVERLAP, "the technician is lent to somebody then")
        await people_store.agree(borrowing_id, caller.user_id)
    return await one(caller, borrowing_id)


async def end(caller: Caller, borrowing_id: UUID) -> Borrowing:
    """Refuses it, takes it back, or ends it early. Visits booked for its time stay booked until somebody moves them.
    Raises `Refused`: `not_found`, `forbidden`, `state_illegal`."""
    async with db.transaction():
        row = await _locked(caller, borrowing_id)
        borrows = caller.scope.holds(row["centre_id"], row["outlet_id"])
        if not borrows and not _lends(caller, row["lender_centre_id"], row["lender_outlet_id"]):
            raise Refused(Code.FORBIDDEN, "the borrower or the lender's managers end it")
        if _state(row) is BorrowingState.ENDED:
            raise Refused(Code.STATE_ILLEGAL, "it has ended", state=_state(row).value)
        await people_store.end_borrowing(borrowing_id, caller.user_id, clock.now())
    return await one(caller, borrowing_id)


async def one(caller: Caller, borrowing_id: UUID) -> Borrowing:
    """Raises `Refused(not_found)`."""
    row = await people_store.borrowing(caller.scope, borrowing_id)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    return _shown(caller, row)


async def _locked(caller: Caller, borrowing_id: UUID) -> Mapping[str, Any]:
    """Its technician is locked, so that two loans never begin to overlap."""
    row = await people_store.borrowing(caller.scope, borrowing_id)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    await store.lock_technician(row["technician_id"])
    again: Mapping[str, Any] | None = await people_store.borrowing(caller.scope, borrowing_id)
    assert again is not None, "borrowings are ended, never deleted"
    return again


def _lends(caller: Caller, centre_id: UUID, outlet_id: UUID) -> bool:
    return caller.role in MANAGERS and caller.scope.holds(centre_id, outlet_id)


def _state(row: Mapping[str, Any]) -> BorrowingState:
    over = row["ends_at"] <= clock.now()
    return BorrowingState.ENDED if over else BorrowingState(row["state"])


def _shown(caller: Caller, row: Mapping[str, Any]) -> Borrowing:
    told = {name: row[name] for name in Borrowing.__struct_fields__ if name not in ("state", "may_agree")}
    state = _state(row)
    lends = _lends(caller, row["lender_centre_id"], row["lender_outlet_id"])
    return Borrowing(**told, state=state, may_agree=lends and state is BorrowingState.ASKED)
