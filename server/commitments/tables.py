"""Promises as versioned data, the calendars they run on, and the promise made for each job."""

from piccolo.columns import JSONB, UUID, Boolean, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class ServiceCalendar(Table):
    """`weekly`: weekday (0 = Monday) → list of [start, end] as HH:MM; `closed`: ISO dates; `extra`: ISO date → windows.
    A calendar with `always_open` needs none of them."""

    id = identity()
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    always_open = Boolean(default=False)
    weekly = JSONB(default="{}")
    closed = JSONB(default="[]")
    extra = JSONB(default="{}")


class CommitmentPolicy(Table):
    """Never edited in place: a new version ends the one before it. NULL in a matching column means any.
    A promise is so many seconds of working time (`*_seconds`) or by the end of the n-th working day (`*_day`)."""

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


class Commitment(Table):
    """The promise made for one job, with every judgement of it ever given (the first one and each later one)."""

    id = identity()
    job_id = refers_to("Job")
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    policy_id = refers_to("CommitmentPolicy")
    started_at = Timestamptz(default=None, null=False)
    respond_by = Timestamptz(default=None, null=True, index=True)
    resolve_by = Timestamptz(default=None, null=True)
    state = Varchar(10, default="running", index=True)
    judgements = JSONB(default="[]")
    made_at = Timestamptz(default=TimestamptzNow())
