"""Indexes by which events are found without reading what is far from its time."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T05:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of what is reacted to"

_BY_HAND = """
CREATE INDEX reaction_to_look_at ON reaction (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX job_waiting_since ON job (created_at) WHERE state = 'new';
CREATE INDEX job_due_to_begin ON job (window_start) WHERE state IN ('scheduled', 'accepted');
CREATE INDEX job_due_to_end ON job (window_end) WHERE state IN ('on_site', 'working');
CREATE INDEX absence_to_end ON absence (ends_at) WHERE withdrawn_at IS NULL
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND.split(";"):
        await db.engine().run_ddl(statement)
