"""Where an outlet cannot keep its promises: who could come from where, and at what cost there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, floor
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from schemas.borrowing import BorrowingProposal, BorrowingProposals, JobAtRisk, KeptVisit
from schemas.commitments import Sentence
from schemas.errors import Code
from schemas.jobs import Job as HeldJob
from schemas.network import NewBorrowing
from server.commitments.rules.said import Said, span_in_words
from server.dispatch import asking
from server.dispatch.rules import borrowing
from server.dispatch.rules.problem import Job, Limits, Span, Technician
from server.dispatch.rules.sentences import WHY_NOT
from server.dispatch.rules.travel import TravelModel
from server.dispatch.travel import in_use
from server.jobs import dispatch_store, visits_store
from server.jobs.dispatch_store import Acquainted
from server.network import people_store
from server.network import store as network
from server.network.store import Candidate
from server.platform import clock
from server.platform.auth import Caller
from server.platform.errors import Refused

NEAR_M = 60_000.0
"""Outlets of other centres are asked when they lie this near; those of the own centre always are."""

MOST_NEIGHBOURS = 25
LONGEST = timedelta(days=14)
_A_DAY, _PAST_WEEKS = timedelta(days=1), timedelta(days=14)
_NOBODY = Acquainted(frozenset(), None)


async def propose(
    caller: Caller, outlet_id: UUID, starts: datetime | None = None, ends: datetime | None = None
) -> BorrowingProposals:
    """Raises `Refused`: `outlet_unknown`, `ends_before_start`, `time_out_of_range`, `invalid`. Nine queries and one for
    each lender; the search runs in a thread."""
    period = _period(starts, ends)
    outlet = await network.outlet(outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    neighbours = await network.neighbours(outlet_id, NEAR_M, *period, MOST_NEIGHBOURS)
    free = [one for one in neighbours if not _lent_then(one, period)]
    lenders = sorted({one.outlet_id for one in free})
    outlets = {outlet_id: outlet} | {one: await _outlet(one) for one in lenders}
    gathered = await _gather(outlets, period)
    zone = ZoneInfo(outlet["zone"])
    asked = borrowing.Question(
        outlet_id=str(outlet_id),
        here=gathered.place(outlet_id),
        there={str(one): gathered.place(one) for one in lenders},
        neighbours=[gathered.technicians[one.id] for one in free],
        period=Span(floor(period[0].timestamp()), ceil(period[1].timestamp())),
        now=asking.earliest(period[0]),
        zone=zone,
        limits=asking.limits_of(outlet),
    )

    def question(model: TravelModel) -> borrowing.Answer:
        return borrowing.offers(asked, model)

    found, told = await in_use().answer(question, zone)
    return BorrowingProposals(
        outlet_id=outlet_id,
        starts_at=period[0],
        ends_at=period[1],
        waiting=len(asked.here.jobs),
        at_risk=[gathered.at_risk(risk) for risk in found.at_risk],
        proposals=[gathered.proposal(rank, o, outlet_id) for rank, o in enumerate(found.offers, 1)],
        travel=told.wire(),
        computed_at=clock.now(),
    )


def _period(starts: datetime | None, ends: datetime | None) -> tuple[datetime, datetime]:
    now = clock.now()
    begin = starts or now
    end = ends or begin + 2 * _A_DAY
    if end <= begin:
        raise Refused(Code.ENDS_BEFORE_START, "to lies after from")
    if end - begin > LONGEST or abs(begin - now) > timedelta(days=366):
        raise Refused(Code.TIME_OUT_OF_RANGE, f"a period of at most {LONGEST.days} days within a year")
    return begin.astimezone(UTC), end.astimezone(UTC)


async def _outlet(outlet_id: UUID) -> network.Row:
    outlet = await network.outlet(outlet_id)
    assert outlet is not None, "a technician belongs to an outlet"
    return outlet


def _lent_then(one: Candidate, period: tuple[datetime, datetime]) -> bool:
    return any(loan.starts_at < period[1] and loan.ends_at > period[0] for loan in one.loans)


@dataclass(frozen=True)
class _Gathered:
    """What the database holds about these outlets. `jobs`: those that wait, by id; `held`: the same as they are kept;
    `people`: outlet → who works for it then."""

    outlets: Mapping[UUID, network.Row]
    jobs: Mapping[str, Job]
    held: Mapping[str, HeldJob]
    technicians: Mapping[UUID, Technician]
    people: Mapping[UUID, Sequence[UUID]]

    def place(self, outlet_id: UUID) -> borrowing.Outlet:
        waiting = [job for job in self.jobs.values() if job.outlet_id == str(outlet_id)]
        people = [self.technicians[who] for who in self.people[outlet_id]]
        return borrowing.Outlet(_name(self.outlets[outlet_id]), waiting, people)

    def at_risk(self, risk: borrowing.AtRisk) -> JobAtRisk:
        held = self.held[risk.job.id]
        return JobAtRisk(
            job_id=held.id,
            number=held.number,
            title=held.title,
            due=None if risk.job.due is None else _instant(risk.job.due),
            late_seconds=risk.late_s,
            reason=risk.rule,
            sentence=_sentence(_risk_in_words(held.number, risk)),
        )

    def proposal(self, rank: int, offer: borrowing.Offer, outlet_id: UUID) -> BorrowingProposal:
        lender = UUID(offer.technician.outlet_id)
        return BorrowingProposal(
            rank=rank,
            technician_id=UUID(offer.technician.id),
            technician_name=offer.technician.name,
            outlet_id=lender,
            outlet_name=self.outlets[lender]["name"],
            keeps=[self._kept(visit) for visit in offer.visits],
            misses_there=offer.misses,
            delays=offer.delays,
            travel_seconds=offer.travel_s,
            sentence=_sentence(offer.said),
            borrowing=NewBorrowing(
                outlet_id=outlet_id,
                technician_id=UUID(offer.technician.id),
                starts_at=_instant(offer.loan.start),
                ends_at=_instant(offer.loan.end),
            ),
        )

    def _kept(self, visit: borrowing.Visit) -> KeptVisit:
        held = self.held[visit.job_id]
        return KeptVisit(
            job_id=held.id,
            number=held.number,
            starts_at=_instant(visit.start),
            ends_at=_instant(visit.end),
            slack_seconds=visit.slack_s,
        )


async def _gather(outlets: Mapping[UUID, network.Row], period: tuple[datetime, datetime]) -> _Gathered:
    found: dict[UUID, Candidate] = {}
    people: dict[UUID, list[UUID]] = {}
    for outlet_id in outlets:
        there = await network.technicians_for_dispatch(outlet_id, *period)
        found |= {one.id: one for one in there}
        people[outlet_id] = [one.id for one in there]
    held = await _waiting(outlets, period)
    technicians = await _technicians(found, period, asking.limits_of({}))
    known = await dispatch_store.all_acquainted([(job.id, job.unit_id, job.customer_id) for job in held])
    counted = await people_store.depots(outlets) if any(job.parts_needed for job in held) else {}
    depots = {one: asking.free_depot(parts, technicians.values()) for one, parts in counted.items()}
    asked = {str(job.id): _asked(job, known, outlets, depots, period[0]) for job in held}
    return _Gathered(outlets, asked, {str(job.id): job for job in held}, technicians, people)


async def _waiting(outlet_ids: Iterable[UUID], period: tuple[datetime, datetime]) -> list[HeldJob]:
    """Those whose promise stands still wait for something else than a technician."""
    rows = await dispatch_store.to_plan(list(outlet_ids), *period)
    waiting = [row for row in rows if row["state"] in ("new", "declined") and not row["hold_cause"]]
    return [msgspec.convert(row, HeldJob, strict=False) for row in waiting]


async def _technicians(
    found: Mapping[UUID, Candidate], period: tuple[datetime, datetime], limits: Limits
) -> dict[UUID, Technician]:
    starts, ends = period
    visits: dict[UUID, list[visits_store.Visit]] = {}
    for visit in await visits_store.visits_of(found, starts - _A_DAY, ends + _A_DAY):
        visits.setdefault(visit.technician_id, []).append(visit)
    loads = asking.loads(await visits_store.past_work(found, starts - _PAST_WEEKS, starts))
    counted = {one.id: one.van_counted_at for one in found.values() if one.van_counted_at is not None}
    used = await dispatch_store.parts_used(counted) if counted else {}
    now = asking.earliest(starts)
    return {
        who: asking.technician(one, visits.get(who, []), loads.get(who, 0), now, limits, used=used.get(who, {}))
        for who, one in found.items()
    }


def _asked(
    job: HeldJob,
    known: Mapping[UUID, Acquainted],
    outlets: Mapping[UUID, network.Row],
    depots: Mapping[UUID, Mapping[str, int]],
    at: datetime,
) -> Job:
    zone = ZoneInfo(outlets[job.outlet_id]["zone"])
    return asking.asked(job, known.get(job.id, _NOBODY), at, zone, depots.get(job.outlet_id))


def _risk_in_words(number: int, risk: borrowing.AtRisk) -> Said:
    if risk.late_s is not None:
        span = span_in_words(timedelta(seconds=risk.late_s))
        return Said(f"工单 {number}：本网点最快也将迟到 {span.zh}。", f"Job {number}: {span.en} late at best.")
    why = WHY_NOT[risk.rule] if risk.rule is not None else Said("无人当班", "there is nobody")
    return Said(f"工单 {number}：本网点无人可派（{why.zh}）。", f"Job {number}: nobody here can come ({why.en}).")


def _name(outlet: Mapping[str, Any]) -> Said:
    return Said(outlet["name"], outlet["name_en"] or outlet["name"])


def _sentence(said: Said) -> Sentence:
    return Sentence(zh=said.zh, en=said.en)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
