"""Signed completions and the photos they name."""

from piccolo.columns import UUID, BigInt, Boolean, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class Completion(Table):
    """What was signed, byte for byte: `manifest` is its canonical JSON (RFC 8785), `signature` the device's detached
    JWS over it. `fault` names why it did not hold; it is kept either way. `job_id` is the job as the phone knew it: the
    database does not check it, as a restore may have forgotten the job. `kind`: 'completed', 'cannot_complete', or
    'addendum', a statement of its own with its own photos; `extends` is the completion it adds to, NULL when that is
    not held."""

    id = identity()
    job_id = refers_to("Job")
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    technician_id = UUID(default=None, null=True)
    device_id = refers_to("Device")
    op_id = UUID(unique=True, default=None, null=False)
    manifest = Text(default=None, null=False)
    digest = Varchar(64, default=None, null=False)
    signature = Text(default="")
    valid = Boolean(default=False)
    fault = Varchar(60, default=None, null=True)
    received_at = Timestamptz(default=TimestamptzNow())
    sealed_at = Timestamptz(default=None, null=True)
    kind = Varchar(20, default="completed", null=False)
    extends = UUID(default=None, null=True)


class CompletionPhoto(Table):
    """A photo that a manifest names. `received_at` NULL: still on the phone."""

    completion_id = refers_to("Completion")
    job_id = UUID(default=None, null=False, index=True)
    digest = Varchar(64, default=None, null=False, index=True)
    size = BigInt(default=None, null=False)
    media_type = Varchar(60, default="")
    received_at = Timestamptz(default=None, null=True)

    one_row_per_photo = Unique([completion_id, digest])
