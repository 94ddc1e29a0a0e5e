"""The catalogue, the single units sold from it, and the terms under which they are repaired."""

from piccolo.columns import JSONB, UUID, BigInt, Date, Integer, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class ProductLine(Table):
    code = Varchar(40, primary_key=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")


class ProductModel(Table):
    """`gtin`: GTIN-14. `components`: main parts that warranty terms may name."""

    id = identity()
    line_code = refers_to("ProductLine")
    gtin = Varchar(14, unique=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")


class ProductUnit(Table):
    """One serial. A synced record: see `Customer` for versions and times."""

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
    version = BigInt(default=1)
    field_versions = JSONB(default="{}")
    field_times = JSONB(default="{}")
    field_writers = JSONB(default="{}")

    one_unit_per_serial = Unique([gtin, serial])


class WarrantyTerm(Table):
    """Versioned data, never edited in place. `source`: `statute` or `promise`; `line_code` NULL: every line.
    `terms`: the rule as `rules.coverage` reads it."""

    id = identity()
    policy_version = Varchar(40, default=None, null=False)
    source = Varchar(10, default=None, null=False)
    line_code = Varchar(40, default=None, null=True)
    component = Varchar(40, default=None, null=False)
    effective_from = Date(default=None, null=False)
    effective_to = Date(default=None, null=True)
    rank = Integer(default=0)
    terms = JSONB(default="{}")


class UnitScan(Table):
    """How often a code was opened on which day; nothing about who opened it."""

    unit_id = refers_to("ProductUnit")
    day = Date(default=None, null=False)
    scans = BigInt(default=0)

    one_row_per_day = Unique([unit_id, day])


class UnitRepair(Table):
    """A repair that coverage counts: days in the workshop extend the term."""

    id = identity()
    unit_id = refers_to("ProductUnit")
    component = Varchar(40, default=None, null=False)
    started_on = Date(default=None, null=False)
    finished_on = Date(default=None, null=True)
    job_id = UUID(default=None, null=True)
