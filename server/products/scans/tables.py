"""What is kept of scans, beside their numbers per day (`UnitScan`). Nothing of it says who scanned: no address, no
browser, no hour finer than an hour, no place finer than a degree."""

from piccolo.columns import JSONB, UUID, BigInt, BigSerial, Bytea, Date, Integer, SmallInt, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from server.platform.columns import identity, refers_to


class UnitScanPlace(Table):
    """Scans of a unit within the hour from `hour` on, at one place in whole degrees. `source`: `page`, by the network's
    region; `visit`, by a technician, where their job is. Kept 90 days."""

    id = BigSerial(primary_key=True)
    unit_id = refers_to("ProductUnit")
    hour = Timestamptz(default=None, null=False, index=True)
    lat = SmallInt(default=None, null=False)
    lon = SmallInt(default=None, null=False)
    source = Varchar(8, default="page")
    name = Varchar(80, default="")
    name_en = Varchar(80, default="")
    scans = BigInt(default=0)

    scanned_once_per_place = Unique([unit_id, hour, lat, lon, source])


class ScanKey(Table):
    """The key of one day's marks. Thrown away with them after the next day: then nobody can tell any more which network
    a mark was, not even who kept a backup of the marks alone."""

    day = Date(primary_key=True, default=None, null=False)
    key = Bytea(default=None, null=False)


class ScanMark(Table):
    """That some network has scanned some code on this day, so that it is counted once: a keyed hash of both. `serial`:
    of marks of codes that are not on record, the keyed hash of the code alone."""

    mark = Bytea(primary_key=True, default=None, null=False)
    day = Date(default=None, null=False, index=True)
    serial = Bytea(default=None, null=True)


class UnknownScan(Table):
    """How often codes of a model were opened that are not on record; not which."""

    id = BigSerial(primary_key=True)
    gtin = Varchar(14, default=None, null=False)
    day = Date(default=None, null=False, index=True)
    scans = BigInt(default=0)
    networks = Integer(default=0)

    unknown_once_per_day = Unique([gtin, day])


class ScanAlarm(Table):
    """Scans that look as if more than one product carries a code: at most one per code and signal. `serial` empty: of a
    model as a whole. `unit_id` NULL: not on record; whose it is otherwise, the unit says. `evidence`: as
    `schemas.scans.ScanEvidence`. `times`: how often it was raised; `past`: the findings of the times before."""

    id = identity()
    gtin = Varchar(14, default=None, null=False)
    serial = Varchar(20, default="")
    unit_id = refers_to("ProductUnit", null=True)
    signal = Varchar(20, default=None, null=False)
    state = Varchar(8, default="open")
    version = BigInt(default=1)
    found = Varchar(400, default="")
    found_en = Varchar(400, default="")
    evidence = JSONB(default="{}")
    raised_at = Timestamptz(default=TimestamptzNow())
    times = Integer(default=1)
    taken_by = UUID(default=None, null=True)
    taken_at = Timestamptz(default=None, null=True)
    given_by = UUID(default=None, null=True)
    closed_by = UUID(default=None, null=True)
    closed_at = Timestamptz(default=None, null=True)
    finding = Varchar(12, default=None, null=True)
    note = Varchar(400, default="")
    past = JSONB(default="[]")

    one_alarm_per_signal = Unique([gtin, serial, signal])
