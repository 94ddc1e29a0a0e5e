"""Promises as versioned data, the calendars they run on, and the promise made for each job."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class ServiceCalendar(Table):
    """One version of a calendar, never edited: of one `code` the version in force when a job is opened counts, and a
    promise made keeps its row. `weekly`: weekday (0 = Monday) → list of [start, end] as HH:MM; `closed`: ISO dates;
    `extra`: ISO date → windows; `holidays_of`: a country, or empty; `make_up`: the windows of its swapped weekends. A
    calendar with `always_open` needs none of them. `centre_id` NULL: headquarters'. `effective_from` NULL: since ever.
    """

    id = identity()
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    always_open = Boolean(default=False)
    weekly = JSONB(default="{}")
    closed = JSONB(default="[]")
    extra = JSONB(default="{}")
    code = Varchar(60, default="")
    version = Integer(default=1)
    centre_id = UUID(default=None, null=True)
    holidays_of = Varchar(10, default="")
    make_up = JSONB(default="[]")
    effective_from = Timestamptz(default=None, null=True)
    effective_to = Timestamptz(default=None, null=True)
    made_by = UUID(default=None, null=True)
    made_at = Timestamptz(default=TimestamptzNow())


class CommitmentPolicy(Table):
    """Never edited in place: a new version ends the one before it. NULL in a matching column means any.
    A promise is so many seconds of working time (`*_seconds`) or by the end of the n-th working day (`*_day`).

    `pausing`: what stops the clock; `steps`: list of {key, offset_seconds, tell, clock}. `owner_centre_id`: the centre
    that made it, NULL: headquarters. `standing`: `binding`, `awaiting_approval`, `approved`, `refused`, `withdrawn`;
    `shortfall`: what it promises less, in words, for whoever approves it."""

    id = identity()
    code = Varchar(60, default=None, null=False)
    version = Integer(default=1)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    job_type = Varchar(40, default=None, null=True)
    region_grade = Varchar(1, default=None, null=True)
    respond_seconds = Integer(default=None, null=True)
    respond_day = Integer(default=None, null=True)
    resolve_seconds = Integer(default=None, null=True)
    resolve_day = Integer(default=None, null=True)
    calendar_id = refers_to("ServiceCalendar")
    rank = Integer(default=0)
    effective_from = Timestamptz(default=None, null=False)
    effective_to = Timestamptz(default=None, null=True)
    product_category = Varchar(40, default=None, null=True)
    customer_tier = Varchar(40, default=None, null=True)
    centre_id = UUID(default=None, null=True)
    outlet_id = UUID(default=None, null=True)
    severity = Varchar(10, default=None, null=True)
    pausing = JSONB(default='["customer_asked_later", "no_access", "waiting_for_parts"]')
    steps = JSONB(default="[]")
    owner_centre_id = UUID(default=None, null=True)
    standing = Varchar(20, default="binding")
    shortfall = JSONB(default=None, null=True)
    made_by = UUID(default=None, null=True)
    made_at = Timestamptz(default=TimestamptzNow())
    decided_by = UUID(default=None, null=True)
    decided_at = Timestamptz(default=None, null=True)
    decision_reason = Varchar(400, default="")
    ended_by = UUID(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    end_reason = Varchar(400, default="")


class Commitment(Table):
    """The promise made for one job. `policy_id`, `calendar_id` NULL: another system made it. `first_*`: what was
    promised at first, never changed; `base_*`: what the policy in force promises; `respond_by`, `resolve_by`: the
    deadlines as they stand, moved by pauses and appointments. `state`: of the whole, as the job shows it;
    `response_state`, `resolution_state`: of each clock, NULL where not promised. `pausing`, `steps`, `calendar_id`,
    `zone`: as they were when the promise was made. `pauses`: list of {cause, began, ended}; `appointments`: {clock, at,
    agreed_at}; `restated`: {clock, policy_id, base_due}; `judgements`: every judgement ever given (the first one and
    each later one); `fired`: escalation steps that are done, {clock, key, at, told}. `next_at`: when to look again;
    NULL: nothing to look for."""

    id = identity()
    job_id = refers_to("Job")
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    policy_id = refers_to("CommitmentPolicy", null=True)
    calendar_id = UUID(default=None, null=True)
    zone = Varchar(64, default="UTC")
    started_at = Timestamptz(default=None, null=False)
    first_respond_by = Timestamptz(default=None, null=True)
    first_resolve_by = Timestamptz(default=None, null=True)
    base_respond_by = Timestamptz(default=None, null=True)
    base_resolve_by = Timestamptz(default=None, null=True)
    respond_by = Timestamptz(default=None, null=True, index=True)
    resolve_by = Timestamptz(default=None, null=True)
    state = Varchar(10, default="running", index=True)
    response_state = Varchar(10, default=None, null=True)
    resolution_state = Varchar(10, default=None, null=True)
    pausing = JSONB(default="[]")
    steps = JSONB(default="[]")
    pauses = JSONB(default="[]")
    appointments = JSONB(default="[]")
    restated = JSONB(default="[]")
    judgements = JSONB(default="[]")
    fired = JSONB(default="[]")
    voided_at = Timestamptz(default=None, null=True)
    planned_at = Timestamptz(default=None, null=True)
    next_at = Timestamptz(default=None, null=True)
    made_at = Timestamptz(default=TimestamptzNow())


class Alarm(Table):
    """An escalation step that fired: somebody has to act. A synced record of the stream `board:{outlet}`; it leaves the
    board at `over_at`, when its clock has stopped. `tell`: the role that is told; `due`: the deadline it was about;
    `given_by`: who gave it to `taken_by`, NULL: they took it themselves."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    job_id = refers_to("Job")
    number = BigInt(default=None, null=False)
    clock = Varchar(10, default=None, null=False)
    step = Varchar(60, default=None, null=False)
    tell = Varchar(30, default=None, null=False)
    due = Timestamptz(default=None, null=False)
    fired_at = Timestamptz(default=None, null=False)
    taken_by = UUID(default=None, null=True)
    taken_at = Timestamptz(default=None, null=True)
    over_at = Timestamptz(default=None, null=True)
    given_by = UUID(default=None, null=True)
    version = BigInt(default=1)
    field_versions = JSONB(default="{}")
    field_times = JSONB(default="{}")
    field_writers = JSONB(default="{}")
    created_at = Timestamptz(default=TimestamptzNow())

    one_alarm_per_step = Unique([job_id, clock, step])
