"""Jobs and reviews over HTTP."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Latitude, Longitude, LongText, Name, Phone, Request, ShortText, Slug
from schemas.commitments import Sentence


class JobState(StrEnum):
    NEW = "new"
    SCHEDULED = "scheduled"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    WORKING = "working"
    PAUSED = "paused"
    COMPLETED = "completed"
    CLOSED = "closed"
    DECLINED = "declined"
    CANNOT_COMPLETE = "cannot_complete"
    CANCELLED = "cancelled"


#: An amount in the smallest unit of the firm's money (fen, cents).
Price = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class Lock(StrEnum):
    """What of a job's visit is fixed."""

    NONE = "none"
    PERSON = "person"
    TIME = "time"
    BOTH = "both"


ClockTime = Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class SiteHours(Request, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """A window in which the site can be entered, by the clock of the outlet's zone: every week on `days` (1 is Monday),
    or once `on` a date. One that ends at or before its beginning ends on the day after."""

    days: Annotated[list[Annotated[int, msgspec.Meta(ge=1, le=7)]], msgspec.Meta(max_length=7)] = []
    on: date | None = None
    from_: ClockTime
    to: ClockTime


#: Windows of one job; none: the site can always be entered.
SiteWindows = Annotated[list[SiteHours], msgspec.Meta(max_length=50)]
PartNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
#: Part → how many.
PartsNeeded = Annotated[dict[PartNumber, Annotated[int, msgspec.Meta(ge=1, le=1000)]], msgspec.Meta(max_length=50)]


class NewJob(Request, frozen=True, kw_only=True):
    """A job as the hotline raises it. `opened_at`: when the caller called; now when left out. `price_minor`: what the
    caller was told it costs."""

    outlet_id: UUID
    job_type: Slug
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    contact_name: Name
    contact_phone: Phone = ""
    address: LongText = ""
    access_notes: LongText = ""
    lat: Latitude
    lon: Longitude
    customer_id: UUID | None = None
    unit_id: UUID | None = None
    priority: Annotated[int, msgspec.Meta(ge=1, le=5)] = 3
    duration_minutes: Annotated[int, msgspec.Meta(ge=5, le=1440)] | None = None
    opened_at: Instant | None = None
    price_minor: Price | None = None
    site_hours: SiteWindows = []
    parts_needed: PartsNeeded = {}


class JobEdit(Request, frozen=True, kw_only=True):
    """An office edit. `base_version`: what the editor was looking at; fields left out stay as they are. `lat`, `lon`:
    both or none."""

    base_version: Annotated[int, msgspec.Meta(ge=1)]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=400)] | msgspec.UnsetType = msgspec.UNSET
    contact_name: Name | msgspec.UnsetType = msgspec.UNSET
    contact_phone: Phone | msgspec.UnsetType = msgspec.UNSET
    access_notes: LongText | msgspec.UnsetType = msgspec.UNSET
    address: LongText | msgspec.UnsetType = msgspec.UNSET
    lat: Latitude | msgspec.UnsetType = msgspec.UNSET
    lon: Longitude | msgspec.UnsetType = msgspec.UNSET
    priority: Annotated[int, msgspec.Meta(ge=1, le=5)] | msgspec.UnsetType = msgspec.UNSET
    diagnosis: LongText | msgspec.UnsetType = msgspec.UNSET
    unit_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    price_minor: Price | msgspec.UnsetType | None = msgspec.UNSET
    site_hours: SiteWindows | msgspec.UnsetType = msgspec.UNSET
    parts_needed: PartsNeeded | msgspec.UnsetType = msgspec.UNSET


class LaterVisit(Request, frozen=True, kw_only=True):
    """A visit of the same technician that makes room, with its new window. `base_version`: of its job, as the
    dispatcher saw it; a job that changed meanwhile is not moved."""

    job_id: UUID
    starts_at: Instant
    ends_at: Instant
    base_version: Annotated[int, msgspec.Meta(ge=1)]


class Assign(Request, frozen=True, kw_only=True):
    """Books a visit. `ends_at` left out: the job's usual duration. `delays`: visits that make room for it; all of it is
    booked or nothing. `override`: also what is locked, and what makes room although it is about to start. `instead_of`:
    the visit that the dispatcher saw on screen; null: none. When another stands there by now, nothing is booked."""

    technician_id: UUID
    starts_at: Instant
    ends_at: Instant | None = None
    delays: Annotated[list[LaterVisit], msgspec.Meta(max_length=50)] = []
    override: bool = False
    instead_of: UUID | msgspec.UnsetType | None = msgspec.UNSET


class LockJob(Request, frozen=True, kw_only=True):
    lock: Lock


class Reason(Request, frozen=True, kw_only=True):
    reason: ShortText = ""


class Job(Answer, frozen=True, kw_only=True):
    """A job as it stands, the same fields a phone gets through the feed. `billing_held`: an open review asks what of it
    counts, nothing is billed until it is settled. `sign_again`: the completion that the customer is to sign anew.
    `appointment_at`: when the customer expects us, as agreed. `lock`: what of its visit is fixed. `hold_cause`: why the
    promise stands still; empty when it does not. `deleted_at`: deleted by the office, and shown because of work that
    was done all the same. `scanned`: the product that was last scanned on site."""

    id: UUID
    number: int
    version: int
    centre_id: UUID
    outlet_id: UUID
    job_type: str
    state: JobState
    priority: int
    title: str
    source: str
    customer_id: UUID | None
    unit_id: UUID | None
    contact_name: str
    contact_phone: str
    access_notes: str
    address: str
    lat: float
    lon: float
    opened_at: Instant
    duration_minutes: int
    skill: str
    technician_id: UUID | None
    visit_id: UUID | None
    window_start: Instant | None
    window_end: Instant | None
    policy_name: str
    policy_name_en: str
    respond_by: Instant | None
    resolve_by: Instant | None
    promise_state: str
    appointment_at: Instant | None
    hold_cause: str
    diagnosis: str
    result: str
    readings: dict[str, Any]
    checklist: dict[str, Any]
    notes: list[dict[str, Any]]
    photos: list[dict[str, Any]]
    parts_used: dict[str, int]
    arrival: dict[str, Any] | None
    visits_done: list[dict[str, Any]]
    completion_id: UUID | None
    finished_at: Instant | None
    reason: str
    price_minor: int | None
    billing_held: bool
    sign_again: UUID | None
    deleted_at: Instant | None
    site_hours: list[dict[str, Any]] = []
    parts_needed: dict[str, int] = {}
    lock: Lock = Lock.NONE
    scanned: dict[str, Any] | None = None


class ChecklistItem(Request, frozen=True, kw_only=True):
    """`key` names it for ever; `required`: the phone asks for it before a completion."""

    key: Slug
    text: Name
    text_en: ShortText = ""
    required: bool = False


class NewJobType(Request, frozen=True, kw_only=True):
    """A kind of jobs, for the catalogue that every phone and board holds. `skill` empty: anyone can."""

    code: Slug
    name: Name
    name_en: ShortText = ""
    skill: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_]{0,40}$")] = ""
    duration_minutes: Annotated[int, msgspec.Meta(ge=5, le=1440)] = 60
    checklist: Annotated[list[ChecklistItem], msgspec.Meta(max_length=100)] = []
    photos_required: Annotated[int, msgspec.Meta(ge=0, le=40)] = 0


class JobType(Answer, frozen=True, kw_only=True):
    id: UUID
    code: str
    name: str
    name_en: str
    skill: str
    duration_minutes: int
    checklist: list[dict[str, Any]]
    photos_required: int


class Review(Answer, frozen=True, kw_only=True):
    """`sides`: what office and field each hold. `choices`: choice → {zh, en}: what it will do. `undo_until`: until when
    its settlement can be undone."""

    id: UUID
    outlet_id: UUID
    kind: str
    record_type: str
    record_id: UUID
    technician_id: UUID | None
    op_id: UUID | None
    sides: dict[str, Any]
    choices: dict[str, Any]
    opened_at: Instant
    settled_at: Instant | None
    settled_by: UUID | None
    choice: str | None
    version: int
    undo_until: Instant | None


class FieldEffect(Answer, frozen=True, kw_only=True):
    """A field of the record that will change. `field`: its name, or `field/key` for an entry of one."""

    field: str
    before: Any
    after: Any


class VisitEffect(Answer, frozen=True, kw_only=True):
    """A visit that will change. `id` None: one that is added; `before` None likewise."""

    id: UUID | None
    technician_id: UUID
    before: str | None
    after: str


class PromiseEffect(Answer, frozen=True, kw_only=True):
    """The response promise as it stands and as it will: running, met, missed, void."""

    before: str
    after: str


class WarrantyEffect(Answer, frozen=True, kw_only=True):
    """The warranty by which the work is judged, now and then."""

    before: Sentence
    after: Sentence


class Effects(Answer, frozen=True, kw_only=True):
    """What a choice will do if it is taken now; all empty: nothing changes."""

    fields: list[FieldEffect]
    visits: list[VisitEffect]
    promise: PromiseEffect | None
    warranty: WarrantyEffect | None


class ReviewInFull(Review, frozen=True, kw_only=True):
    """`effects`: choice → what it will do, worked out against the record at `record_version`; empty when settled.
    `record_version` None: the record is gone."""

    effects: dict[str, Effects]
    record_version: int | None


class Settlement(Request, frozen=True, kw_only=True):
    """`record_version`: of the effects that the dispatcher was shown; when the record has moved on since, nothing is
    settled (`version_stale`). Left out: settle whatever the record is now."""

    choice: Slug
    record_version: Annotated[int, msgspec.Meta(ge=1)] | None = None
