"""Uploads that have begun. Their bytes lie in files (`drafts`), and so does the truth about how many there are."""

from piccolo.columns import UUID, BigInt, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class Upload(Table):
    """`size`: bytes, as the completion says that names `digest`; `length`: as the client says, NULL while it has not.
    `device_id`: the device whose completion it is. `metadata`: as it was sent, for HEAD to echo.
    `state`: `open`; `done` when the photo has been received, by whatever way; `gone` when it expired or made room for a
    newer one. By hand: indexes of open ones by `user_id` and `digest`."""

    id = identity()
    user_id = refers_to("AppUser", index=False)
    device_id = refers_to("Device", index=False)
    job_id = UUID(default=None, null=False)
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    digest = Varchar(64, default=None, null=False)
    size = BigInt(default=None, null=False)
    length = BigInt(default=None, null=True)
    metadata = Text(default="")
    state = Varchar(8, default="open")
    made_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(default=None, null=False, index=True)
