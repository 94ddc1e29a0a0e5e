"""Messages to customers, from the moment they are wanted until what they said is erased."""

from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from server.platform.columns import identity


class Notification(Table):
    """`key` names what is said, so that it is said once. `channel`: sms or email. `secret`: the text holds a code or a
    link that opens something. `next_at`: when to look at it again: to try, when the try is taken for lost, when it
    expires, when it is erased; NULL once erased (recipient and text are empty then). `failure`: why it came to the
    desk. `shown_by`: who last read it in full at the desk."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    key = Varchar(140, unique=True, default=None, null=False)
    kind = Varchar(40, default=None, null=False)
    channel = Varchar(8, default=None, null=False)
    recipient = Varchar(254, default="")
    locale = Varchar(8, default=None, null=False)
    subject = Varchar(200, default="")
    text = Text(default="")
    secret = Boolean(default=False)
    customer_id = UUID(default=None, null=True)
    job_id = UUID(default=None, null=True)
    state = Varchar(8, default="queued")
    tries = Integer(default=0)
    failure = Varchar(40, default=None, null=True)
    made_at = Timestamptz(default=TimestamptzNow())
    next_at = Timestamptz(default=None, null=True)
    expires_at = Timestamptz(default=None, null=True)
    settled_at = Timestamptz(default=None, null=True)
    settled_by = UUID(default=None, null=True)
    shown_at = Timestamptz(default=None, null=True)
    shown_by = UUID(default=None, null=True)
