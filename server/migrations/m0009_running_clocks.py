"""Promises made before there were two clocks get theirs; what is due is found by one index."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T02:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "clocks of the promises made so far; index of what is due"

#: What was judged was the response alone. Where a resolution is promised as well and still open, the watch looks at the
#: job at once, so that its record says how the whole stands. Targets of other systems get a clock as well.
_FORWARDS = """
UPDATE commitment c SET
    first_respond_by = c.respond_by, base_respond_by = c.respond_by,
    first_resolve_by = c.resolve_by, base_resolve_by = c.resolve_by,
    calendar_id = p.calendar_id, zone = o.zone,
    pausing = '["customer_asked_later", "no_access", "waiting_for_parts"]',
    response_state = CASE WHEN c.respond_by IS NOT NULL THEN c.state END,
    resolution_state = CASE WHEN c.resolve_by IS NOT NULL THEN CASE
        WHEN j.state = 'cancelled' THEN 'void' WHEN j.finished_at IS NULL THEN 'running'
        WHEN j.finished_at <= c.resolve_by THEN 'met' ELSE 'missed' END END,
    voided_at = CASE WHEN j.state = 'cancelled' THEN now() END,
    judgements = (SELECT coalesce(jsonb_agg(e || '{"clock": "response"}' ORDER BY n), '[]')
        FROM jsonb_array_elements(c.judgements) WITH ORDINALITY AS x(e, n)),
    next_at = CASE WHEN j.state IN ('cancelled', 'closed') THEN NULL
        WHEN c.resolve_by IS NOT NULL THEN now()
        WHEN c.state = 'running' THEN c.respond_by END
FROM job j, commitment_policy p, outlet o
WHERE j.id = c.job_id AND p.id = c.policy_id AND o.id = c.outlet_id;
INSERT INTO commitment (id, job_id, centre_id, outlet_id, zone, started_at, first_resolve_by, base_resolve_by,
    resolve_by, state, resolution_state, pausing, next_at)
SELECT gen_random_uuid(), j.id, j.centre_id, j.outlet_id, o.zone, j.opened_at, j.resolve_by, j.resolve_by, j.resolve_by,
    j.promise_state, j.promise_state, '["customer_asked_later", "no_access", "waiting_for_parts"]', now()
FROM job j JOIN outlet o ON o.id = j.outlet_id
WHERE j.resolve_by IS NOT NULL AND j.finished_at IS NULL AND j.state NOT IN ('cancelled', 'closed')
    AND NOT EXISTS (SELECT FROM commitment c WHERE c.job_id = j.id);
CREATE INDEX commitment_due ON commitment (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX alarm_open ON alarm (outlet_id, id) WHERE over_at IS NULL;
DROP INDEX job_deadline;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _FORWARDS.split(";\n"):
        if statement.strip():
            await db.engine().run_ddl(statement)
