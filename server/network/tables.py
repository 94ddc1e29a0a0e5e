"""The network tree: headquarters, regional service centres, authorised service outlets, and who works there."""

from piccolo.columns import UUID, Array, BigSerial, Boolean, DoublePrecision, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
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
    version = Integer(default=1)


class Outlet(Table):
    """`zone`: IANA name; the promise is computed in it. `grade`: region grade A, B or C. `freeze_minutes`: visits that
    start sooner than this are moved by nobody but a dispatcher's own hand."""

    id = identity()
    centre_id = refers_to("ServiceCentre")
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    grade = Varchar(1, default="A")
    zone = Varchar(60, default="Asia/Shanghai")
    lat = DoublePrecision(default=None, null=False)
    lon = DoublePrecision(default=None, null=False)
    freeze_minutes = Integer(default=0)
    version = Integer(default=1)


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
    version = Integer(default=1)


class Shift(Table):
    """One technician's working time on one day; instants in UTC."""

    id = identity()
    technician_id = refers_to("Technician")
    outlet_id = UUID(default=None, null=False)
    starts_at = Timestamptz(default=None, null=False, index=True)
    ends_at = Timestamptz(default=None, null=False)


class Skill(Table):
    """A skill the firm knows by name. `needs_certificate`: it counts only while a certificate for it is valid."""

    id = identity()
    code = Varchar(40, unique=True, default=None, null=False)
    name = Varchar(120, default=None, null=False)
    name_en = Varchar(120, default="")
    needs_certificate = Boolean(default=False)


class Certificate(Table):
    """A technician may do what `skill` names in [valid_from, valid_to). Withdrawn: as if it had never been shown."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    technician_id = refers_to("Technician")
    skill = Varchar(40, default=None, null=False)
    number = Varchar(120, default="")
    valid_from = Timestamptz(default=None, null=False)
    valid_to = Timestamptz(default=None, null=False)
    added_by = UUID(default=None, null=True)
    added_at = Timestamptz(default=TimestamptzNow())
    withdrawn_by = UUID(default=None, null=True)
    withdrawn_at = Timestamptz(default=None, null=True)


class Absence(Table):
    """A technician does not work in [starts_at, ends_at), shift or not. `reason`: leave, sick, training, other."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    technician_id = refers_to("Technician")
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=False)
    reason = Varchar(20, default="leave")
    note = Varchar(120, default="")
    added_by = UUID(default=None, null=True)
    added_at = Timestamptz(default=TimestamptzNow())
    withdrawn_by = UUID(default=None, null=True)
    withdrawn_at = Timestamptz(default=None, null=True)


class Borrowing(Table):
    """A technician is lent to an outlet for [starts_at, ends_at). `centre_id`, `outlet_id`: who borrows; `lender_*`:
    who lends. `state`: asked, active, ended; one whose period is over still says active here."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = refers_to("Outlet")
    technician_id = refers_to("Technician")
    lender_centre_id = UUID(default=None, null=False)
    lender_outlet_id = UUID(default=None, null=False, index=True)
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=False)
    state = Varchar(10, default="asked")
    reason = Varchar(120, default="")
    asked_by = UUID(default=None, null=True)
    asked_at = Timestamptz(default=TimestamptzNow())
    agreed_by = UUID(default=None, null=True)
    agreed_at = Timestamptz(default=None, null=True)
    ended_by = UUID(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)


class VanStock(Table):
    """What was on a technician's van when it was counted."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = UUID(default=None, null=False)
    technician_id = refers_to("Technician")
    part = Varchar(80, default=None, null=False)
    quantity = Integer(default=0)
    counted_by = UUID(default=None, null=True)
    counted_at = Timestamptz(default=TimestamptzNow())

    one_row_per_part = Unique([technician_id, part])


class DepotStock(Table):
    """What was at an outlet's depot when it was counted."""

    id = identity()
    centre_id = UUID(default=None, null=False)
    outlet_id = refers_to("Outlet")
    part = Varchar(80, default=None, null=False)
    quantity = Integer(default=0)
    counted_by = UUID(default=None, null=True)
    counted_at = Timestamptz(default=TimestamptzNow())

    one_row_per_part_of_a_depot = Unique([outlet_id, part])
