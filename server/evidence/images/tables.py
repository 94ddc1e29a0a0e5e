"""What became of each photo that was received."""

from piccolo.columns import BigInt, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table


class PhotoImage(Table):
    """A photo by the SHA-256 of its bytes, whoever named it. `state`: `waiting` (to be judged; these rows are the
    queue), `ready`, or `refused` with the `code` that says why; the original is kept either way. `media_type`: what it
    is, whatever it was called; `width`, `height`: upright. `shown_…`, `thumbnail_…`: its copies, JPEG.
    `lease_until`: nobody else looks at it before; `attempts`: how often somebody began."""

    digest = Varchar(64, primary_key=True, default=None, null=False)
    state = Varchar(10, default="waiting")
    code = Varchar(40, default=None, null=True)
    media_type = Varchar(20, default="")
    width = Integer(default=None, null=True)
    height = Integer(default=None, null=True)
    shown_digest = Varchar(64, default=None, null=True, index=True)
    shown_size = BigInt(default=None, null=True)
    thumbnail_digest = Varchar(64, default=None, null=True, index=True)
    thumbnail_size = BigInt(default=None, null=True)
    expected_at = Timestamptz(default=TimestamptzNow())
    judged_at = Timestamptz(default=None, null=True)
    lease_until = Timestamptz(default=None, null=True)
    attempts = Integer(default=0)
