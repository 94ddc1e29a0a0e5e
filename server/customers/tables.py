"""Owners of products, and where to find them."""

from piccolo.columns import JSONB, BigInt, DoublePrecision, Text, Varchar
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class Customer(Table):
    """A synced record: the columns are its fields. `field_versions`: version at which each field last changed;
    `field_times`: corrected time of that write in epoch milliseconds. `tier`: what policies of promises may ask for,
    such as `key_account`; empty: none."""

    id = identity()
    centre_id = refers_to("ServiceCentre")
    outlet_id = refers_to("Outlet")
    name = Varchar(120, default=None, null=False)
    phone = Varchar(40, default="")
    address = Text(default="")
    access_notes = Text(default="")
    lat = DoublePrecision(default=None, null=True)
    lon = DoublePrecision(default=None, null=True)
    tier = Varchar(40, default="")
    version = BigInt(default=1)
    field_versions = JSONB(default="{}")
    field_times = JSONB(default="{}")
    field_writers = JSONB(default="{}")
