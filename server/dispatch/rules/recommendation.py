"""Pure. Who should take this job? Every technician, every position; ranked, each with its reasons.

Travel is asked once for all positions that leave in the same period of the travel model: from every origin to the job,
and from the job to every destination.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from itertools import groupby
from typing import NamedTuple

from server.commitments.rules.said import Said
from server.dispatch.rules.insertion import RULES, Delayed, Insertion, Slot, insert, ruled_out, slots_of
from server.dispatch.rules.objective import Cost, Objective
from server.dispatch.rules.problem import Job, Limits, Place, Technician
from server.dispatch.rules.sentences import proposal_in_words, why_not_in_words
from server.dispatch.rules.travel import TravelModel


class Proposal(NamedTuple):
    """`position`: place in the technician's route; [start, end): the window to book, which begins with the arrival;
    `slack_s`: to the deadline, negative when late, None without a promise."""

    technician_id: str
    position: int
    start: int
    end: int
    slack_s: int | None
    travel_s: int
    cost: Cost
    delayed: tuple[Delayed, ...]
    said: Said


class NotProposed(NamedTuple):
    """`rule`: the first rule that left no position, one of `insertion.RULES`."""

    technician_id: str
    rule: str
    said: Said


class Recommendation(NamedTuple):
    """`proposals`: best first, one for each technician who could come. `counts`: rule → technicians it ruled out."""

    proposals: tuple[Proposal, ...]
    why_not: tuple[NotProposed, ...]
    counts: Mapping[str, int]
    positions: int


class _Candidate(NamedTuple):
    technician: Technician
    slot: Slot


def recommend(
    job: Job,
    technicians: Sequence[Technician],
    travel: TravelModel,
    now: int,
    zone: tzinfo,
    *,
    objective: Objective | None = None,
    limits: Limits | None = None,
) -> Recommendation:
    """`zone`: the outlet's, for the sentences. A visit for this very job in somebody's route is looked through, so the
    same question serves a move."""
    objective, limits = objective or Objective(), limits or Limits()
    technicians = [_without(technician, job.id) for technician in technicians]
    outright = {technician.id: ruled_out(job, technician, now) for technician in technicians}
    candidates = [
        _Candidate(technician, slot)
        for technician in technicians
        if outright[technician.id] is None
        for slot in slots_of(technician, now, limits, travel)
    ]
    mean = sum(technician.recent_work_s for technician in technicians) / max(1, len(technicians))
    tried = _try_all(job, candidates, travel, mean, objective)
    best: dict[str, Insertion] = {}
    reached: dict[str, str] = {}
    for technician, answer in tried:
        if isinstance(answer, str):
            reached[technician.id] = max(answer, reached.get(technician.id, answer), key=RULES.index)
        elif technician.id not in best or _order(answer, technician) < _order(best[technician.id], technician):
            best[technician.id] = answer
    chosen = sorted((t for t in technicians if t.id in best), key=lambda t: _order(best[t.id], t))
    left = [t for t in technicians if t.id not in best]
    why_not = tuple(_not_proposed(t, outright[t.id] or reached.get(t.id, "no_shift")) for t in left)
    return Recommendation(
        tuple(_proposal(job, t, best[t.id], now, zone) for t in chosen),
        why_not,
        dict(Counter(answer.rule for answer in why_not)),
        len(candidates),
    )


def _try_all(
    job: Job, candidates: Iterable[_Candidate], travel: TravelModel, mean_load_s: float, objective: Objective
) -> list[tuple[Technician, Insertion | str]]:
    def period(candidate: _Candidate) -> int:
        return travel.period(candidate.slot.leaves)

    here, answers = Place(job.lat, job.lon), []
    for _, group in groupby(sorted(candidates, key=period), key=period):
        together = list(group)
        leaves = together[0].slot.leaves
        to_job = travel.matrix([c.slot.origin for c in together], [here], leaves).seconds
        from_job = travel.matrix([here], [c.slot.destination for c in together], leaves).seconds[0]
        for (technician, slot), (there,), onwards in zip(together, to_job, from_job, strict=True):
            answers.append((technician, insert(job, technician, slot, there, onwards, mean_load_s, objective)))
    return answers


def _without(technician: Technician, job_id: str) -> Technician:
    if all(stop.job_id != job_id for stop in technician.route):
        return technician
    return replace(technician, route=tuple(stop for stop in technician.route if stop.job_id != job_id))


def _order(answer: Insertion, technician: Technician) -> tuple[tuple[float, ...], int, int]:
    return answer.cost.key, answer.start, technician.no


def _name(technician: Technician) -> Said:
    return Said(technician.name, technician.name_en or technician.name)


def _proposal(job: Job, technician: Technician, found: Insertion, now: int, zone: tzinfo) -> Proposal:
    said = proposal_in_words(_name(technician), found.start, job.due, found.delayed, now, zone)
    slack = None if job.due is None else job.due - found.start
    return Proposal(
        technician.id, found.position, found.start, found.end, slack, found.travel_s, found.cost, found.delayed, said
    )


def _not_proposed(technician: Technician, rule: str) -> NotProposed:
    return NotProposed(technician.id, rule, why_not_in_words(_name(technician), rule))
