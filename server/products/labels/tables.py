"""Batches of labels."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class LabelBatch(Table):
    """Labels of up to 10,000 units as one file. `centre_id`, `outlet_id`: the smallest part of the network that all of
    its units belong to (NULL: several). `wish`: format, form and sheet, as `drafting.Wish`; `making`: the units that
    are to be made for it, as `schemas.labels.NewSerials`. `done` of `labels` are drawn. `digest`, `size`: the finished
    file, NULL when there is none (any more); `parts_kept`: whether blobs of parts may lie about. `lease_until`: until
    when the worker that draws has it; `attempts`: how many workers have had it since the last part was done."""

    id = identity()
    centre_id = UUID(default=None, null=True)
    outlet_id = UUID(default=None, null=True)
    state = Varchar(10, default="making")
    wish = JSONB(default=None, null=False)
    making = JSONB(default=None, null=True)
    labels = Integer(default=None, null=False)
    done = Integer(default=0)
    made_by = UUID(default=None, null=True)
    made_at = Timestamptz(default=TimestamptzNow(), index=True)
    ended_at = Timestamptz(default=None, null=True)
    expires_at = Timestamptz(default=None, null=True)
    digest = Varchar(64, default=None, null=True)
    size = BigInt(default=None, null=True)
    parts_kept = Boolean(default=True)
    failure = Varchar(40, default=None, null=True)
    failure_text = Varchar(400, default="")
    lease_until = Timestamptz(default=None, null=True)
    attempts = Integer(default=0)


class LabelBatchPart(Table):
    """Some labels of a batch, drawn at once and kept until the file is whole. `unit_ids`: in the order of the labels,
    NULL until units that are to be made have been made; `digest`, `size`: what was drawn, NULL until then."""

    id = identity()
    batch_id = refers_to("LabelBatch")
    number = Integer(default=None, null=False)
    labels = Integer(default=None, null=False)
    unit_ids = JSONB(default=None, null=True)
    digest = Varchar(64, default=None, null=True)
    size = BigInt(default=None, null=True)

    one_part_per_number = Unique([batch_id, number])
