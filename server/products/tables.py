"""The catalogue, the single units sold from it, and what decides how they are repaired."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Date, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class ProductLine(Table):
    code = Varchar(40, primary_key=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")


class ProductModel(Table):
    """`gtin`: GTIN-14."""

    id = identity()
    line_code = refers_to("ProductLine")
    gtin = Varchar(14, unique=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")


class ProductUnit(Table):
    """One serial. A synced record: see `Customer` for versions and times.

    `proof`: what is known of the proof of purchase, as `rules.coverage.Proof`; `exchanged_on`: the day on which it was
    handed over in exchange for another; `withdrawn_on`: refunded or exchanged away."""

    id = identity()
    centre_id = refers_to("ServiceCentre")
    outlet_id = refers_to("Outlet")
    model_id = refers_to("ProductModel")
    customer_id = refers_to("Customer", null=True)
    gtin = Varchar(14, default=None, null=False)
    serial = Varchar(20, default=None, null=False)
    model_name = Varchar(120, default="")
    model_name_en = Varchar(120, default="")
    line_code = Varchar(40, default="")
    manufactured_on = Date(default=None, null=True)
    sold_on = Date(default=None, null=True)
    installed_on = Date(default=None, null=True)
    registered_on = Date(default=None, null=True)
    proof = Varchar(20, default="valid")
    exchanged_on = Date(default=None, null=True)
    withdrawn_on = Date(default=None, null=True)
    version = BigInt(default=1)
    field_versions = JSONB(default="{}")
    field_times = JSONB(default="{}")
    field_writers = JSONB(default="{}")

    one_unit_per_serial = Unique([gtin, serial])


class WarrantyPolicy(Table):
    """One version of one policy, never edited in place. `document`: the whole of it as `rules.policy.Policy`; the other
    columns repeat what it says of itself, so that two versions cannot share a number or a first day."""

    id = identity()
    code = Varchar(64, default=None, null=False)
    version = Integer(default=None, null=False)
    source = Varchar(10, default=None, null=False)
    effective_from = Date(default=None, null=False)
    effective_to = Date(default=None, null=True)
    published_at = Timestamptz(default=TimestamptzNow())
    published_by = UUID(default=None, null=True)
    document = JSONB(default=None, null=False)

    one_row_per_version = Unique([code, version])
    one_version_per_first_day = Unique([code, effective_from])


class UnitScan(Table):
    """How often a code was opened on which day; nothing about who opened it."""

    unit_id = refers_to("ProductUnit")
    day = Date(default=None, null=False)
    scans = BigInt(default=0)

    one_row_per_day = Unique([unit_id, day])


class UnitRepair(Table):
    """A repair as `rules.coverage.Repair` counts it: its days extend the term, one that did not cure or that waits too
    long gives a right to an exchange. `delay`: `parts` or `repairer`, while it waits; `finished_on` NULL: with us."""

    id = identity()
    unit_id = refers_to("ProductUnit")
    component = Varchar(64, default=None, null=False)
    started_on = Date(default=None, null=False)
    finished_on = Date(default=None, null=True)
    cured = Boolean(default=True)
    delay = Varchar(10, default=None, null=True)
    fault_code = Varchar(64, default="")
    job_id = UUID(default=None, null=True)
