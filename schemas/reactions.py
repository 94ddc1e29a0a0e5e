"""Reactions: something happened, and the smallest re-plan that answers it."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request
from schemas.commitments import Sentence
from schemas.dispatch import PlanItem
from schemas.travel import TravelTimes


class ReactionKind(StrEnum):
    """`emergency`: an urgent job was raised. `no_show`: a visit should have begun, nobody is under way. `overrun`: work
    goes on into the time of the next visit. `absence`: somebody is away from visits that are booked. `offline`: as
    `no_show`, of somebody whose phone is silent. `parts_missing`: a visit cannot be done for want of parts. `unfit`:
    whoever has a visit could not be booked for it any more: for want of a skill or certificate, or of the territory."""

    EMERGENCY = "emergency"
    DECLINE = "decline"
    NO_SHOW = "no_show"
    OVERRUN = "overrun"
    ABSENCE = "absence"
    OFFLINE = "offline"
    PARTS_MISSING = "parts_missing"
    UNFIT = "unfit"


class ReactionState(StrEnum):
    """`noticed`: no suggestion yet. `open`: waits for a dispatcher. `auto`: carried out by the outlet's rule. `stale`:
    what it was about has been settled otherwise."""

    NOTICED = "noticed"
    OPEN = "open"
    TAKEN = "taken"
    DISMISSED = "dismissed"
    STALE = "stale"
    AUTO = "auto"


class ReactionMode(StrEnum):
    """`off`: events of this kind are not looked for."""

    OFF = "off"
    PROPOSE = "propose"
    AUTO = "auto"


class RuleTerms(Request, frozen=True, kw_only=True):
    """How an outlet reacts to one kind of event. `minutes`: emergency: promised within so many; no_show: after the
    window began; overrun: past the window's end; offline: of silence; null: the usual ones; the others take none.
    `auto` binds only within: `most_changes` visits besides those concerned, each pushed by at most
    `most_shift_minutes`; never a promise newly missed, never a visit that is locked or about to start."""

    mode: ReactionMode = ReactionMode.PROPOSE
    minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] | None = None
    most_changes: Annotated[int, msgspec.Meta(ge=0, le=20)] = 1
    most_shift_minutes: Annotated[int, msgspec.Meta(ge=0, le=480)] = 30


class ReactionRule(Answer, frozen=True, kw_only=True):
    """`minutes`: in force, also when the usual ones are; null where the kind takes none. `set_at`: null as long as
    nobody has set anything."""

    outlet_id: UUID
    kind: ReactionKind
    mode: ReactionMode
    minutes: int | None
    most_changes: int
    most_shift_minutes: int
    set_by: UUID | None
    set_at: Instant | None
    sentence: Sentence


class NotAuto(Answer, frozen=True, kw_only=True):
    """Why the outlet's rule did not carry it out by itself."""

    code: str
    sentence: Sentence


class Reaction(Answer, frozen=True, kw_only=True):
    """`job_id`, `number`: of the first job concerned; `technician_id`: who is absent, late, silent or declined, if
    anybody. `happened_at`: as far as it is known. `items`: what is suggested, as in a plan: the jobs concerned and
    visits that make room; what has `after` null has no place. `open_changes`: how many taking it would carry out.
    `missed`: promises that would still be missed. `revision`: rises with every new suggestion; taking names it.
    `expires_at`: when the first suggested visit would begin. `method`: insertion or search; empty before `open`.
    `seen_to_by`: who looks into it; `given_by`: who gave it to them, null: they took it themselves; `version` rises
    when it changes hands."""

    id: UUID
    centre_id: UUID
    outlet_id: UUID
    kind: ReactionKind
    state: ReactionState
    job_id: UUID | None
    number: int | None
    technician_id: UUID | None
    technician_name: str
    happened_at: Instant
    noticed_at: Instant
    revision: int
    suggested_at: Instant | None
    expires_at: Instant | None
    event: Sentence
    sentence: Sentence
    items: list[PlanItem]
    open_changes: int
    missed: int
    method: str
    travel: TravelTimes | None
    elapsed_ms: int | None
    not_auto: NotAuto | None
    ended_at: Instant | None
    ended_by: UUID | None
    ended_by_name: str
    version: int
    seen_to_by: UUID | None
    seen_to_at: Instant | None
    given_by: UUID | None


class TakeReaction(Request, frozen=True, kw_only=True):
    """`revision`: of the suggestion that was looked at. `consent`: jobs that shall lose their visit, as nobody can take
    them; those not named keep it."""

    revision: int
    consent: Annotated[list[UUID], msgspec.Meta(max_length=200)] = []


class DismissReaction(Request, frozen=True, kw_only=True):
    reason: Annotated[str, msgspec.Meta(max_length=400)] = ""
