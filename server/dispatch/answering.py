"""Pure. From what `rules.recommendation` found to what is sent."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from schemas.commitments import Sentence
from schemas.dispatch import CostTerm, Delay, Recommendation, WhyNot
from schemas.jobs import Assign, LaterVisit
from server.commitments.rules.said import Said
from server.dispatch.rules.insertion import Delayed
from server.dispatch.rules.objective import TERMS, Cost
from server.dispatch.rules.problem import Technician
from server.dispatch.rules.recommendation import NotProposed, Proposal
from server.dispatch.rules.sentences import why_not_in_words
from server.jobs.visits_store import Visit

_TERMS = {term.name: term for term in TERMS}


def ranked(
    proposals: Sequence[Proposal],
    technicians: Iterable[Technician],
    visits: Iterable[Visit],
    technician_id: str | None = None,
) -> list[Recommendation]:
    """`proposals`: all, best first. `visits`: those that a proposal may delay, among others. `technician_id`: only this
    one's, with the rank it has among all."""
    names = {technician.id: technician.name for technician in technicians}
    by_job = {str(visit.job_id): visit for visit in visits if visit.state != "done"}
    return [
        _recommendation(rank, p, names[p.technician_id], by_job)
        for rank, p in enumerate(proposals, 1)
        if technician_id in (None, p.technician_id)
    ]


def why_not(
    others: Iterable[NotProposed], technicians: Iterable[Technician], technician_id: str | None = None
) -> list[WhyNot]:
    names = {technician.id: technician.name for technician in technicians}
    return [
        WhyNot(
            technician_id=UUID(one.technician_id),
            technician_name=names[one.technician_id],
            rule=one.rule,
            sentence=_sentence(one.said),
        )
        for one in others
        if technician_id in (None, one.technician_id)
    ]


def not_of_this_outlet(technician_id: UUID, name: str, name_en: str) -> WhyNot:
    """Somebody who was not even asked."""
    said = why_not_in_words(Said(name, name_en or name), "territory")
    return WhyNot(technician_id=technician_id, technician_name=name, rule="territory", sentence=_sentence(said))


def _recommendation(rank: int, found: Proposal, name: str, by_job: dict[str, Visit]) -> Recommendation:
    starts_at, ends_at = _instant(found.start), _instant(found.end)
    delays = [_delay(delayed, by_job[delayed.job_id]) for delayed in found.delayed]
    return Recommendation(
        technician_id=UUID(found.technician_id),
        technician_name=name,
        rank=rank,
        position=found.position,
        starts_at=starts_at,
        ends_at=ends_at,
        travel_seconds=found.travel_s,
        slack_seconds=found.slack_s,
        cost=_cost(found.cost),
        delays=delays,
        sentence=_sentence(found.said),
        booking=Assign(
            technician_id=UUID(found.technician_id),
            starts_at=starts_at,
            ends_at=ends_at,
            delays=[_later(delay, by_job[str(delay.job_id)].version) for delay in delays],
        ),
    )


def _delay(delayed: Delayed, visit: Visit) -> Delay:
    return Delay(
        job_id=visit.job_id,
        number=visit.number,
        starts_at=_instant(delayed.start),
        ends_at=_instant(delayed.end),
        seconds=delayed.by_s,
        breaks_promise=delayed.newly_missed,
    )


def _later(delay: Delay, version: int) -> LaterVisit:
    return LaterVisit(job_id=delay.job_id, starts_at=delay.starts_at, ends_at=delay.ends_at, base_version=version)


def _cost(cost: Cost) -> list[CostTerm]:
    return [
        CostTerm(term=name, tier=_TERMS[name].tier, value=value, cost=paid, sentence=_sentence(_TERMS[name].said))
        for name, (value, paid) in cost.by_term().items()
    ]


def _sentence(said: Said) -> Sentence:
    return Sentence(zh=said.zh, en=said.en)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
