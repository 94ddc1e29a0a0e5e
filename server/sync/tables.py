"""Every operation ever pushed and what became of it."""

from piccolo.columns import UUID, BigInt, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import refers_to


class SyncOperation(Table):
    """`args` and `outcome` are JSON text, not JSONB: an operation is kept as it came, also one that JSONB refuses.
    The database does not check
    `device_id`: the device's row is locked by the transaction that writes, and never deleted."""

    op_id = UUID(primary_key=True, default=None, null=False)
    device_id = refers_to("Device", index=False)
    seq = BigInt(default=None, null=False)
    digest = Varchar(64, default=None, null=False)
    kind = Varchar(60, default=None, null=False)
    record_type = Varchar(40, default=None, null=False)
    record_id = UUID(default=None, null=True, index=True)
    base_version = BigInt(default=0)
    args = Text(default="{}")
    at = Text(default="{}")
    corrected_at = Timestamptz(default=None, null=True)
    grade = Varchar(10, default="")
    status = Varchar(10, default=None, null=False)
    outcome = Text(default="{}")
    received_at = Timestamptz(default=TimestamptzNow())

    one_operation_per_seq = Unique([device_id, seq])
