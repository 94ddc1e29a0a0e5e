"""Jobs, the visits booked for them, and the reviews a dispatcher settles."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Date, DoublePrecision, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class JobType(Table):
    """`checklist`: list of {key, text, text_en, required}. A synced record of the stream `catalogue`."""

    id = identity()
    code = Varchar(40, unique=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    skill = Varchar(40, default="")
    duration_minutes = Integer(default=60)
    checklist = JSONB(default="[]")
    photos_required = Integer(default=0)
    version = BigInt(default=1)
    field_versions = JSONB(default="{}")
    field_times = JSONB(default="{}")
    field_writers = JSONB(default="{}")


class Job(Table):
    """A synced record: the columns are its fields; who owns which field stands in `rules.ownership`.
    `checklist`: item key → {done, value, by, at}; `notes`, `photos`, `visits_done`: lists of entries with an `id`;
    `site_hours`: windows in which the site can be entered, none for always; `parts_needed`: part number → quantity;
    `lock`: what of its visit is fixed, none, person, time or both.
    `parts_used`: part number → quantity; `arrival`: {at, grade, raw, technician_id}.
    `appointment_at`: when the customer expects us, as agreed; `hold_cause`: why the promise stands still, empty when it
    does not. `price_minor`: what the customer is to pay, in the smallest unit of the firm's money. `billing_held`: an
    open review asks what of it counts, nothing is billed until it is settled. `sign_again`: the completion that the
    customer is asked to sign anew. `scanned`: the product that was last scanned on site, {gtin, serial, at, by, grade}.
    `deleted_at`: raised by mistake; on nobody's board, unless work that was done brings
    it back."""

    id = identity()
    number = BigInt(unique=True, default=None, null=False)
    centre_id = refers_to("ServiceCentre")
    outlet_id = refers_to("Outlet")
    job_type = Varchar(40, default=None, null=False)
    state = Varchar(20, default="new", index=True)
    priority = Integer(default=3)
    title = Text(default="")
    source = Varchar(60, default="")
    source_key = Varchar(80, default=None, null=True)
    customer_id = refers_to("Customer", null=True)
    unit_id = refers_to("ProductUnit", null=True)
    contact_name = Varchar(120, default="")
    contact_phone = Varchar(40, default="")
    access_notes = Text(default="")
    address = Text(default="")
    lat = DoublePrecision(default=None, null=False)
    lon = DoublePrecision(default=None, null=False)
    opened_at = Timestamptz(default=None, null=False)
    duration_minutes = Integer(default=60)
    skill = Varchar(40, default="")
    site_hours = JSONB(default="[]")
    parts_needed = JSONB(default="{}")
    lock = Varchar(10, default="none")
    technician_id = refers_to("Technician", null=True)
    visit_id = UUID(default=None, null=True)
    window_start = Timestamptz(default=None, null=True)
    window_end = Timestamptz(default=None, null=True)
    policy_name = Varchar(120, default="")
    policy_name_en = Varchar(120, default="")
    respond_by = Timestamptz(default=None, null=True)
    resolve_by = Timestamptz(default=None, null=True)
    promise_state = Varchar(10, default="running")
    appointment_at = Timestamptz(default=None, null=True)
    hold_cause = Varchar(40, default="")
    diagnosis = Text(default="")
    result = Text(default="")
    readings = JSONB(default="{}")
    checklist = JSONB(default="{}")
    notes = JSONB(default="[]")
    photos = JSONB(default="[]")
    parts_used = JSONB(default="{}")
    arrival = JSONB(default=None, null=True)
    visits_done = JSONB(default="[]")
    completion_id = UUID(default=None, null=True)
    finished_at = Timestamptz(default=None, null=True)
    reason = Text(default="")
    price_minor = BigInt(default=None, null=True)
    billing_held = Boolean(default=False)
    sign_again = UUID(default=None, null=True)
    scanned = JSONB(default=None, null=True)
    deleted_at = Timestamptz(default=None, null=True)
    version = BigInt(default=1)
    field_versions = JSONB(default="{}")
    field_times = JSONB(default="{}")
    field_writers = JSONB(default="{}")
    created_at = Timestamptz(default=TimestamptzNow())

    one_job_per_source_key = Unique([source, source_key])


class Visit(Table):
    """A technician's booking for a job. Two live visits of one technician never overlap: an exclusion constraint made
    by migration holds that, whoever looks first. `state`: planned, active, done, withdrawn."""

    id = identity()
    job_id = refers_to("Job")
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    technician_id = refers_to("Technician")
    technician_no = BigInt(default=None, null=False)
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=False)
    state = Varchar(10, default="planned")
    booked_by = UUID(default=None, null=True)
    booked_at = Timestamptz(default=TimestamptzNow())


class Review(Table):
    """A conflict that a dispatcher settles. A synced record of the stream `board:{outlet}` and of the technicians
    concerned. `sides`: what office and field each hold; `choices`: choice → what it will do, both languages.
    `undo_until`: until when its settlement can be undone."""

    id = identity()
    centre_id = refers_to("ServiceCentre")
    outlet_id = refers_to("Outlet")
    kind = Varchar(40, default=None, null=False)
    record_type = Varchar(40, default=None, null=False)
    record_id = UUID(default=None, null=False, index=True)
    technician_id = UUID(default=None, null=True)
    op_id = UUID(default=None, null=True)
    sides = JSONB(default="{}")
    choices = JSONB(default="{}")
    opened_at = Timestamptz(default=TimestamptzNow())
    settled_at = Timestamptz(default=None, null=True)
    settled_by = UUID(default=None, null=True)
    choice = Varchar(40, default=None, null=True)
    undo_until = Timestamptz(default=None, null=True)
    version = BigInt(default=1)
    field_versions = JSONB(default="{}")
    field_times = JSONB(default="{}")
    field_writers = JSONB(default="{}")


class Settlement(Table):
    """What settling a review did, so that it can be undone. `version`: the record's after it; `changes`: path → [old,
    new] of the record; `visits`: list of {id, technician_id, from, to}; `promise`: [old, new] when it was judged."""

    id = identity()
    review_id = UUID(default=None, null=False, index=True)
    record_type = Varchar(40, default=None, null=False)
    record_id = UUID(default=None, null=False)
    choice = Varchar(40, default=None, null=False)
    version = BigInt(default=0)
    changes = JSONB(default="{}")
    visits = JSONB(default="[]")
    promise = JSONB(default=None, null=True)
    settled_by = UUID(default=None, null=True)
    settled_at = Timestamptz(default=TimestamptzNow())
    undo_until = Timestamptz(default=None, null=False)
    undone_by = UUID(default=None, null=True)
    undone_at = Timestamptz(default=None, null=True)


class JobImport(Table):
    """What an import run did, so that a repeat can be explained."""

    id = identity()
    file_name = Varchar(200, default="")
    file_digest = Varchar(64, default="")
    started_at = Timestamptz(default=TimestamptzNow())
    day = Date(default=None, null=True)
    imported = Integer(default=0)
    known = Integer(default=0)
    refused = Integer(default=0)
