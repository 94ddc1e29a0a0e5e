"""Queries of scans and of alarms about them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec

from server.platform import db
from server.platform.auth import Scope, within
from server.platform.db import Statement

Row = Mapping[str, Any]

# ---- what was scanned ---------------------------------------------------------------------------------------------


async def key_of(day: date, fresh: bytes) -> bytes:
    """The day's key; `fresh` becomes it when there is none yet."""
    await db.execute("INSERT INTO scan_key (day, key) VALUES ($1, $2) ON CONFLICT DO NOTHING", day, fresh)
    key: bytes = await db.fetch_value("SELECT key FROM scan_key WHERE day = $1", day)
    return key


async def add_marks(marks: Sequence[tuple[bytes, date, bytes | None]]) -> set[bytes]:
    """(mark, day, hash of an unknown serial); those that were not there yet."""
    rows = await db.fetch(
        "INSERT INTO scan_mark (mark, day, serial) SELECT * FROM unnest($1::bytea[], $2::date[], $3::bytea[])"
        " ON CONFLICT (mark) DO NOTHING RETURNING mark",
        *_columns(sorted(marks, key=lambda m: m[0])),
    )
    return {row["mark"] for row in rows}


async def add_networks(found: Sequence[tuple[UUID, date, int]]) -> None:
    """(unit, day, how many more networks); the days are counted already (`products.store.count_scans`)."""
    await db.execute(
        "UPDATE unit_scan s SET networks = s.networks + n.networks"
        " FROM unnest($1::uuid[], $2::date[], $3::int[]) AS n(unit_id, day, networks)"
        " WHERE s.unit_id = n.unit_id AND s.day = n.day",
        *_columns(found),
    )


_PUT_PLACES = (
    " ON CONFLICT (unit_id, hour, lat, lon, source) DO UPDATE SET scans = unit_scan_place.scans + excluded.scans"
)


async def add_places(found: Sequence[tuple[UUID, datetime, int, int, str, str, int]]) -> None:
    """(unit, hour, lat, lon, name, name_en, how many more)."""
    await db.execute(
        "INSERT INTO unit_scan_place (unit_id, hour, lat, lon, source, name, name_en, scans)"
        " SELECT unit_id, hour, lat, lon, 'page', name, name_en, scans FROM unnest($1::uuid[], $2::timestamptz[],"
        " $3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::bigint[])"
        f" AS n(unit_id, hour, lat, lon, name, name_en, scans){_PUT_PLACES}",
        *_columns(found),
    )


def seen_on_site(scanned: Sequence[tuple[str, str, datetime, float, float]]) -> Statement:
    """(GTIN-14, serial, instant, lat, lon): a technician scanned a code there. Codes that are not on record leave
    nothing. To go with other writes."""
    return Statement(
        "INSERT INTO unit_scan_place (unit_id, hour, lat, lon, source, scans)"
        " SELECT u.id, date_trunc('hour', n.at, 'UTC'), round(n.lat)::smallint, round(n.lon)::smallint, 'visit',"
        " count(*) FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::float8[], $5::float8[])"
        " AS n(gtin, serial, at, lat, lon) JOIN product_unit u ON u.gtin = n.gtin AND u.serial = n.serial"
        f" GROUP BY 1, 2, 3, 4 ORDER BY 1{_PUT_PLACES}",
        tuple(_columns(scanned)),
    )


async def add_unknown(found: Sequence[tuple[str, date, int, int]]) -> None:
    """(GTIN-14, day, how many more, from how many more networks)."""
    await db.execute(
        "INSERT INTO unknown_scan (gtin, day, scans, networks)"
        " SELECT * FROM unnest($1::text[], $2::date[], $3::bigint[], $4::int[])"
        " ON CONFLICT (gtin, day) DO UPDATE SET scans = unknown_scan.scans + excluded.scans,"
        " networks = unknown_scan.networks + excluded.networks",
        *_columns(found),
    )


async def known_gtins(gtins: Collection[str]) -> set[str]:
    rows = await db.fetch("SELECT gtin FROM product_model WHERE gtin = ANY($1::text[])", sorted(gtins))
    return {row["gtin"] for row in rows}


async def networks_of_serials(hashes: Collection[bytes]) -> dict[bytes, int]:
    """From how many networks each unknown serial (its day's hash) was scanned."""
    rows = await db.fetch(
        "SELECT serial, count(*) AS networks FROM scan_mark WHERE serial = ANY($1::bytea[]) GROUP BY serial",
        sorted(hashes),
    )
    return {row["serial"]: row["networks"] for row in rows}


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def forget(today: date, keep: timedelta) -> None:
    """Marks and their keys when the day after theirs is over; places and unknown codes after `keep`."""
    for table in ("scan_mark", "scan_key"):
        await db.execute(f"DELETE FROM {table} WHERE day < $1", today - timedelta(days=1))
    await db.execute("DELETE FROM unknown_scan WHERE day < $1", today - keep)
    await db.execute("DELETE FROM unit_scan_place WHERE hour < $1", datetime.combine(today - keep, time(), UTC))


# ---- what is judged -----------------------------------------------------------------------------------------------

_WORTH_A_LOOK = """
SELECT u.id, u.gtin, u.serial, u.outlet_id, u.sold_on, u.installed_on FROM product_unit u
WHERE u.id = ANY($1::uuid[]) AND (
    EXISTS (SELECT 1 FROM unit_scan s WHERE s.unit_id = u.id AND s.day > $2 AND s.networks >= $3)
    OR (SELECT count(DISTINCT (p.lat, p.lon)) FROM unit_scan_place p WHERE p.unit_id = u.id) > 1)
"""


async def worth_a_look(unit_ids: Collection[UUID], first: date, networks: int) -> list[Row]:
    """Units of these that were scanned at two places, or from that many networks on a day after `first`."""
    return [dict(row) for row in await db.fetch(_WORTH_A_LOOK, sorted(unit_ids), first, networks)]


async def places_of(unit_ids: Collection[UUID]) -> list[Row]:
    rows = await db.fetch(
        "SELECT unit_id, hour AS at, lat, lon, source, name, name_en, scans FROM unit_scan_place"
        " WHERE unit_id = ANY($1::uuid[])",
        sorted(unit_ids),
    )
    return [dict(row) for row in rows]


async def days_of(unit_ids: Collection[UUID], first: date) -> list[Row]:
    """In the order of the days."""
    rows = await db.fetch(
        "SELECT unit_id, day, scans, networks FROM unit_scan WHERE unit_id = ANY($1::uuid[]) AND day > $2 ORDER BY day",
        sorted(unit_ids),
        first,
    )
    return [dict(row) for row in rows]


async def unknown_days(gtins: Collection[str], first: date) -> list[Row]:
    rows = await db.fetch(
        "SELECT gtin, day, scans, networks FROM unknown_scan WHERE gtin = ANY($1::text[]) AND day > $2 ORDER BY day",
        sorted(gtins),
        first,
    )
    return [dict(row) for row in rows]


# ---- alarms -------------------------------------------------------------------------------------------------------


async def alarms_of(codes: Collection[tuple[str, str]]) -> list[Row]:
    """Every alarm about these codes (GTIN-14, serial; some), whatever its state."""
    rows = await db.fetch(
        "SELECT a.gtin, a.serial, a.signal, a.state, a.closed_at FROM scan_alarm a"
        " JOIN unnest($1::text[], $2::text[]) AS n(gtin, serial) ON a.gtin = n.gtin AND a.serial = n.serial",
        *_columns(sorted(codes)),
    )
    return [dict(row) for row in rows]


async def open_serials(gtins: Collection[str]) -> dict[str, int]:
    """How many serials of each model that are not on record somebody has to look into already."""
    rows = await db.fetch(
        "SELECT gtin, count(*) AS waiting FROM scan_alarm WHERE gtin = ANY($1::text[])"
        " AND signal = 'invented_serial' AND state <> 'closed' GROUP BY gtin",
        sorted(gtins),
    )
    return {row["gtin"]: row["waiting"] for row in rows}


_RAISE = """
INSERT INTO scan_alarm AS a (id, gtin, serial, unit_id, signal, found, found_en, evidence, raised_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)
ON CONFLICT (gtin, serial, signal) DO UPDATE SET
    found = excluded.found, found_en = excluded.found_en, evidence = excluded.evidence,
    unit_id = coalesce(excluded.unit_id, a.unit_id),
    state = CASE a.state WHEN 'closed' THEN 'open' ELSE a.state END,
    version = CASE a.state WHEN 'closed' THEN a.version + 1 ELSE a.version END,
    times = CASE a.state WHEN 'closed' THEN a.times + 1 ELSE a.times END,
    raised_at = CASE a.state WHEN 'closed' THEN excluded.raised_at ELSE a.raised_at END,
    past = CASE a.state WHEN 'closed' THEN a.past || jsonb_build_object('finding', a.finding, 'note', a.note,
        'closed_by', a.closed_by, 'closed_at', a.closed_at) ELSE a.past END,
    taken_by = CASE a.state WHEN 'closed' THEN NULL ELSE a.taken_by END,
    taken_at = CASE a.state WHEN 'closed' THEN NULL ELSE a.taken_at END,
    given_by = CASE a.state WHEN 'closed' THEN NULL ELSE a.given_by END,
    finding = NULL, note = '', closed_by = NULL, closed_at = NULL
WHERE a.state <> 'closed' AND a.evidence <> excluded.evidence OR a.state = 'closed' AND a.closed_at < excluded.raised_at
RETURNING id, raised_at = $9 AS raised
"""


async def raise_alarm(row: Row) -> UUID | None:
    """One per code and signal: a new one, or a closed one open again; of one that is open the evidence is brought up to
    date. The alarm's id when it was raised."""
    names = ("id", "gtin", "serial", "unit_id", "signal", "found", "found_en", "evidence", "raised_at")
    kept = await db.fetch_row(_RAISE, *(row[name] for name in names))
    return kept["id"] if kept is not None and kept["raised"] else None


_ALARM = (
    "a.id, a.signal, a.state, a.version, a.gtin, a.serial, a.unit_id, u.centre_id, u.outlet_id, u.sold_on,"
    " coalesce(m.name, u.model_name, '') AS model_name, coalesce(m.name_en, u.model_name_en, '') AS model_name_en,"
    " a.found, a.found_en, a.evidence::text AS evidence, a.raised_at, a.times, a.taken_by, a.taken_at, a.given_by,"
    " a.closed_by, a.closed_at, a.finding, a.note, a.past::text AS past"
    " FROM scan_alarm a LEFT JOIN product_unit u ON u.id = a.unit_id LEFT JOIN product_model m ON m.gtin = a.gtin"
)
#: Whose an alarm is, its unit says; those without one are for those who see everything.
_IN_SCOPE = within("u")


async def page(
    scope: Scope, open_only: bool, outlet_id: UUID | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """What was raised last comes first."""
    rows = await db.fetch(
        f"SELECT {_ALARM} WHERE {_IN_SCOPE} AND (NOT $3 OR a.state <> 'closed')"
        " AND ($4::uuid IS NULL OR u.outlet_id = $4)"
        " AND ($5::timestamptz IS NULL OR (a.raised_at, a.id) < ($5, $6))"
        " ORDER BY a.raised_at DESC, a.id DESC LIMIT $7",
        scope.centre_id,
        scope.outlet_id,
        open_only,
        outlet_id,
        *(before or (None, None)),
        limit,
    )
    return [_decoded(row) for row in rows]


async def one(scope: Scope, alarm_id: UUID, *, lock: bool = False) -> Row | None:
    row = await db.fetch_row(
        f"SELECT {_ALARM} WHERE {_IN_SCOPE} AND a.id = $3{' FOR UPDATE OF a' if lock else ''}",
        scope.centre_id,
        scope.outlet_id,
        alarm_id,
    )
    return None if row is None else _decoded(row)


def _decoded(row: Any) -> Row:
    return dict(row) | {name: msgspec.json.decode(row[name]) for name in ("evidence", "past")}


async def hand(alarm_id: UUID, holder: UUID | None, since: datetime | None, given_by: UUID | None) -> None:
    await db.execute(
        "UPDATE scan_alarm SET state = CASE WHEN $2::uuid IS NULL THEN 'open' ELSE 'taken' END, taken_by = $2,"
        " taken_at = $3, given_by = $4, version = version + 1 WHERE id = $1",
        alarm_id,
        holder,
        since,
        given_by,
    )


async def close(alarm_id: UUID, user_id: UUID, now: datetime, finding: str, note: str) -> None:
    await db.execute(
        "UPDATE scan_alarm SET state = 'closed', closed_by = $2, closed_at = $3, finding = $4, note = $5,"
        " version = version + 1 WHERE id = $1",
        alarm_id,
        user_id,
        now,
        finding,
        note,
    )
