"""How promises were kept, outlet by outlet: one query over the promises of a period and their jobs."""

from datetime import datetime
from typing import Any

import msgspec

from schemas.measures import OutletMeasures
from server.platform import db
from server.platform.auth import Scope

_COUNTS = (
    "json_build_object('met', count(*) FILTER (WHERE c.{clock} = 'met'),"
    " 'missed', count(*) FILTER (WHERE c.{clock} = 'missed'),"
    " 'open', count(*) FILTER (WHERE c.{clock} NOT IN ('met', 'missed')))"
)

#: How often somebody came, or came in vain.
_VISITS = (
    "jsonb_array_length(jsonb_path_query_array(j.visits_done,"
    """ '$[*] ? (@.event == "arrive" || @.event == "cannot_complete")'))"""
)

#: The range of `started_at` has an index; an arrival is the job's own, as corrected.
_QUERY = (
    "SELECT json_build_object('outlet_id', o.id, 'centre_id', o.centre_id, 'name', o.name, 'name_en', o.name_en,"
    f" 'jobs', count(*), 'response', {_COUNTS.format(clock='response_state')},"
    f" 'resolution', {_COUNTS.format(clock='resolution_state')},"
    " 'slack_seconds', avg(extract(epoch FROM c.respond_by - (j.arrival->>'at')::timestamptz))::float8,"
    " 'finished', count(*) FILTER (WHERE j.state IN ('completed', 'closed')),"
    " 'first_time', count(*) FILTER"
    f" (WHERE j.state IN ('completed', 'closed') AND {_VISITS} <= 1))::text AS body"
    " FROM commitment c JOIN job j ON j.id = c.job_id JOIN outlet o ON o.id = c.outlet_id"
    " WHERE ($1::uuid IS NULL OR c.centre_id = $1) AND ($2::uuid IS NULL OR c.outlet_id = $2)"
    " AND c.started_at >= $3 AND c.started_at < $4 AND c.voided_at IS NULL AND j.deleted_at IS NULL"
    " GROUP BY o.id, o.centre_id, o.name, o.name_en ORDER BY o.name, o.id"
)


async def by_outlet(scope: Scope, begins: datetime, ends: datetime) -> list[OutletMeasures]:
    """Of the promises that began from `begins` until `ends`; outlets without any are left out."""
    rows: list[Any] = await db.fetch(_QUERY, scope.centre_id, scope.outlet_id, begins, ends)
    return [msgspec.json.decode(row["body"], type=OutletMeasures) for row in rows]
