"""Plans, and reactions to what happens."""

from piccolo.columns import JSONB, UUID, BigInt, DoublePrecision, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
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


class Reaction(Table):
    """Something that happened and calls for a re-plan, once: `key` names it. `job_ids`: the jobs concerned.
    `suggested`: the smallest re-plan, as `reacting.kept.Suggested`; `revision` rises with every new one. `visit_at`:
    when the visit concerned was to begin. `look_at`: when to look at it again, NULL when it is over; `lease_until`:
    until when the worker that does has it. `not_auto`: why the outlet's rule did not carry it out by itself.
    `seen_to_by`: who looks into it since `seen_to_at`; `version` rises when it changes hands, with nothing else."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    key = Varchar(140, default=None, null=False)
    kind = Varchar(20, default=None, null=False)
    state = Varchar(10, default="noticed")
    job_ids = JSONB(default="[]")
    technician_id = UUID(default=None, null=True)
    visit_at = Timestamptz(default=None, null=True)
    happened_at = Timestamptz(default=None, null=False)
    noticed_at = Timestamptz(default=TimestamptzNow())
    revision = Integer(default=0)
    suggested_at = Timestamptz(default=None, null=True)
    expires_at = Timestamptz(default=None, null=True)
    suggested = JSONB(default=None, null=True)
    not_auto = Varchar(40, default=None, null=True)
    look_at = Timestamptz(default=None, null=True)
    lease_until = Timestamptz(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    ended_by = UUID(default=None, null=True)
    note = Varchar(400, default="")
    version = BigInt(default=1)
    seen_to_by = UUID(default=None, null=True)
    seen_to_at = Timestamptz(default=None, null=True)
    given_by = UUID(default=None, null=True)

    once = Unique([centre_id, outlet_id, key])


class ReactionRule(Table):
    """How an outlet reacts to one kind of event; without a row it is proposed. `minutes` NULL: the usual ones."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    kind = Varchar(20, default=None, null=False)
    mode = Varchar(10, default="propose")
    minutes = Integer(default=None, null=True)
    most_changes = Integer(default=1)
    most_shift_minutes = Integer(default=30)
    set_by = UUID(default=None, null=True)
    set_at = Timestamptz(default=TimestamptzNow())

    one_rule_per_kind = Unique([outlet_id, kind])
