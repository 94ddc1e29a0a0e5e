"""Plans."""

from piccolo.columns import JSONB, UUID, DoublePrecision, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from server.platform.columns import identity


class Plan(Table):
    """A draft of who goes where, and what became of it. `outlet_id` None: all outlets of the centre. [`starts_at`,
    `ends_at`): the horizon. `made`: what the search found, as `planning.kept.Made`; `published`: job → when. `failure`:
    why there is nothing. `lease_until`: until when the worker that searches has it; `attempts`: how many have."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=True)
    state = Varchar(10, default="solving")
    made_by = UUID(default=None, null=True)
    made_at = Timestamptz(default=TimestamptzNow(), index=True)
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=False)
    seconds = DoublePrecision(default=None, null=False)
    expires_at = Timestamptz(default=None, null=False)
    made = JSONB(default=None, null=True)
    published = JSONB(default="{}")
    failure = Varchar(40, default=None, null=True)
    lease_until = Timestamptz(default=None, null=True)
    attempts = Integer(default=0)
