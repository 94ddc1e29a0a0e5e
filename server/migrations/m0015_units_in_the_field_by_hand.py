"""Repairs are found by their job; every unit that a phone holds is to have its card."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T06:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "cards of the units that phones hold; repairs by their job"

_BY_HAND = """
CREATE INDEX unit_repair_job ON unit_repair (job_id) WHERE job_id IS NOT NULL;
INSERT INTO unit_due (unit_id) SELECT DISTINCT record_id FROM feed WHERE record_type = 'unit' AND body IS NOT NULL
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND.split(";"):
        await db.engine().run_ddl(statement)
