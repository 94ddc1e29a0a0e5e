"""Reading the history of a record: its changes, and beside them the operations on it that were refused (guarantee 9).

Both are told in the order of the record's versions; a refused operation stands after the version it was judged at.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from schemas.history import HistoryLine, RefusedOperation
from server.platform import db
from server.platform.paging import decode_cursor, encode_cursor

#: Whose refused operations belong to a record: of phones that have or had it. Anybody may send anything under an id
#: they guessed; that is kept with the operation, but it is no part of this record's history.
HOLDERS: Mapping[str, str] = {
    "job": "SELECT 1 FROM visit v WHERE v.job_id = o.record_id AND v.technician_id = d.technician_id",
    "customer": "SELECT 1 FROM visit v JOIN job j ON j.id = v.job_id"
    " WHERE j.customer_id = o.record_id AND v.technician_id = d.technician_id",
}

_LAST = 2**62  # what was refused at no version stands at the end
_SECRET = ("signature", "strokes")  # evidence of a person's hand; kept with the operation, not told here

# `json ->`, not `->>`: the latter reads every string of the text, and stumbles over what PostgreSQL cannot hold.
_LINES = """
SELECT * FROM (
    SELECT h.version AS at_version, 0 AS kind, h.id AS n, h.version, h.action, h.user_id, h.device_id, h.op_id,
        h.happened_at, h.happened_grade, h.recorded_at, h.changes::text AS changes, h.lost::text AS lost,
        NULL::text AS outcome
    FROM history h WHERE h.record_type = $1 AND h.record_id = $2
    UNION ALL
    SELECT coalesce(nullif((o.outcome::json -> 'version')::text, 'null')::bigint, {last}), 1,
        (extract(epoch FROM o.received_at) * 1000000)::bigint,
        nullif((o.outcome::json -> 'version')::text, 'null')::bigint, o.kind, d.user_id, o.device_id, o.op_id,
        coalesce(o.corrected_at, o.received_at), o.grade, o.received_at, '{{}}', o.args, o.outcome
    FROM sync_operation o JOIN device d ON d.id = o.device_id
    WHERE o.record_type = $1 AND o.record_id = $2 AND o.status = 'rejected' AND EXISTS ({holders})
) line WHERE (at_version, kind, n, coalesce(op_id, $2)) > ($3, $4, $5, $6)
ORDER BY at_version, kind, n, coalesce(op_id, $2) LIMIT $7
"""


async def page(
    record_type: str, record_id: UUID, cursor: str | None, limit: int
) -> tuple[list[HistoryLine], str | None]:
    """The oldest first. Whether the caller may see the record is asked before. Raises `Refused(cursor_invalid)`."""
    after = decode_cursor(cursor, tuple[int, int, int, UUID]) if cursor else (-1, -1, -1, record_id)
    rows = await db.fetch(
        "SELECT l.*, u.name AS user_name, d.name AS device_name FROM ("
        + _LINES.format(last=_LAST, holders=HOLDERS[record_type])
        + ") l LEFT JOIN app_user u ON u.id = l.user_id LEFT JOIN device d ON d.id = l.device_id"
        " ORDER BY at_version, kind, n, coalesce(op_id, $2)",
        record_type,
        record_id,
        *after,
        limit + 1,
    )
    shown = [_line(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return shown, None
    last = rows[limit - 1]
    return shown, encode_cursor(last["at_version"], last["kind"], last["n"], last["op_id"] or record_id)


def _line(row: Any) -> HistoryLine:
    refused = row["outcome"] is not None
    told = {name: row[name] for name in HistoryLine.__struct_fields__ if name not in ("changes", "lost", "refused")}
    outcome = _decoded(row["outcome"]) if refused else {}
    return HistoryLine(
        **told,
        changes=_decoded(row["changes"]),
        lost=_without_secrets(_decoded(row["lost"])) if refused else _decoded(row["lost"]),
        refused=RefusedOperation(code=outcome.get("code") or "", text=outcome.get("text") or "") if refused else None,
    )


def _decoded(text: str) -> dict[str, Any]:
    """Kept as it came: what is no JSON object that can be told again is told as text."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError):
        return {"sent": text}
    return found if isinstance(found, dict) else {"sent": found}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_secrets(inner) for name, inner in value.items() if name not in _SECRET}
    return [_without_secrets(inner) for inner in value] if isinstance(value, list) else value
