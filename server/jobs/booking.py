"""Who goes where and when: every booking of a visit is made here, one at a time or many at once.

However many visits of however many technicians: all that are given up are withdrawn before the first is booked, so
that visits may change places; and everybody locks in the same order (jobs by id, technicians by number, then the
streams), so that two who book at once wait for each other and never deadlock. That no technician is booked twice is
held by the database, not by looking first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from offline_sync.record import Record
from schemas.errors import Code
from schemas.jobs import Assign, LaterVisit
from server.jobs import hard_rules, visits_store
from server.jobs.office import after, force, forced, locked, locked_together, withdraw_visit
from server.jobs.publishing import Written, publish
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused

_LONGEST_VISIT = timedelta(hours=24)

#: A technician's row, as `network.technician` has it.
Technician = Mapping[str, Any]

#: What a job without a visit holds.
FREED: Mapping[str, None] = dict.fromkeys(("technician_id", "visit_id", "window_start", "window_end"))


@dataclass(frozen=True, slots=True)
class Booking:
    """A visit to be booked in place of the job's present one, if it has any. `event`: `assign` or `move`."""

    job: Record
    event: str
    technician: Technician
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A job that loses its visit."""

    job: Record
    reason: str = ""


async def assign(caller: Caller, job_id: UUID, wanted: Assign) -> None:
    """Books a first visit, and moves the visits that make room for it in the same transaction. Raises `Refused`:
    `transition_illegal`, `technician_unknown`, `double_booked` and the hard rules (`rules.bookable`, `parts_missing`);
    for `delays` also `version_stale`, `job_reassigned`, `invalid`."""
    await _book(caller, job_id, wanted, "assign")


async def move(caller: Caller, job_id: UUID, wanted: Assign) -> None:
    """Books the visit anew, for the same technician or another. Raises as `assign`."""
    await _book(caller, job_id, wanted, "move")


async def unassign(caller: Caller, job_id: UUID, reason: str) -> None:
    async with db.transaction():
        job = await locked(caller, job_id)
        state = after("unassign", job)
        await withdraw_visit(job)
        await force(job, {"state": state, "reason": reason, **FREED}, "unassign", caller)


async def book_together(
    bookings: Sequence[Booking],
    withdrawals: Sequence[Withdrawal],
    user_id: UUID | None,
    *,
    override: bool = False,
    by_hand: Collection[str] = (),
) -> list[Written]:
    """Inside a transaction that has locked the jobs (`office.locked_together`): all of it, or `Refused` with
    `transition_illegal`, `double_booked` (`technician_id`) or a hard rule (`override`, `by_hand`: see
    `hard_rules.hold`). The caller publishes what is returned, once."""
    states = [after(b.event, b.job) for b in bookings]
    freed = [after("unassign", w.job) for w in withdrawals]
    await visits_store.one_booking_at_a_time(b.technician["no"] for b in bookings)
    await hard_rules.hold(bookings, [w.job for w in withdrawals], override=override, by_hand=by_hand)
    given_up = [job.fields["visit_id"] for job in (*(b.job for b in bookings), *(w.job for w in withdrawals))]
    await visits_store.move_visits("withdrawn", [UUID(visit_id) for visit_id in given_up if visit_id is not None])
    visits = [_visit(b, user_id) for b in bookings]
    try:
        await visits_store.book_visits(visits)
    except visits_store.DoubleBooked as fault:
        names = {b.technician["no"]: b.technician for b in bookings}
        who = names[fault.technician_no]
        raise Refused(Code.DOUBLE_BOOKED, who["name"], technician_id=str(who["id"])) from fault
    booked = [_booked(b, v, s, user_id) for b, v, s in zip(bookings, visits, states, strict=True)]
    gone = [
        forced(w.job, {"state": s, "reason": w.reason, **FREED}, "unassign", user_id)
        for w, s in zip(withdrawals, freed, strict=True)
    ]
    return [*booked, *gone]


async def technicians_for(named: Iterable[tuple[Record, UUID]]) -> list[Technician]:
    """Each job's technician, as asked. Raises `Refused(technician_unknown)`."""
    known: dict[UUID, Technician | None] = {}
    found = []
    for _, technician_id in named:
        if technician_id not in known:
            known[technician_id] = await network.technician(technician_id)
        found.append(_there(known[technician_id]))
    return found


def window(starts: datetime, ends: datetime | None, usual_minutes: int) -> tuple[datetime, datetime]:
    """In UTC. `usual_minutes`: how long it lasts when `ends` is None. Raises `Refused(time_out_of_range)`."""
    now = clock.now()
    if abs(starts - now) > timedelta(days=366):
        raise Refused(Code.TIME_OUT_OF_RANGE, "a visit is booked within a year")
    if ends is None:
        ends = starts + timedelta(minutes=usual_minutes)
    if not timedelta(0) < ends - starts <= _LONGEST_VISIT:
        raise Refused(Code.TIME_OUT_OF_RANGE, "a visit ends after it starts and lasts 24 hours at most")
    return starts.astimezone(now.tzinfo), ends.astimezone(now.tzinfo)


async def _book(caller: Caller, job_id: UUID, wanted: Assign, event: str) -> None:
    async with db.transaction():
        job, *others = await locked_together(caller.scope, [job_id, *(later.job_id for later in wanted.delays)])
        _hold_seen(job, wanted.instead_of)
        after(event, job)
        (technician,) = await technicians_for([(job, wanted.technician_id)])
        times = window(wanted.starts_at, wanted.ends_at, job.fields["duration_minutes"])
        first = Booking(job, event, technician, *times)
        moved = [_later(other, asked, technician) for other, asked in zip(others, wanted.delays, strict=True)]
        written = await book_together([first, *moved], [], caller.user_id, override=wanted.override, by_hand={job.id})
        await publish(written)


def _hold_seen(job: Record, seen: UUID | UnsetType | None) -> None:
    """Two who move one job at once: the second saw a visit that is gone, and is told so."""
    if seen is UNSET:
        return
    present = job.fields["visit_id"]
    if present != (None if seen is None else str(seen)):
        raise Refused(
            Code.VERSION_STALE,
            f"job {job.fields['number']} has been booked anew meanwhile",
            job_id=job.id,
            technician_id=job.fields["technician_id"],
        )


def _later(job: Record, asked: LaterVisit, technician: Technician) -> Booking:
    """An ordinary move of a visit that makes room."""
    if asked.base_version != job.version:
        raise Refused(Code.VERSION_STALE, f"job {job.fields['number']} is at version {job.version}", job_id=job.id)
    if job.fields["technician_id"] != str(technician["id"]):
        raise Refused(Code.JOB_REASSIGNED, f"job {job.fields['number']} is not this technician's", job_id=job.id)
    return Booking(job, "move", technician, *window(asked.starts_at, asked.ends_at, 0))


def _there(technician: Technician | None) -> Technician:
    """Whether this one may do the job at that time is a question of the hard rules."""
    if technician is None or not technician["active"]:
        raise Refused(Code.TECHNICIAN_UNKNOWN, "the technician does not work for the job's outlet")
    return technician


def _visit(booking: Booking, user_id: UUID | None) -> visits_store.NewVisit:
    return visits_store.NewVisit(
        id=clock.new_id(),
        job_id=UUID(booking.job.id),
        centre_id=UUID(booking.job.fields["centre_id"]),
        outlet_id=UUID(booking.job.fields["outlet_id"]),
        technician_id=booking.technician["id"],
        technician_no=booking.technician["no"],
        starts_at=booking.starts,
        ends_at=booking.ends,
        booked_by=user_id,
    )


def _booked(booking: Booking, visit: visits_store.NewVisit, state: str, user_id: UUID | None) -> Written:
    fields = {
        "state": state,
        "technician_id": str(visit.technician_id),
        "visit_id": str(visit.id),
        "window_start": visit.starts_at.isoformat(),
        "window_end": visit.ends_at.isoformat(),
        "reason": "",
    }
    if booking.event == "assign":
        fields["lock"] = "none"  # what was fixed went with the visit
    return forced(booking.job, fields, booking.event, user_id)
