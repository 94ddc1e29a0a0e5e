"""Pure. Who could come from another outlet, what they would keep here, and what it would cost there.

1. The jobs that wait here are placed one after the other, the most urgent first, with the outlet's own people. What
   then finds nobody, or only somebody too late, is at risk.
2. Each neighbour is asked to take what is at risk, lent for the shifts this needs; only what keeps its promise counts.
3. The jobs that wait there are placed with everybody; those that would have gone to the neighbour during the loan are
   placed anew with the colleagues who stay. What is then missed is the price.

Visits that are booked stay booked, here and there; a loan only bars new ones. Deliberate limits: the jobs are placed
greedily, so a better plan may keep what is shown as at risk; MOST_JOBS of an outlet are looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta, tzinfo
from typing import NamedTuple

from server.commitments.rules.said import Said, span_in_words
from server.dispatch.rules.insertion import MISSED
from server.dispatch.rules.problem import Job, Limits, Span, Stop, Technician
from server.dispatch.rules.recommendation import Proposal, Recommendation, recommend
from server.dispatch.rules.travel import TravelModel

MOST_JOBS = 30
"""Of one outlet, the most urgent."""


class AtRisk(NamedTuple):
    """`late_s`: how late the outlet's own best would be, None when nobody can come at all; `rule`: then the rule that
    bars most of its people."""

    job: Job
    late_s: int | None
    rule: str | None


class Visit(NamedTuple):
    """[start, end): what the neighbour would do here."""

    job_id: str
    start: int
    end: int
    slack_s: int | None


class Offer(NamedTuple):
    """`loan`: for how long. `misses`: promises that would be missed there, or left without anybody; `weight`: of what
    is kept here less what is missed there. `delays`: visits of the neighbour that would start later."""

    technician: Technician
    loan: Span
    visits: tuple[Visit, ...]
    misses: int
    delays: int
    travel_s: int
    weight: float
    said: Said


class Outlet(NamedTuple):
    """An outlet: the jobs that wait there, and its people."""

    name: Said
    jobs: Sequence[Job]
    people: Sequence[Technician]


class Question(NamedTuple):
    """`here` borrows for `period`; `there`: the lenders by outlet id; `neighbours`: who could be lent."""

    outlet_id: str
    here: Outlet
    there: Mapping[str, Outlet]
    neighbours: Sequence[Technician]
    period: Span
    now: int
    zone: tzinfo
    limits: Limits


class Answer(NamedTuple):
    at_risk: tuple[AtRisk, ...]
    offers: tuple[Offer, ...]


class _Placed(NamedTuple):
    """`given`: job id → technician id; `people` have the visits in their routes."""

    people: dict[str, Technician]
    given: dict[str, str]
    at_risk: list[AtRisk]


def offers(asked: Question, travel: TravelModel) -> Answer:
    """Best first; nobody who would break as much as they keep."""
    at_risk = _place(asked.here, asked, travel).at_risk
    if not at_risk:
        return Answer((), ())
    placed: dict[str, _Placed] = {}
    found = []
    for neighbour in asked.neighbours:
        lent, visits, last = _takes([risk.job for risk in at_risk], neighbour, asked, travel)
        if visits:
            lender = neighbour.outlet_id
            if lender not in placed:
                placed[lender] = _place(asked.there[lender], asked, travel)
            found.append(_offer(neighbour, lent, visits, last, placed[lender], asked, travel, at_risk))
    worth = [offer for offer in found if offer.weight > 0]
    return Answer(tuple(at_risk), tuple(sorted(worth, key=lambda o: (-o.weight, o.travel_s, o.technician.no))))


def _place(place: Outlet, asked: Question, travel: TravelModel) -> _Placed:
    people = {person.id: person for person in place.people}
    placed = _Placed(people, {}, [])
    for job in sorted(place.jobs, key=_urgency)[:MOST_JOBS]:
        answer = _asked(job, list(people.values()), asked, travel)
        best = answer.proposals[0] if answer.proposals else None
        if best is None or best.cost.values[MISSED]:
            placed.at_risk.append(_risk(job, best, answer))
        if best is not None:
            people[best.technician_id] = _with(people[best.technician_id], job, best)
            placed.given[job.id] = best.technician_id
    return placed


def _urgency(job: Job) -> tuple[float, float, str]:
    return (job.due if job.due is not None else float("inf")), -job.weight, job.id


def _asked(job: Job, people: Sequence[Technician], asked: Question, travel: TravelModel) -> Recommendation:
    return recommend(job, people, travel, asked.now, asked.zone, limits=asked.limits)


def _risk(job: Job, best: Proposal | None, answer: Recommendation) -> AtRisk:
    if best is not None:
        return AtRisk(job, max(0, -(best.slack_s or 0)), None)
    return AtRisk(job, None, max(answer.counts, key=lambda rule: answer.counts[rule], default=None))


def _with(person: Technician, job: Job, taken: Proposal) -> Technician:
    """The route with the visit in it, and those it pushes at their new times."""
    later = {delayed.job_id: delayed.start for delayed in taken.delayed}
    moved = [replace(s, start=later[s.job_id]) if s.job_id in later else s for s in person.route]
    visit = Stop(
        job.id, job.lat, job.lon, taken.start, job.service_s, job.due, job.weight, windows=job.windows, parts=job.parts
    )
    return replace(person, route=tuple(sorted([*moved, visit], key=lambda stop: stop.start)))


def _takes(
    jobs: Sequence[Job], neighbour: Technician, asked: Question, travel: TravelModel
) -> tuple[Technician, list[Visit], list[Proposal]]:
    """The neighbour, lent for the whole period, with what of these jobs is kept by taking it."""
    lent = replace(neighbour, lent_to={**neighbour.lent_to, asked.outlet_id: (asked.period,)})
    visits: list[Visit] = []
    taken: list[Proposal] = []
    for job in jobs:
        answer = _asked(job, [lent], asked, travel)
        if answer.proposals and not answer.proposals[0].cost.values[MISSED]:
            best = answer.proposals[0]
            lent = _with(lent, job, best)
            visits.append(Visit(job.id, best.start, best.end, best.slack_s))
            taken.append(best)
    return lent, visits, taken


def _offer(
    neighbour: Technician,
    lent: Technician,
    visits: Sequence[Visit],
    taken: Sequence[Proposal],
    lender: _Placed,
    asked: Question,
    travel: TravelModel,
    at_risk: Sequence[AtRisk],
) -> Offer:
    loan = _loan(visits, lent, asked.period)
    missed = _missed_without(neighbour, loan, lender, asked, travel)
    weights = {risk.job.id: risk.job.weight for risk in at_risk}
    travel_s = sum(each.travel_s for each in taken)
    delays = len({delayed.job_id for each in taken for delayed in each.delayed} - {visit.job_id for visit in visits})
    weight = sum(weights[visit.job_id] for visit in visits) - sum(job.weight for job in missed)
    place = asked.there[neighbour.outlet_id].name
    said = _said(neighbour, place, len(visits), travel_s, len(missed))
    return Offer(neighbour, loan, tuple(visits), len(missed), delays, travel_s, weight, said)


def _loan(visits: Sequence[Visit], person: Technician, period: Span) -> Span:
    """From the beginning of the first shift it needs to the end of the last, within the period."""
    first, last = min(visit.start for visit in visits), max(visit.end for visit in visits)
    begins = max((shift.start for shift in person.shifts if shift.start <= first), default=first)
    ends = min((shift.end for shift in person.shifts if shift.end >= last), default=last)
    return Span(max(period.start, begins), min(period.end, ends))


def _missed_without(
    neighbour: Technician, loan: Span, lender: _Placed, asked: Question, travel: TravelModel
) -> list[Job]:
    """Jobs there that would have gone to the neighbour during the loan and that nobody else would do in time."""
    there = asked.there[neighbour.outlet_id]
    waiting = {job.id: job for job in there.jobs}
    lost = [
        waiting[stop.job_id]
        for stop in lender.people[neighbour.id].route
        if lender.given.get(stop.job_id) == neighbour.id and stop.start < loan.end and stop.end > loan.start
    ]
    colleagues = [person for person in lender.people.values() if person.id != neighbour.id]
    already = {risk.job.id for risk in lender.at_risk}
    missed = []
    for job in lost:
        answer = _asked(job, colleagues, asked, travel)
        best = answer.proposals[0] if answer.proposals else None
        if best is not None:
            colleagues = [_with(c, job, best) if c.id == best.technician_id else c for c in colleagues]
        if (best is None or best.cost.values[MISSED]) and job.id not in already:
            missed.append(job)
    return missed


def _said(person: Technician, place: Said, kept: int, travel_s: int, missed: int) -> Said:
    """`王伟(静安)可兑现 2 项承诺,路程增加 35 分;静安不受影响。`"""
    road = span_in_words(timedelta(seconds=travel_s))
    name = Said(person.name, person.name_en or person.name)
    there_zh = f"{place.zh}将有 {missed} 项承诺无法兑现" if missed else f"{place.zh}不受影响"
    there_en = f"{missed} would be missed at {place.en}" if missed else f"nothing is missed at {place.en}"
    promises = "one promise" if kept == 1 else f"{kept} promises"
    return Said(
        f"{name.zh}（{place.zh}）可兑现 {kept} 项承诺，路程增加 {road.zh}；{there_zh}。",
        f"{name.en} of {place.en} could keep {promises} here, with {road.en} more on the road; {there_en}.",
    )
