"""Pure. What is kept of an event and of the re-plan that answers it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.commitments import Sentence
from schemas.dispatch import PlanChange, PlanItem
from schemas.reactions import NotAuto, Reaction, ReactionKind, ReactionState
from schemas.travel import TravelTimes
from server.commitments.rules.said import Said
from server.dispatch.planning.drafting import CARRIED_OUT
from server.dispatch.reacting import bounds, saying


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, as the database tells it: twice the same `key` at the same outlet is the same event.
    `visit_at`: when the visit concerned was to begin."""

    kind: ReactionKind
    key: str
    centre_id: UUID
    outlet_id: UUID
    job_ids: list[UUID]
    technician_id: UUID | None
    visit_at: datetime | None
    happened_at: datetime


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest re-plan. `seen`: job → what of it this was made from, as `staleness.seen`; `said`: it in a
    sentence; `locked`: jobs concerned whose visit a dispatcher has fixed. [`starts_at`,
    `ends_at`): the horizon."""

    said: Sentence
    items: list[PlanItem]
    seen: dict[str, dict[str, Any]]
    locked: list[UUID]
    starts_at: datetime
    ends_at: datetime
    method: str
    travel: TravelTimes | None
    elapsed_ms: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A row."""

    id: UUID
    centre_id: UUID
    outlet_id: UUID
    key: str
    kind: ReactionKind
    state: ReactionState
    job_ids: list[UUID]
    technician_id: UUID | None
    technician_name: str
    technician_name_en: str
    number: int | None
    zone: str
    visit_at: datetime | None
    happened_at: datetime
    noticed_at: datetime
    revision: int
    suggested_at: datetime | None
    expires_at: datetime | None
    suggested: Suggested | None
    not_auto: str | None
    ended_at: datetime | None
    ended_by: UUID | None
    ended_by_name: str
    version: int
    seen_to_by: UUID | None
    seen_to_at: datetime | None
    given_by: UUID | None

    @property
    def items(self) -> list[PlanItem]:
        return self.suggested.items if self.suggested is not None else []


def to_carry_out(items: Sequence[PlanItem], consent: frozenset[UUID] = frozenset()) -> list[PlanItem]:
    """What taking a suggestion changes. A visit that nobody else can make stays booked unless `consent` names it: it
    is never dropped silently."""
    return [
        item
        for item in items
        if item.change in CARRIED_OUT and (item.change is not PlanChange.DROPPED or item.job_id in consent)
    ]


def wire(kept: Kept) -> Reaction:
    found = kept.suggested
    return Reaction(
        id=kept.id,
        centre_id=kept.centre_id,
        outlet_id=kept.outlet_id,
        kind=kept.kind,
        state=kept.state,
        job_id=kept.job_ids[0] if kept.job_ids else None,
        number=kept.number,
        technician_id=kept.technician_id,
        technician_name=kept.technician_name,
        happened_at=kept.happened_at,
        noticed_at=kept.noticed_at,
        revision=kept.revision,
        suggested_at=kept.suggested_at,
        expires_at=kept.expires_at,
        event=sentence(event_in_words(kept)),
        sentence=found.said if found is not None else sentence(saying.LOOKING),
        items=kept.items,
        open_changes=len(to_carry_out(kept.items)),
        missed=bounds.missed(kept.items),
        method=found.method if found is not None else "",
        travel=found.travel if found is not None else None,
        elapsed_ms=found.elapsed_ms if found is not None else None,
        not_auto=None if kept.not_auto is None else NotAuto(code=kept.not_auto, sentence=_not_auto(kept.not_auto)),
        ended_at=kept.ended_at,
        ended_by=kept.ended_by,
        ended_by_name=kept.ended_by_name,
        version=kept.version,
        seen_to_by=kept.seen_to_by,
        seen_to_at=kept.seen_to_at,
        given_by=kept.given_by,
    )


def event_in_words(kept: Kept) -> Said:
    name = Said(kept.technician_name, kept.technician_name_en or kept.technician_name)
    return saying.event(kept.kind, kept.number, name, kept.visit_at, len(kept.job_ids), kept.zone)


def _not_auto(code: str) -> Sentence:
    return sentence(saying.not_auto(code))


def sentence(said: Said) -> Sentence:
    return Sentence(zh=said.zh, en=said.en)
