"""Promises: policies, and the calendars they run on."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schemas.accounts import Role
from schemas.base import Answer, Instant, Name, Request, ShortText, Slug

Window = Annotated[list[Annotated[str, msgspec.Meta(max_length=5)]], msgspec.Meta(min_length=2, max_length=2)]
Windows = Annotated[list[Window], msgspec.Meta(max_length=12)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=10 * 366 * 86_400)]
WorkingDay = Annotated[int, msgspec.Meta(ge=0, le=2_000)]
Pausing = Literal["customer_asked_later", "no_access", "waiting_for_parts"]
Clock = Literal["response", "resolution"]
Severity = Annotated[str, msgspec.Meta(pattern="^[1-5]$")]


Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Sentence(Answer, frozen=True, kw_only=True):
    """One sentence a customer could be told, in both languages."""

    zh: str
    en: str


class NewCalendar(Request, frozen=True, kw_only=True):
    """`weekly`: weekday `0` (Monday) to `6` → [start, end] pairs as HH:MM, over midnight where the end is not later;
    `holidays_of`: the country whose holidays and swapped weekends it keeps (ISO 3166: `CN`, `US-MA`); `make_up`: what
    opens on a swapped weekend, the first open weekday's windows when left out; `closed`, `extra`: dates that differ
    from all that. `always_open` needs none of them.

    `code` of a calendar there is: its next version, for jobs opened from `effective_from` on (now when left out; never
    in the past). Left out: a calendar of its own."""

    name: Name
    name_en: ShortText = ""
    always_open: bool = False
    weekly: dict[Annotated[str, msgspec.Meta(pattern="^[0-6]$")], Windows] = {}
    closed: Annotated[list[date], msgspec.Meta(max_length=2000)] = []
    extra: dict[date, Windows] = {}
    holidays_of: Annotated[str, msgspec.Meta(max_length=10)] = ""
    make_up: Windows = []
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[a-z0-9_-]+$")] | None = None
    effective_from: Instant | None = None


class Calendar(Answer, frozen=True, kw_only=True):
    """One version. `centre_id` null: headquarters'. `unknown_years`: of this year and the two after it, those whose
    swapped weekends the library does not know yet: until it does, `closed` and `extra` have to say them."""

    id: UUID
    code: str
    version: int
    name: str
    name_en: str
    always_open: bool
    weekly: dict[str, Windows]
    closed: list[date]
    extra: dict[date, Windows]
    holidays_of: str
    make_up: Windows
    centre_id: UUID | None
    effective_from: Instant | None
    effective_to: Instant | None
    made_by: UUID | None
    made_at: Instant
    unknown_years: list[int]


class Holiday(Answer, frozen=True, kw_only=True):
    day: date
    name: str
    name_en: str


class YearOfHolidays(Answer, frozen=True, kw_only=True):
    """What the library knows of a country's year. `known` false: its swapped weekends are not announced, or not known
    to the library yet."""

    country: str
    year: int
    known: bool
    closed: list[Holiday]
    make_up: list[date]


class EscalationStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`offset_seconds` from the deadline, negative: before it. `tell`: a role. `clock`: `response`, `resolution`, or
    null for both."""

    key: Slug
    offset_seconds: Annotated[int, msgspec.Meta(ge=-366 * 86_400, le=366 * 86_400)]
    tell: Role
    clock: Clock | None = None


class NewPolicy(Request, frozen=True, kw_only=True):
    """A new version of the policy `code`; the version before it ends when this one takes effect. A condition left out
    matches every job. Each promise is `*_seconds` of working time, or `*_day`: by the end of the n-th working day.
    `pausing`: what stops its clocks, everything that can when left out. `effective_from` left out: now."""

    code: Slug
    name: Name
    name_en: ShortText = ""
    calendar_id: UUID
    job_type: Slug | None = None
    product_category: Slug | None = None
    customer_tier: Slug | None = None
    region_grade: Annotated[str, msgspec.Meta(pattern="^[ABC]$")] | None = None
    centre_id: UUID | None = None
    outlet_id: UUID | None = None
    severity: Severity | None = None
    respond_seconds: Seconds | None = None
    respond_day: WorkingDay | None = None
    resolve_seconds: Seconds | None = None
    resolve_day: WorkingDay | None = None
    rank: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    pausing: Annotated[list[Pausing], msgspec.Meta(max_length=3)] | None = None
    steps: Annotated[list[EscalationStep], msgspec.Meta(max_length=20)] = []
    effective_from: Instant | None = None
    effective_to: Instant | None = None


class Policy(Answer, frozen=True, kw_only=True):
    """One version, with its history. `owner_centre_id` null: headquarters'. `standing`: `binding`, `approved`
    (headquarters allowed it to promise less), `awaiting_approval`, `refused`, `withdrawn`; only the first two bind
    jobs. `shortfall`: what it promises less than headquarters, null where nothing."""

    id: UUID
    code: str
    version: int
    name: str
    name_en: str
    calendar_id: UUID
    job_type: str | None
    product_category: str | None
    customer_tier: str | None
    region_grade: str | None
    centre_id: UUID | None
    outlet_id: UUID | None
    severity: str | None
    respond_seconds: int | None
    respond_day: int | None
    resolve_seconds: int | None
    resolve_day: int | None
    rank: int
    pausing: list[str]
    steps: list[EscalationStep]
    effective_from: Instant
    effective_to: Instant | None
    owner_centre_id: UUID | None
    standing: str
    shortfall: Sentence | None
    made_by: UUID | None
    made_at: Instant
    decided_by: UUID | None
    decided_at: Instant | None
    decision_reason: str
    ended_by: UUID | None
    ended_at: Instant | None
    end_reason: str


class PolicyApproval(Request, frozen=True, kw_only=True):
    """Headquarters let a policy promise less than theirs."""

    reason: Annotated[str, msgspec.Meta(max_length=400)] = ""


class PolicyRefusal(Request, frozen=True, kw_only=True):
    """Headquarters do not; whoever made it is told why."""

    reason: Reason


class PolicyEnd(Request, frozen=True, kw_only=True):
    """`at` left out: now; never in the past, as promises made stand."""

    reason: Reason
    at: Instant | None = None


class Preview(Request, frozen=True, kw_only=True):
    """A policy, or a calendar's next version, that nobody has made yet: what would it have promised to the jobs of the
    last `days`?"""

    policy: NewPolicy | None = None
    calendar: NewCalendar | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=92)] = 30


class Kept(Answer, frozen=True, kw_only=True):
    """Response promises of the same jobs, judged by when somebody arrived; `open`: nobody has, and it is not late."""

    met: int
    missed: int
    open: int
    not_promised: int


class PreviewedJob(Answer, frozen=True, kw_only=True):
    """`respond_by`, `resolve_by`: by the policies as they are; `would_*`: with the change. Instants without pauses."""

    job_id: UUID
    number: int
    opened_at: Instant
    respond_by: Instant | None
    would_respond_by: Instant | None
    resolve_by: Instant | None
    would_resolve_by: Instant | None
    arrived_at: Instant | None


class PreviewAnswer(Answer, frozen=True, kw_only=True):
    """Of the `jobs` raised since `since` in the caller's subtree (the newest ones, where `capped`) that were not
    cancelled: how many would be bound by the change, and promised otherwise than the policies as they are promise.
    `sooner`, `later`: the first instant that differs; `examples`: the largest differences. `standing`: what a policy
    would have when it is made; `shortfall`: why it would have to wait."""

    since: Instant
    jobs: int
    capped: bool
    bound: int
    sooner: int
    later: int
    as_promised: Kept
    with_change: Kept
    examples: list[PreviewedJob]
    standing: str
    shortfall: Sentence | None


class ConsideredPolicy(Answer, frozen=True, kw_only=True):
    """`verdict`: `chosen`, `less_specific`, `lower_rank`, `older_version`, `not_in_force`, `promises_less`,
    `awaiting_approval`, or the condition that differs; `why`: the same for people."""

    policy_id: UUID
    code: str
    version: int
    name: Sentence
    verdict: str
    why: Sentence


class BindingPolicy(Answer, frozen=True, kw_only=True):
    """Which policy binds a case, and why not the others. `policy_id` null: nothing is promised. `unknown_years`: those
    up to the last deadline whose swapped weekends the library does not know: only the calendar's own dates tell them.
    """

    policy_id: UUID | None
    why: Sentence
    respond_by: Instant | None
    resolve_by: Instant | None
    calendar_id: UUID | None
    unknown_years: list[int]
    considered: list[ConsideredPolicy]
