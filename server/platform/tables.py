"""What the platform itself keeps: the installation, the feed of every stream, the history of every synced record."""

from piccolo.columns import JSONB, UUID, BigInt, BigSerial, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Installation(Table):
    """One row. The epoch changes when the server returns from a backup, so that replicas notice."""

    epoch = UUID(default=None, null=False)
    created_at = Timestamptz(default=TimestamptzNow())


class Stream(Table):
    """The head of one audience's feed. Updating this row inside the writing transaction hands out positions, so that
    per stream the order of positions is the order of commits. `floor`: positions at or below it have been purged."""

    name = Varchar(120, primary_key=True, default=None, null=False)
    head = BigInt(default=0)
    floor = BigInt(default=0)


class Feed(Table):
    """One row per stream and record: its latest position, version and encoded body (NULL: it left this stream).
    Piccolo gives every table an `id`; here nothing fills or indexes it, as every index costs each change of a row."""

    stream = Varchar(120, default=None, null=False)
    record_type = Varchar(40, default=None, null=False)
    record_id = UUID(default=None, null=False)
    position = BigInt(default=None, null=False)
    version = BigInt(default=None, null=False)
    body = Text(default=None, null=True)
    changed_at = Timestamptz(default=TimestamptzNow())

    one_row_per_stream = Unique([record_id, record_type, stream])
    one_record_per_position = Unique([stream, position])


class History(Table):
    """Who did what to which record, when, and every value that lost (guarantee 9)."""

    id = BigSerial(primary_key=True)
    record_type = Varchar(40, default=None, null=False)
    record_id = UUID(default=None, null=False, index=True)
    version = BigInt(default=None, null=False)
    action = Varchar(60, default=None, null=False)
    user_id = UUID(default=None, null=True)
    device_id = UUID(default=None, null=True)
    op_id = UUID(default=None, null=True)
    happened_at = Timestamptz(default=None, null=False)
    happened_grade = Varchar(10, default="exact")
    recorded_at = Timestamptz(default=TimestamptzNow())
    changes = JSONB(default="{}")
    lost = JSONB(default="{}")
    centre_id = UUID(default=None, null=True)
    outlet_id = UUID(default=None, null=True)


class FileAccess(Table):
    """That somebody of the office read a customer's file: who, what (`accesses.What`), which record it was, and why:
    `stated` by them (`reason`), or the `job` that was live then, or `none` known. Only ever added to, a trigger sees to
    it; whose file it is, the customer says. Kept 400 days."""

    id = BigSerial(primary_key=True)
    customer_id = UUID(default=None, null=False, index=True)
    at = Timestamptz(default=TimestamptzNow(), index=True)
    user_id = UUID(default=None, null=False)
    role = Varchar(20, default=None, null=False)
    what = Varchar(20, default=None, null=False)
    record_id = UUID(default=None, null=True)
    why = Varchar(10, default=None, null=False)
    reason = Varchar(200, default="")
    job_id = UUID(default=None, null=True)
