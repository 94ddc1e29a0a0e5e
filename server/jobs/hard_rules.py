"""The hard rules, asked of the database as it stands, inside the transaction that books. The rules themselves are
`rules.bookable`; the table of codes stands there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from offline_sync.record import Record
from schemas.errors import Code
from server.jobs import dispatch_store
from server.jobs.rules import bookable, stock
from server.network import people_store
from server.network import store as network
from server.network.store import Candidate
from server.platform import clock
from server.platform.errors import Refused


class Booking(Protocol):
    """As `booking.Booking`."""

    @property
    def job(self) -> Record: ...
    @property
    def technician(self) -> Mapping[str, Any]: ...
    @property
    def starts(self) -> datetime: ...
    @property
    def ends(self) -> datetime: ...


async def hold(
    bookings: Sequence[Booking], taken_back: Sequence[Record], *, override: bool, by_hand: Collection[str]
) -> None:
    """Raises `Refused` for the first booking that breaks a rule, with `job_id`, `number` and `technician_id`.
    `taken_back`: jobs that lose their visit. `override`: locks and freezing do not bind. `by_hand`: jobs whose visit a
    dispatcher moves personally, which may be about to start."""
    if not override:
        await _hold_locks(bookings, taken_back, by_hand)
    if not bookings:
        return
    people = await network.candidates(
        [b.technician["id"] for b in bookings], min(b.starts for b in bookings), max(b.ends for b in bookings)
    )
    zones = await people_store.zones({_outlet(b.job) for b in bookings})
    for b in bookings:
        person, outlet_id = people[b.technician["id"]], _outlet(b.job)
        found = bookable.fault(
            b.job.fields, person_for(person, outlet_id), (b.starts, b.ends), ZoneInfo(zones[outlet_id])
        )
        if found is not None:
            await _refuse_unless_known(found, person, b)
    await _hold_parts(bookings, people)


async def _hold_locks(bookings: Sequence[Booking], taken_back: Sequence[Record], by_hand: Collection[str]) -> None:
    for b in bookings:
        if bookable.locked(b.job.fields, b.technician["id"], b.starts):
            _refuse(Code.JOB_LOCKED, b.job)
    for job in taken_back:
        if bookable.locked(job.fields, None, None):
            _refuse(Code.JOB_LOCKED, job)
    moved = [job for job in (*(b.job for b in bookings), *taken_back) if job.id not in by_hand]
    minutes = await people_store.freezes({_outlet(job) for job in moved}) if moved else {}
    for job in moved:
        if bookable.frozen(job.fields, minutes.get(_outlet(job), 0), clock.now()):
            _refuse(Code.VISIT_FROZEN, job)


async def _hold_parts(bookings: Sequence[Booking], people: Mapping[UUID, Candidate]) -> None:
    """Beside what other visits to come need. In the order of their beginning, each takes from the van first."""
    asking = sorted((b for b in bookings if b.job.fields.get("parts_needed")), key=lambda b: b.starts)
    if not asking:
        return
    outlets = {_outlet(b.job) for b in asking}
    promised = await dispatch_store.parts_promised(outlets, [UUID(b.job.id) for b in bookings])
    vans = await _vans(promised, people)
    depots = await people_store.depots(outlets)
    named = {str(who): needed for who, needed in promised.items()}
    free = {outlet_id: stock.free_at_depot(depots.get(outlet_id, {}), vans, named) for outlet_id in outlets}
    left = {who: stock.minus(van, named.get(who, {})) for who, van in vans.items()}
    for b in asking:
        who, outlet_id, needed = str(b.technician["id"]), _outlet(b.job), b.job.fields["parts_needed"]
        missing = stock.short(left[who], needed)
        loaded = _loads_before(people[b.technician["id"]], b.starts)
        if missing and (not loaded or stock.short(free[outlet_id], missing)):
            _refuse(Code.PARTS_MISSING, b.job, ", ".join(sorted(missing)), parts=missing)
        left[who] = stock.minus(left[who], needed)
        free[outlet_id] = stock.minus(free[outlet_id], missing)


async def _vans(promised: Iterable[UUID], people: Mapping[UUID, Candidate]) -> dict[str, dict[str, int]]:
    """What is on the vans of everybody concerned, as counted less what was used since."""
    now = clock.now()
    everybody = {**await network.candidates([who for who in promised if who not in people], now, now), **people}
    used = await dispatch_store.parts_used({who: p.van_counted_at for who, p in everybody.items() if p.van_counted_at})
    return {str(who): stock.minus(person.van, used.get(who, {})) for who, person in everybody.items()}


def _loads_before(person: Candidate, starts: datetime) -> bool:
    """Whether the shift of the visit, or the visit itself where there is none, is still to begin."""
    begins = [begin for begin, end in person.shifts if begin <= starts < end]
    return (begins[0] if begins else starts) > clock.now()


def person_for(person: Candidate, outlet_id: UUID) -> bookable.Person:
    """As a job of this outlet asks for."""
    loans = [(loan.outlet_id, (loan.starts_at, loan.ends_at)) for loan in person.loans]
    return bookable.Person(
        works_here=person.outlet_id == outlet_id,
        skills=frozenset(person.skills),
        unproven=frozenset(person.unproven),
        certificates=person.certificates,
        absences=person.absences,
        lent_here=[span for lent_to, span in loans if lent_to == outlet_id],
        away=[span for lent_to, span in loans if lent_to != outlet_id],
    )


async def _refuse_unless_known(found: tuple[Code, str], person: Candidate, b: Booking) -> NoReturn:
    """Whoever was never lent to the outlet is nobody there."""
    code, text = found
    stranger = code is Code.NOT_LENT and person.outlet_id != _outlet(b.job)
    if stranger and not await people_store.was_agreed(person.id, _outlet(b.job)):
        code, text = Code.TECHNICIAN_UNKNOWN, "the technician does not work for the job's outlet"
    _refuse(code, b.job, f"{person.name}: {text}", technician_id=str(person.id))


def _refuse(code: Code, job: Record, text: str = "", **extra: Any) -> NoReturn:
    said = f"job {job.fields['number']}" + (f": {text}" if text else "")
    raise Refused(code, said, job_id=job.id, number=job.fields["number"], **extra)


def _outlet(job: Record) -> UUID:
    return UUID(job.fields["outlet_id"])
