"""Queries about the network tree. Whoever has a caller behind them passes the caller's scope; what lies outside is not
found. `EVERYWHERE` is for the server's own use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from schemas.network import NewOutlet, NewServiceCentre, NewTechnician, Outlet, ServiceCentre, Shift, Technician
from server.network.rules import Interval
from server.platform import clock, db
from server.platform.auth import Scope

EVERYWHERE = Scope(None, None)


#: A row by column name, as the table has it.
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Loan:
    """The technician works for this outlet in [starts_at, ends_at), and meanwhile not for the own one."""

    outlet_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A technician whom work could be given to, with all that shares an instant with the asked span, uncut and in
    order. `skills`: those that need no certificate; `certificates`: (skill, from, to), also those that have ended;
    `unproven`: skills of the technician's list that need one, shown or not. `van`: part → quantity, as
    counted at `van_counted_at`."""

    id: UUID
    no: int
    name: str
    name_en: str
    skills: list[str]
    home_lat: float
    home_lon: float
    shifts: list[Interval]
    centre_id: UUID
    outlet_id: UUID
    active: bool = True
    absences: list[Interval] = field(default_factory=list)
    certificates: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    van: dict[str, int] = field(default_factory=dict)
    van_counted_at: datetime | None = None


# ------------------------------------------------------------------------------------------------ headquarters, centres


async def headquarters() -> UUID | None:
    found: UUID | None = await db.fetch_value("SELECT id FROM headquarters ORDER BY id LIMIT 1")
    return found


async def firm() -> Row | None:
    """What the firm tells everyone about itself: `name`, `name_en`, `hotline`; None before the first centre is made."""
    row = await db.fetch_row("SELECT name, name_en, hotline FROM headquarters ORDER BY id LIMIT 1")
    return None if row is None else dict(row)


async def insert_headquarters(headquarters_id: UUID, name: str, name_en: str, hotline: str) -> None:
    await db.execute(
        "INSERT INTO headquarters (id, name, name_en, hotline) VALUES ($1, $2, $3, $4)",
        headquarters_id,
        name,
        name_en,
        hotline,
    )


async def lock_headquarters() -> None:
    """Until the transaction ends nobody else makes one."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('headquarters'))")


_CENTRE = "id, name, name_en, version"


async def centre(centre_id: UUID, scope: Scope = EVERYWHERE) -> ServiceCentre | None:
    if scope.centre_id not in (None, centre_id):
        return None
    row = await db.fetch_row(f"SELECT {_CENTRE} FROM service_centre WHERE id = $1", centre_id)
    return None if row is None else ServiceCentre(**dict(row))


async def centres_page(scope: Scope, after: UUID | None, limit: int) -> list[ServiceCentre]:
    """By name. An outlet's people see their own centre."""
    rows = await db.fetch(
        f"SELECT {_CENTRE} FROM service_centre WHERE ($1::uuid IS NULL OR id = $1)"
        " AND ($2::uuid IS NULL OR (name, id) > (SELECT name, id FROM service_centre WHERE id = $2))"
        " ORDER BY name, id LIMIT $3",
        scope.centre_id,
        after,
        limit,
    )
    return [ServiceCentre(**dict(r)) for r in rows]


async def insert_centre(centre_id: UUID, headquarters_id: UUID, new: NewServiceCentre) -> None:
    await db.execute(
        "INSERT INTO service_centre (id, headquarters_id, name, name_en) VALUES ($1, $2, $3, $4)",
        centre_id,
        headquarters_id,
        new.name,
        new.name_en,
    )


async def lock_centre(centre_id: UUID) -> ServiceCentre | None:
    """Until the transaction ends nobody else changes this centre."""
    row = await db.fetch_row(f"SELECT {_CENTRE} FROM service_centre WHERE id = $1 FOR NO KEY UPDATE", centre_id)
    return None if row is None else ServiceCentre(**dict(row))


# ---------------------------------------------------------------------------------------------------------------- edits

#: What an edit may be about: its tables.
Editable = Literal["service_centre", "outlet", "technician"]


async def edit(table: Editable, row_id: UUID, values: Mapping[str, Any]) -> None:
    """Its next version; `values`: column → value. The caller has locked the row and held its version."""
    settings = [*(f"{column} = ${n}" for n, column in enumerate(values, 2)), "version = version + 1"]
    await db.execute(f"UPDATE {table} SET {', '.join(settings)} WHERE id = $1", row_id, *values.values())


# -------------------------------------------------------------------------------------------------------------- outlets

_NEW_OUTLET = "id, centre_id, name, name_en, grade, zone, lat, lon"
_OUTLET = f"{_NEW_OUTLET}, freeze_minutes, version"


async def outlet(outlet_id: UUID, scope: Scope = EVERYWHERE) -> Row | None:
    """All columns of the outlet."""
    row = await db.fetch_row(f"SELECT {_OUTLET} FROM outlet WHERE id = $1", outlet_id)
    if row is None or not scope.holds(row["centre_id"], row["id"]):
        return None
    return dict(row)


async def lock_outlet(outlet_id: UUID, scope: Scope = EVERYWHERE) -> Row | None:
    """Until the transaction ends nobody else changes or moves this outlet. What names it may be written meanwhile:
    whoever has locked a job would otherwise wait for the outlet, and its mover for the job."""
    row = await db.fetch_row(f"SELECT {_OUTLET} FROM outlet WHERE id = $1 FOR NO KEY UPDATE", outlet_id)
    if row is None or not scope.holds(row["centre_id"], row["id"]):
        return None
    return dict(row)


async def move_outlet(outlet_id: UUID, centre_id: UUID) -> None:
    """With its technicians, and what is known of them."""
    await db.execute("UPDATE outlet SET centre_id = $2 WHERE id = $1", outlet_id, centre_id)
    for table in ("technician", *_OF_A_TECHNICIAN, "depot_stock", "borrowing"):
        await db.execute(f"UPDATE {table} SET centre_id = $2 WHERE outlet_id = $1", outlet_id, centre_id)
    await db.execute("UPDATE borrowing SET lender_centre_id = $2 WHERE lender_outlet_id = $1", outlet_id, centre_id)


#: Tables whose rows go where their technician goes.
_OF_A_TECHNICIAN = ("absence", "certificate", "van_stock")


async def set_freeze(outlet_id: UUID, minutes: int) -> None:
    await db.execute("UPDATE outlet SET freeze_minutes = $2 WHERE id = $1", outlet_id, minutes)


async def outlets_page(scope: Scope, after: UUID | None, limit: int) -> list[Outlet]:
    """By name."""
    rows = await db.fetch(
        f"SELECT {_OUTLET} FROM outlet WHERE ($1::uuid IS NULL OR centre_id = $1) AND ($2::uuid IS NULL OR id = $2)"
        " AND ($3::uuid IS NULL OR (name, id) > (SELECT name, id FROM outlet WHERE id = $3))"
        " ORDER BY name, id LIMIT $4",
        scope.centre_id,
        scope.outlet_id,
        after,
        limit,
    )
    return [Outlet(**dict(r)) for r in rows]


async def outlet_ids(scope: Scope) -> list[UUID]:
    """Every outlet of a subtree."""
    rows = await db.fetch(
        "SELECT id FROM outlet WHERE ($1::uuid IS NULL OR centre_id = $1) AND ($2::uuid IS NULL OR id = $2)"
        " ORDER BY id",
        scope.centre_id,
        scope.outlet_id,
    )
    return [row["id"] for row in rows]


async def insert_outlet(outlet_id: UUID, new: NewOutlet) -> None:
    await db.execute(
        f"INSERT INTO outlet ({_NEW_OUTLET}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        outlet_id,
        new.centre_id,
        new.name,
        new.name_en,
        new.grade,
        new.zone,
        new.lat,
        new.lon,
    )


# ---------------------------------------------------------------------------------------------------------- technicians

_TECHNICIAN = "id, no, centre_id, outlet_id, name, name_en, skills, home_lat, home_lon, active, version"


async def technician(technician_id: UUID, scope: Scope = EVERYWHERE) -> Row | None:
    """All columns of the technician; `no` is the whole number by which the database excludes double booking."""
    return await _technician(technician_id, scope, "")


async def lock_technician(technician_id: UUID, scope: Scope = EVERYWHERE) -> Row | None:
    """Until the transaction ends nobody else changes this technician or their shifts."""
    return await _technician(technician_id, scope, " FOR UPDATE")


async def _technician(technician_id: UUID, scope: Scope, lock: str) -> Row | None:
    row = await db.fetch_row(f"SELECT {_TECHNICIAN} FROM technician WHERE id = $1{lock}", technician_id)
    if row is None or not scope.holds(row["centre_id"], row["outlet_id"]):
        return None
    return dict(row)


async def outlets_of(technician_id: UUID) -> list[UUID]:
    """Where the technician works: the own outlet, and those that a loan to is not over."""
    rows = await db.fetch(
        "SELECT outlet_id FROM technician WHERE id = $1 UNION SELECT outlet_id FROM borrowing"
        " WHERE technician_id = $1 AND state = 'active' AND ends_at > now()",
        technician_id,
    )
    return [row["outlet_id"] for row in rows]


async def move_technician(technician_id: UUID, outlet_id: UUID, centre_id: UUID, now: datetime) -> None:
    """With the shifts that are not over and what is known of the technician. A loan to the new outlet has no object
    any more; other loans go on, and the new outlet is the one that lends."""
    await db.execute(
        "UPDATE technician SET outlet_id = $2, centre_id = $3 WHERE id = $1", technician_id, outlet_id, centre_id
    )
    await db.execute(
        "UPDATE shift SET outlet_id = $2 WHERE technician_id = $1 AND ends_at > $3", technician_id, outlet_id, now
    )
    for table in _OF_A_TECHNICIAN:
        await db.execute(
            f"UPDATE {table} SET outlet_id = $2, centre_id = $3 WHERE technician_id = $1",
            technician_id,
            outlet_id,
            centre_id,
        )
    await db.execute(
        "UPDATE borrowing SET lender_outlet_id = $2, lender_centre_id = $3,"
        " state = CASE WHEN outlet_id = $2 THEN 'ended' ELSE state END,"
        " ended_at = CASE WHEN outlet_id = $2 THEN $4 ELSE ended_at END"
        " WHERE technician_id = $1 AND state <> 'ended' AND ends_at > $4",
        technician_id,
        outlet_id,
        centre_id,
        now,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which technicians to list: all of these that are not None must fit."""

    scope: Scope
    technician_id: UUID | None
    outlet_id: UUID | None


async def technicians_page(wanted: Wanted, day: date | None, after: UUID | None, limit: int) -> list[Technician]:
    """Active technicians by name, those of the subtree and those lent to it now or soon. `day`: with the shifts that
    touch it in their outlet's zone; None: with none."""
    rows = await db.fetch(
        "SELECT t.id, t.outlet_id, t.name, t.name_en, t.skills, t.home_lat, t.home_lon, t.version FROM technician t"
        " WHERE t.active AND (($1::uuid IS NULL OR t.centre_id = $1)"
        " AND ($2::uuid IS NULL OR t.outlet_id = $2) AND ($3::uuid IS NULL OR t.outlet_id = $3)"
        " OR EXISTS (SELECT FROM borrowing b WHERE b.technician_id = t.id AND b.state = 'active' AND b.ends_at > now()"
        " AND ($1::uuid IS NULL OR b.centre_id = $1) AND ($2::uuid IS NULL OR b.outlet_id = $2)"
        " AND ($3::uuid IS NULL OR b.outlet_id = $3)))"
        " AND ($4::uuid IS NULL OR t.id = $4)"
        " AND ($5::uuid IS NULL OR (t.name, t.id) > (SELECT name, id FROM technician WHERE id = $5))"
        " ORDER BY t.name, t.id LIMIT $6",
        wanted.scope.centre_id,
        wanted.scope.outlet_id,
        wanted.outlet_id,
        wanted.technician_id,
        after,
        limit,
    )
    shifts = await _shifts_of_day([r["id"] for r in rows], day) if day is not None else {}
    return [_shown(r, shifts.get(r["id"], [])) for r in rows]


async def technician_with_shifts(technician_id: UUID) -> Technician | None:
    """With every shift there is."""
    row = await db.fetch_row(f"SELECT {_TECHNICIAN} FROM technician WHERE id = $1", technician_id)
    if row is None:
        return None
    rows = await db.fetch(
        "SELECT id, starts_at, ends_at FROM shift WHERE technician_id = $1 ORDER BY starts_at", technician_id
    )
    return _shown(row, [Shift(**dict(r)) for r in rows])


def _shown(row: Any, shifts: list[Shift]) -> Technician:
    return Technician(
        id=row["id"],
        outlet_id=row["outlet_id"],
        name=row["name"],
        name_en=row["name_en"],
        skills=row["skills"],
        home_lat=row["home_lat"],
        home_lon=row["home_lon"],
        shifts=shifts,
        version=row["version"],
    )


async def _shifts_of_day(technician_ids: Sequence[UUID], day: date) -> dict[UUID, list[Shift]]:
    """A day begins at its midnight in the outlet's zone, which is 23 to 25 hours before the next one."""
    rows = await db.fetch(
        "SELECT s.technician_id, s.id, s.starts_at, s.ends_at FROM shift s JOIN technician t ON t.id = s.technician_id"
        " JOIN outlet o ON o.id = t.outlet_id WHERE s.technician_id = ANY($1::uuid[])"
        " AND s.starts_at < (($2::date + 1)::timestamp AT TIME ZONE o.zone)"
        " AND s.ends_at > ($2::date::timestamp AT TIME ZONE o.zone) ORDER BY s.starts_at",
        list(technician_ids),
        day,
    )
    shifts: dict[UUID, list[Shift]] = {}
    for row in rows:
        shift = Shift(id=row["id"], starts_at=row["starts_at"], ends_at=row["ends_at"])
        shifts.setdefault(row["technician_id"], []).append(shift)
    return shifts


async def technicians_for_dispatch(outlet_id: UUID, start: datetime, end: datetime) -> list[Candidate]:
    """Whoever works for the outlet at some time of [start, end): its active technicians, and those lent to it then;
    also those who have no shift."""
    lent = "EXISTS (SELECT FROM borrowing b WHERE b.technician_id = t.id AND b.outlet_id = $3 AND " + _LENT_THEN + ")"
    return await _candidates(f"t.active AND (t.outlet_id = $3 OR {lent})", start, end, outlet_id)


async def candidates(technician_ids: Iterable[UUID], start: datetime, end: datetime) -> dict[UUID, Candidate]:
    """These technicians, also those who have left."""
    found = await _candidates("t.id = ANY($3::uuid[])", start, end, sorted(set(technician_ids)))
    return {one.id: one for one in found}


async def neighbours(outlet_id: UUID, metres: float, start: datetime, end: datetime, limit: int) -> list[Candidate]:
    """Active technicians of other outlets who could be lent: those of the same centre, and those whose outlet lies
    within `metres`; the nearest home first."""
    there = "SELECT o.centre_id, o.lat, o.lon FROM outlet o WHERE o.id = $3"
    return await _candidates(
        f"t.id IN (SELECT x.id FROM technician x JOIN outlet xo ON xo.id = x.outlet_id, ({there}) here"
        " WHERE x.active AND x.outlet_id <> $3"
        f" AND (x.centre_id = here.centre_id OR {_METRES.format(lat='xo.lat', lon='xo.lon')} <= $4)"
        f" ORDER BY {_METRES.format(lat='x.home_lat', lon='x.home_lon')}, x.no LIMIT $5)",
        start,
        end,
        outlet_id,
        metres,
        limit,
    )


#: As the crow flies to `here`, on a plane that is flat around it: good enough to choose whom to ask.
_METRES = "111195 * sqrt(({lat} - here.lat) ^ 2 + (({lon} - here.lon) * cos(radians(here.lat))) ^ 2)"
_LENT_THEN = "b.state = 'active' AND b.starts_at < $2 AND b.ends_at > $1"
_TO_THE_END = "$2::timestamptz + interval '1 day'"  # of a shift that has begun by then
_CERTIFIED = "EXISTS (SELECT FROM skill k WHERE k.code = x AND k.needs_certificate)"
_CANDIDATE = f"""
SELECT json_build_object(
    'id', t.id, 'no', t.no, 'name', t.name, 'name_en', t.name_en, 'centre_id', t.centre_id, 'outlet_id', t.outlet_id,
    'active', t.active, 'home_lat', t.home_lat, 'home_lon', t.home_lon,
    'skills', ARRAY(SELECT x FROM unnest(t.skills) x WHERE NOT {_CERTIFIED}),
    'unproven', ARRAY(SELECT x FROM unnest(t.skills) x WHERE {_CERTIFIED}),
    'shifts', coalesce((SELECT json_agg(json_build_array(s.starts_at, s.ends_at) ORDER BY s.starts_at) FROM shift s
        WHERE s.technician_id = t.id AND s.starts_at < $2 AND s.ends_at > $1), '[]'),
    'absences', coalesce((SELECT json_agg(json_build_array(a.starts_at, a.ends_at) ORDER BY a.starts_at) FROM absence a
        WHERE a.technician_id = t.id AND a.withdrawn_at IS NULL AND a.starts_at < {_TO_THE_END} AND a.ends_at > $1),
        '[]'),
    'certificates', coalesce((SELECT json_agg(json_build_array(c.skill, c.valid_from, c.valid_to) ORDER BY c.valid_from)
        FROM certificate c WHERE c.technician_id = t.id AND c.withdrawn_at IS NULL AND c.valid_from < {_TO_THE_END}),
        '[]'),
    'loans', coalesce((SELECT json_agg(json_build_object('outlet_id', b.outlet_id, 'starts_at', b.starts_at,
        'ends_at', b.ends_at) ORDER BY b.starts_at) FROM borrowing b WHERE b.technician_id = t.id AND b.state = 'active'
        AND b.starts_at < {_TO_THE_END} AND b.ends_at > $1),
        '[]'),
    'van', coalesce((SELECT json_object_agg(v.part, v.quantity) FROM van_stock v WHERE v.technician_id = t.id), '{{}}'),
    'van_counted_at', (SELECT min(v.counted_at) FROM van_stock v WHERE v.technician_id = t.id)
)::text AS candidate FROM technician t WHERE """


async def _candidates(condition: str, start: datetime, end: datetime, *args: Any) -> list[Candidate]:
    """One query, however much is asked about each."""
    rows = await db.fetch(f"{_CANDIDATE}{condition} ORDER BY t.no", start, end, *args)
    return msgspec.json.decode(f"[{','.join(r['candidate'] for r in rows)}]", type=list[Candidate])


async def insert_technician(technician_id: UUID, centre_id: UUID, new: NewTechnician) -> None:
    await db.execute(
        "INSERT INTO technician (id, centre_id, outlet_id, name, name_en, skills, home_lat, home_lon)"
        " VALUES ($1, $2, $3, $4, $5, $6::text[], $7, $8)",
        technician_id,
        centre_id,
        new.outlet_id,
        new.name,
        new.name_en,
        new.skills,
        new.home_lat,
        new.home_lon,
    )


# --------------------------------------------------------------------------------------------------------------- shifts


async def insert_shifts(technician_id: UUID, outlet_id: UUID, intervals: Sequence[Interval]) -> list[Shift]:
    rows = await db.fetch(
        "INSERT INTO shift (id, technician_id, outlet_id, starts_at, ends_at) SELECT i, $1, $2, s, e"
        " FROM unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[]) AS x(i, s, e)"
        " RETURNING id, starts_at, ends_at",
        technician_id,
        outlet_id,
        [clock.new_id() for _ in intervals],
        [start for start, _ in intervals],
        [end for _, end in intervals],
    )
    return [Shift(**dict(r)) for r in rows]


async def shifts_between(technician_id: UUID, start: datetime, end: datetime) -> list[Interval]:
    rows = await db.fetch(
        "SELECT starts_at, ends_at FROM shift WHERE technician_id = $1 AND starts_at < $3 AND ends_at > $2",
        technician_id,
        start,
        end,
    )
    return [(r["starts_at"], r["ends_at"]) for r in rows]


async def delete_shift(technician_id: UUID, shift_id: UUID) -> bool:
    gone = await db.fetch_value(
        "DELETE FROM shift WHERE id = $2 AND technician_id = $1 RETURNING id", technician_id, shift_id
    )
    return gone is not None
