"""What has happened, asked of the database as it stands: nothing has to be reported, so nothing is forgotten and no
phone waits for it. The same question, asked of certain jobs only, tells whether an event still stands.

An event is bounded by when it happened (`kinds.LOOK_BACK`) when it is looked for, not when it is asked whether it
stands. Deliberate limit: whether the next visit of an overrun can begin in time is told here by the great circle at
30 km/h; the suggestion has the real travel times.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.reactions import ReactionKind
from server.dispatch.reacting.kept import Event
from server.dispatch.reacting.kinds import AHEAD, KINDS, LOOK_BACK
from server.jobs import dispatch_store, visits_store
from server.jobs.rules import stock
from server.jobs.store import THERE
from server.network import people_store
from server.network import store as network
from server.network.store import Candidate
from server.platform import db

MOST = 50
"""Events of one kind in one round; the rest follows in the next."""

_PARTS_AHEAD = timedelta(hours=24)
_MOST_CARRIERS = 200

#: Not every question uses all that every question is given.
_GIVEN = "$1::timestamptz IS NOT NULL AND $2::interval IS NOT NULL AND $3::interval IS NOT NULL"
_HEAD = "j.centre_id, j.outlet_id"
_WANTED = "coalesce(r.mode, 'propose') <> 'off'"


def _minutes(kind: ReactionKind, alias: str = "r") -> str:
    return f"coalesce({alias}.minutes, {KINDS[kind].minutes}) * interval '1 minute'"


def _rule(kind: str, alias: str = "r") -> str:
    return f"LEFT JOIN reaction_rule {alias} ON {alias}.outlet_id = j.outlet_id AND {alias}.kind = '{kind}'"


#: Each: what follows SELECT up to the condition by which it is bounded. `$1`: now, `$2`: `LOOK_BACK`, `$3`: `AHEAD`.
_EMERGENCY = f"""
SELECT {_HEAD}, 'emergency' AS kind, 'emergency:' || j.id AS key, ARRAY[j.id] AS job_ids,
    NULL::uuid AS technician_id, NULL::timestamptz AS visit_at, j.opened_at AS happened_at
FROM job j {_rule("emergency")}
WHERE j.state = 'new' AND j.hold_cause = '' AND {THERE} AND {_WANTED} AND (j.priority = 1
    OR least(j.respond_by, j.resolve_by) - j.opened_at <= {_minutes(ReactionKind.EMERGENCY)})
"""
_EMERGENCY_BOUND = "j.created_at > $1::timestamptz - $2::interval AND j.opened_at > $1::timestamptz - $2::interval"

_DECLINE = f"""
SELECT {_HEAD}, 'decline' AS kind, 'decline:' || j.id || ':' || h.version AS key, ARRAY[j.id] AS job_ids,
    (h.changes->'technician_id'->>0)::uuid AS technician_id,
    (h.changes->'window_start'->>0)::timestamptz AS visit_at, h.happened_at
FROM job j {_rule("decline")} JOIN history h ON h.record_type = 'job' AND h.record_id = j.id
    AND h.version = (j.field_versions->>'state')::bigint AND h.action = 'job.decline'
WHERE j.state = 'declined' AND {THERE} AND {_WANTED}
"""
_DECLINE_BOUND = "h.recorded_at > $1::timestamptz - $2::interval"

#: Whoever is at work elsewhere does not fail to show up: the visit before it overruns.
_NO_SHOW = f"""
SELECT * FROM (
    SELECT {_HEAD}, CASE WHEN d.silent THEN 'offline' ELSE 'no_show' END AS kind, 'visit:' || v.id AS key,
        ARRAY[j.id] AS job_ids, j.technician_id, v.starts_at AS visit_at,
        v.starts_at + {_minutes(ReactionKind.NO_SHOW)} AS happened_at,
        CASE WHEN d.silent THEN coalesce(q.mode, 'propose') ELSE coalesce(r.mode, 'propose') END AS mode
    FROM job j {_rule("no_show")} {_rule("offline", "q")}
    JOIN visit v ON v.id = j.visit_id AND v.state = 'planned'
    LEFT JOIN LATERAL (SELECT max(coalesce(last_seen_at, enrolled_at))
        <= $1::timestamptz - {_minutes(ReactionKind.OFFLINE, "q")} AS silent
        FROM device WHERE technician_id = j.technician_id AND revoked_at IS NULL) d ON true
    WHERE j.state IN ('scheduled', 'accepted') AND j.hold_cause = '' AND {THERE}
        AND j.window_start <= $1::timestamptz - {_minutes(ReactionKind.NO_SHOW)} AND {{bound}}
        AND NOT EXISTS (SELECT FROM job w WHERE w.technician_id = j.technician_id
            AND w.state IN ('en_route', 'on_site', 'working') AND w.window_end > $1::timestamptz - interval '12 hours')
) j WHERE mode <> 'off'
"""
_NO_SHOW_BOUND = "j.window_start > $1::timestamptz - $2::interval"

_METRES = (
    "111195 * sqrt((n.lat - j.lat) ^ 2 + ((n.lon - j.lon) * cos(radians(j.lat))) ^ 2)"  # flat, which is near enough
)
_OVERRUN = f"""
SELECT n.centre_id, n.outlet_id, 'overrun' AS kind, 'overrun:' || v.id AS key, ARRAY[n.id] AS job_ids,
    v.technician_id, v.starts_at AS visit_at, j.window_end AS happened_at
FROM job j {_rule("overrun")} CROSS JOIN LATERAL (SELECT * FROM visit WHERE technician_id = j.technician_id
    AND state = 'planned' AND starts_at >= j.window_start AND id <> j.visit_id
    AND starts_at < $1::timestamptz + interval '3 hours' ORDER BY starts_at LIMIT 1) v
JOIN job n ON n.id = v.job_id AND n.visit_id = v.id AND n.state IN ('scheduled', 'accepted') AND n.hold_cause = ''
WHERE j.state IN ('on_site', 'working') AND j.window_end <= $1::timestamptz - {_minutes(ReactionKind.OVERRUN)}
    AND {_WANTED} AND v.starts_at < $1::timestamptz + {_METRES} * 1.3 / 30000 * interval '1 hour'
"""
_OVERRUN_BOUND = "j.window_end > $1::timestamptz - $2::interval"

_ABSENCE = f"""
SELECT {_HEAD}, 'absence' AS kind, 'absence:' || a.id || ':' || (v.starts_at AT TIME ZONE o.zone)::date AS key,
    array_agg(j.id ORDER BY v.starts_at) AS job_ids, a.technician_id, min(v.starts_at) AS visit_at,
    min(a.added_at) AS happened_at
FROM absence a JOIN visit v ON v.technician_id = a.technician_id AND v.state = 'planned' AND v.ends_at > $1::timestamptz
    AND v.ends_at > a.starts_at AND v.starts_at < least(a.ends_at, $1::timestamptz + $3::interval)
JOIN job j ON j.id = v.job_id AND j.visit_id = v.id AND j.state IN ('scheduled', 'accepted')
JOIN outlet o ON o.id = j.outlet_id {_rule("absence")}
WHERE a.withdrawn_at IS NULL AND a.ends_at > $1::timestamptz AND {THERE} AND {_WANTED} AND {{bound}}
GROUP BY a.id, a.technician_id, j.centre_id, j.outlet_id, (v.starts_at AT TIME ZONE o.zone)::date
"""

_WAITING_FOR_PARTS = f"""
SELECT {_HEAD}, 'parts_missing' AS kind, 'parts:' || j.id || ':' || (j.field_versions->>'hold_cause') AS key,
    ARRAY[j.id] AS job_ids, j.technician_id, NULL::timestamptz AS visit_at, h.happened_at
FROM job j {_rule("parts_missing")} JOIN history h ON h.record_type = 'job' AND h.record_id = j.id
    AND h.version = (j.field_versions->>'hold_cause')::bigint AND h.changes ? 'hold_cause'
WHERE j.state IN ('paused', 'cannot_complete') AND j.hold_cause = 'waiting_for_parts' AND {THERE} AND {_WANTED}
"""

_QUESTIONS: Sequence[tuple[str, str]] = (
    (_EMERGENCY, _EMERGENCY_BOUND),
    (_DECLINE, _DECLINE_BOUND),
    (_NO_SHOW, _NO_SHOW_BOUND),
    (_OVERRUN, _OVERRUN_BOUND),
    (_ABSENCE, "true"),
    (_WAITING_FOR_PARTS, "h.recorded_at > $1::timestamptz - $2::interval"),
)
"""What to select, and by which time it is bounded when it is looked for."""

_OF_KIND = {
    ReactionKind.EMERGENCY: _EMERGENCY,
    ReactionKind.DECLINE: _DECLINE,
    ReactionKind.NO_SHOW: _NO_SHOW,
    ReactionKind.OFFLINE: _NO_SHOW,
    ReactionKind.OVERRUN: _OVERRUN,
    ReactionKind.ABSENCE: _ABSENCE,
    ReactionKind.PARTS_MISSING: _WAITING_FOR_PARTS,
}


async def happened(now: datetime) -> list[Event]:
    """What nobody has noticed yet; visits without their parts are asked for apart (`without_parts`)."""
    found: list[Event] = []
    for sql, bound in _QUESTIONS:
        rows = await db.fetch(
            f"SELECT e.* FROM ({_bounded(sql, bound)}) e WHERE {_GIVEN} AND NOT EXISTS (SELECT FROM reaction k"
            " WHERE k.centre_id = e.centre_id AND k.outlet_id = e.outlet_id AND k.key = e.key)"
            " ORDER BY e.happened_at LIMIT $4",
            now,
            LOOK_BACK,
            AHEAD,
            MOST,
        )
        found += map(_event, rows)
    return found


async def standing(kind: ReactionKind, key: str, job_ids: Collection[UUID], now: datetime) -> Event | None:
    """The event as it is now; None when it is over."""
    column = "n.id" if kind is ReactionKind.OVERRUN else "j.id"
    asked = _bounded(_OF_KIND[kind], f"{column} = ANY($4::uuid[])")
    rows = await db.fetch(
        f"SELECT e.* FROM ({asked}) e WHERE e.key = $5 AND {_GIVEN}",
        now,
        LOOK_BACK,
        AHEAD,
        list(job_ids),
        key,
    )
    if rows:
        return _event(rows[0])
    if kind is ReactionKind.PARTS_MISSING:
        return next((event for event in await without_parts(now, job_ids) if event.key == key), None)
    return None


def _bounded(sql: str, bound: str) -> str:
    return sql.format(bound=bound) if "{bound}" in sql else f"{sql} AND {bound}"


def _event(row: Any) -> Event:
    columns = dict(row)
    columns.pop("mode", None)
    return Event(**{**columns, "kind": ReactionKind(columns["kind"]), "job_ids": list(columns["job_ids"])})


# Visits that nobody can bring the parts to


async def without_parts(now: datetime, only: Collection[UUID] | None = None) -> list[Event]:
    """Visits of the next day whose parts are neither on the van nor, before the shift begins, at the depot. Parts go to
    the visits in order of time. `only`: of these jobs."""
    carriers = await db.fetch(
        "SELECT DISTINCT j.technician_id AS id FROM job j"
        f" {_rule('parts_missing')} WHERE j.state IN ('scheduled', 'accepted') AND j.parts_needed <> '{{}}'"
        f" AND {THERE} AND {_WANTED} AND j.window_start > $1::timestamptz"
        " AND j.window_start < $1::timestamptz + $2::interval"
        " AND ($3::uuid[] IS NULL OR j.id = ANY($3)) ORDER BY 1 LIMIT $4",
        now,
        _PARTS_AHEAD,
        None if only is None else list(only),
        _MOST_CARRIERS,
    )
    if not carriers:
        return []
    people = await network.candidates([row["id"] for row in carriers], now, now + _PARTS_AHEAD)
    visits = [
        v
        for v in await visits_store.visits_of(people, now, now + _PARTS_AHEAD)
        if v.state == "planned" and v.parts_needed and v.job_state in ("scheduled", "accepted")
    ]
    used = await dispatch_store.parts_used({who: p.van_counted_at for who, p in people.items() if p.van_counted_at})
    vans = {who: stock.minus(person.van, used.get(who, {})) for who, person in people.items()}
    depots = await people_store.depots({v.outlet_id for v in visits})
    centres = {person.outlet_id: person.centre_id for person in people.values()}
    short = [
        v for v in sorted(visits, key=lambda v: v.starts_at) if _lacks(v, people[v.technician_id], vans, depots, now)
    ]
    return [
        Event(
            kind=ReactionKind.PARTS_MISSING,
            key=f"parts:{v.id}",
            centre_id=centres.get(v.outlet_id, people[v.technician_id].centre_id),
            outlet_id=v.outlet_id,
            job_ids=[v.job_id],
            technician_id=v.technician_id,
            visit_at=v.starts_at,
            happened_at=now,
        )
        for v in short
        if only is None or v.job_id in only
    ]


def _lacks(
    visit: visits_store.Visit,
    person: Candidate,
    vans: dict[UUID, dict[str, int]],
    depots: dict[UUID, dict[str, int]],
    now: datetime,
) -> bool:
    """Takes the parts, so that the next visit finds what is left."""
    missing = stock.short(vans[visit.technician_id], visit.parts_needed)
    shift = next((start for start, end in person.shifts if start <= visit.starts_at < end), visit.starts_at)
    depot = depots.get(visit.outlet_id, {}) if shift > now else {}
    if missing and stock.short(depot, missing):
        return True
    vans[visit.technician_id] = stock.minus(vans[visit.technician_id], visit.parts_needed)
    depots[visit.outlet_id] = stock.minus(depots.get(visit.outlet_id, {}), missing)
    return False
