"""Constraints and indexes that Piccolo's tables cannot express."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-22T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "double booking, job numbers, indexes of the hot queries"

_FORWARDS = """
ALTER TABLE visit ADD CONSTRAINT visit_ends_after_its_start CHECK (ends_at > starts_at);
ALTER TABLE visit ADD CONSTRAINT visit_no_double_booking EXCLUDE USING gist (
    int8range(technician_no, technician_no, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&
) WHERE (state IN ('planned', 'active'));
CREATE SEQUENCE job_number START 10001;
CREATE INDEX feed_record ON feed (record_type, record_id);
CREATE INDEX job_queue ON job (outlet_id, state, respond_by);
CREATE INDEX job_deadline ON job (respond_by) WHERE promise_state = 'running';
CREATE INDEX visit_of_technician ON visit (technician_id, starts_at) WHERE state <> 'withdrawn';
CREATE UNIQUE INDEX review_open ON review (record_id, kind, technician_id) NULLS NOT DISTINCT WHERE settled_at IS NULL;
CREATE UNIQUE INDEX commitment_of_job ON commitment (job_id);
INSERT INTO installation (epoch) VALUES (gen_random_uuid());
"""

_BACKWARDS = """
DROP INDEX commitment_of_job, review_open, visit_of_technician, job_deadline, job_queue, feed_record;
DROP SEQUENCE job_number;
ALTER TABLE visit DROP CONSTRAINT visit_no_double_booking, DROP CONSTRAINT visit_ends_after_its_start;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run(_FORWARDS))
    manager.add_raw_backwards(_run(_BACKWARDS))
    return manager


def _run(script: str):  # type: ignore[no-untyped-def]
    async def run() -> None:
        for statement in filter(None, map(str.strip, script.split(";"))):
            await db.engine().run_ddl(statement)

    return run
