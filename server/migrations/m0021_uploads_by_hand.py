"""Uploads that are open, by whose and by what: a few among many that are done."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T08:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of open uploads"

_BY_HAND = """
ALTER TABLE upload ADD CONSTRAINT upload_state_known CHECK (state IN ('open', 'done', 'gone'));
CREATE INDEX upload_open_of_user ON upload (user_id, digest) WHERE state = 'open';
CREATE INDEX upload_open_by_digest ON upload (digest) WHERE state = 'open'
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND.split(";"):
        await db.engine().run_ddl(statement)
