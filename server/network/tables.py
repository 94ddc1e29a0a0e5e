"""The network tree: headquarters, regional service centres, authorised service outlets, and who works there."""

from piccolo.columns import UUID, Array, BigSerial, Boolean, DoublePrecision, Timestamptz, Varchar
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class Headquarters(Table):
    """The firm itself; one row in an installation."""

    id = identity()
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    hotline = Varchar(40, default="")


class ServiceCentre(Table):
    id = identity()
    headquarters_id = refers_to("Headquarters")
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")


class Outlet(Table):
    """`zone`: IANA name; the promise is computed in it. `grade`: region grade A, B or C."""

    id = identity()
    centre_id = refers_to("ServiceCentre")
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    grade = Varchar(1, default="A")
    zone = Varchar(60, default="Asia/Shanghai")
    lat = DoublePrecision(default=None, null=False)
    lon = DoublePrecision(default=None, null=False)


class Technician(Table):
    """`no` is the whole number by which the database excludes double booking (it has no btree_gist for UUIDs).
    `home_*`: where the day's travel starts, WGS 84 degrees."""

    id = identity()
    no = BigSerial(unique=True)
    centre_id = refers_to("ServiceCentre")
    outlet_id = refers_to("Outlet")
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    skills = Array(base_column=Varchar(40), default=list)
    home_lat = DoublePrecision(default=None, null=False)
    home_lon = DoublePrecision(default=None, null=False)
    active = Boolean(default=True)


class Shift(Table):
    """One technician's working time on one day; instants in UTC."""

    id = identity()
    technician_id = refers_to("Technician")
    outlet_id = UUID(default=None, null=False)
    starts_at = Timestamptz(default=None, null=False, index=True)
    ends_at = Timestamptz(default=None, null=False)
