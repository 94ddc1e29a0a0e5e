"""What may have happened, kind by kind, each as a question to the database that gives the columns of `kept.Event`.

Deliberate limit: whether the next visit of an overrun can begin in time is told here by the great circle at 30 km/h;
the suggestion has the real travel times.
"""

from collections.abc import Sequence

from schemas.reactions import ReactionKind
from server.dispatch.reacting.kinds import KINDS
from server.jobs.store import THERE

#: Not every question uses all that every question is given.
GIVEN = "$1::timestamptz IS NOT NULL AND $2::interval IS NOT NULL AND $3::interval IS NOT NULL"
_HEAD = "j.centre_id, j.outlet_id"
WANTED = "coalesce(r.mode, 'propose') <> 'off'"


def _minutes(kind: ReactionKind, alias: str = "r") -> str:
    return f"coalesce({alias}.minutes, {KINDS[kind].minutes}) * interval '1 minute'"


def rule(kind: str, alias: str = "r") -> str:
    return f"LEFT JOIN reaction_rule {alias} ON {alias}.outlet_id = j.outlet_id AND {alias}.kind = '{kind}'"


#: Each: what follows SELECT up to the condition by which it is bounded. `$1`: now, `$2`: `LOOK_BACK`, `$3`: `AHEAD`.
_EMERGENCY = f"""
SELECT {_HEAD}, 'emergency' AS kind, 'emergency:' || j.id AS key, ARRAY[j.id] AS job_ids,
    NULL::uuid AS technician_id, NULL::timestamptz AS visit_at, j.opened_at AS happened_at
FROM job j {rule("emergency")}
WHERE j.state = 'new' AND j.hold_cause = '' AND {THERE} AND {WANTED} AND (j.priority = 1
    OR least(j.respond_by, j.resolve_by) - j.opened_at <= {_minutes(ReactionKind.EMERGENCY)})
"""
_EMERGENCY_BOUND = "j.created_at > $1::timestamptz - $2::interval AND j.opened_at > $1::timestamptz - $2::interval"

_DECLINE = f"""
SELECT {_HEAD}, 'decline' AS kind, 'decline:' || j.id || ':' || h.version AS key, ARRAY[j.id] AS job_ids,
    (h.changes->'technician_id'->>0)::uuid AS technician_id,
    (h.changes->'window_start'->>0)::timestamptz AS visit_at, h.happened_at
FROM job j {rule("decline")} JOIN history h ON h.record_type = 'job' AND h.record_id = j.id
    AND h.version = (j.field_versions->>'state')::bigint AND h.action = 'job.decline'
WHERE j.state = 'declined' AND {THERE} AND {WANTED}
"""
_DECLINE_BOUND = "h.recorded_at > $1::timestamptz - $2::interval"

#: Whoever is at work elsewhere does not fail to show up: the visit before it overruns.
_NO_SHOW = f"""
SELECT * FROM (
    SELECT {_HEAD}, CASE WHEN d.silent THEN 'offline' ELSE 'no_show' END AS kind, 'visit:' || v.id AS key,
        ARRAY[j.id] AS job_ids, j.technician_id, v.starts_at AS visit_at,
        v.starts_at + {_minutes(ReactionKind.NO_SHOW)} AS happened_at,
        CASE WHEN d.silent THEN coalesce(q.mode, 'propose') ELSE coalesce(r.mode, 'propose') END AS mode
    FROM job j {rule("no_show")} {rule("offline", "q")}
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
FROM job j {rule("overrun")} CROSS JOIN LATERAL (SELECT * FROM visit WHERE technician_id = j.technician_id
    AND state = 'planned' AND starts_at >= j.window_start AND id <> j.visit_id
    AND starts_at < $1::timestamptz + interval '3 hours' ORDER BY starts_at LIMIT 1) v
JOIN job n ON n.id = v.job_id AND n.visit_id = v.id AND n.state IN ('scheduled', 'accepted') AND n.hold_cause = ''
WHERE j.state IN ('on_site', 'working') AND j.window_end <= $1::timestamptz - {_minutes(ReactionKind.OVERRUN)}
    AND {WANTED} AND v.starts_at < $1::timestamptz + {_METRES} * 1.3 / 30000 * interval '1 hour'
"""
_OVERRUN_BOUND = "j.window_end > $1::timestamptz - $2::interval"

_ABSENCE = f"""
SELECT {_HEAD}, 'absence' AS kind, 'absence:' || a.id || ':' || (v.starts_at AT TIME ZONE o.zone)::date AS key,
    array_agg(j.id ORDER BY v.starts_at) AS job_ids, a.technician_id, min(v.starts_at) AS visit_at,
    min(a.added_at) AS happened_at
FROM absence a JOIN visit v ON v.technician_id = a.technician_id AND v.state = 'planned' AND v.ends_at > $1::timestamptz
    AND v.ends_at > a.starts_at AND v.starts_at < least(a.ends_at, $1::timestamptz + $3::interval)
JOIN job j ON j.id = v.job_id AND j.visit_id = v.id AND j.state IN ('scheduled', 'accepted')
JOIN outlet o ON o.id = j.outlet_id {rule("absence")}
WHERE a.withdrawn_at IS NULL AND a.ends_at > $1::timestamptz AND {THERE} AND {WANTED} AND {{bound}}
GROUP BY a.id, a.technician_id, j.centre_id, j.outlet_id, (v.starts_at AT TIME ZONE o.zone)::date
"""

#: The skill and the territory of `jobs.rules.bookable`, asked of every visit that comes soon.
_UNFIT = f"""
SELECT {_HEAD}, 'unfit' AS kind, 'unfit:' || v.id AS key, ARRAY[j.id] AS job_ids, v.technician_id,
    v.starts_at AS visit_at, $1::timestamptz AS happened_at
FROM visit v JOIN job j ON j.id = v.job_id AND j.visit_id = v.id AND j.state IN ('scheduled', 'accepted')
JOIN technician t ON t.id = v.technician_id {rule("unfit")}
WHERE v.state = 'planned' AND v.starts_at > $1::timestamptz AND v.starts_at < $1::timestamptz + $3::interval
    AND {THERE} AND {WANTED} AND (
        j.skill <> ''
        AND NOT (j.skill = ANY(t.skills)
            AND NOT EXISTS (SELECT FROM skill k WHERE k.code = j.skill AND k.needs_certificate))
        AND NOT EXISTS (SELECT FROM certificate c WHERE c.technician_id = t.id AND c.skill = j.skill
            AND c.withdrawn_at IS NULL AND c.valid_from <= v.starts_at AND v.ends_at <= c.valid_to)
    OR CASE WHEN t.outlet_id = j.outlet_id
        THEN EXISTS (SELECT FROM borrowing b WHERE b.technician_id = t.id AND b.state = 'active'
            AND b.outlet_id <> j.outlet_id AND b.starts_at < v.ends_at AND v.starts_at < b.ends_at)
        ELSE NOT EXISTS (SELECT FROM borrowing b WHERE b.technician_id = t.id AND b.state = 'active'
            AND b.outlet_id = j.outlet_id AND b.starts_at <= v.starts_at AND v.ends_at <= b.ends_at) END)
"""

_WAITING_FOR_PARTS = f"""
SELECT {_HEAD}, 'parts_missing' AS kind, 'parts:' || j.id || ':' || (j.field_versions->>'hold_cause') AS key,
    ARRAY[j.id] AS job_ids, j.technician_id, NULL::timestamptz AS visit_at, h.happened_at
FROM job j {rule("parts_missing")} JOIN history h ON h.record_type = 'job' AND h.record_id = j.id
    AND h.version = (j.field_versions->>'hold_cause')::bigint AND h.changes ? 'hold_cause'
WHERE j.state IN ('paused', 'cannot_complete') AND j.hold_cause = 'waiting_for_parts' AND {THERE} AND {WANTED}
"""

OFTEN: Sequence[tuple[str, str]] = (
    (_EMERGENCY, _EMERGENCY_BOUND),
    (_DECLINE, _DECLINE_BOUND),
    (_NO_SHOW, _NO_SHOW_BOUND),
    (_OVERRUN, _OVERRUN_BOUND),
    (_ABSENCE, "true"),
    (_WAITING_FOR_PARTS, "h.recorded_at > $1::timestamptz - $2::interval"),
)
"""What to select, and by which time it is bounded when it is looked for."""

SELDOM: Sequence[tuple[str, str]] = ((_UNFIT, "true"),)
"""The same, of what may wait a minute: these look at every visit to come."""

OF_KIND = {
    ReactionKind.EMERGENCY: _EMERGENCY,
    ReactionKind.DECLINE: _DECLINE,
    ReactionKind.NO_SHOW: _NO_SHOW,
    ReactionKind.OFFLINE: _NO_SHOW,
    ReactionKind.OVERRUN: _OVERRUN,
    ReactionKind.ABSENCE: _ABSENCE,
    ReactionKind.PARTS_MISSING: _WAITING_FOR_PARTS,
    ReactionKind.UNFIT: _UNFIT,
}
