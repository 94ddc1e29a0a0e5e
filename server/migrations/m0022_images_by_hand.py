"""Photos that are here already are judged like those to come; what waits is found at once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T08:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "images of photos that are here, and the queue"

_HERE = (
    "INSERT INTO photo_image (digest, expected_at) SELECT digest, min(received_at) FROM completion_photo"
    " WHERE received_at IS NOT NULL GROUP BY digest"
)
_BY_HAND = (
    _HERE,
    "CREATE INDEX photo_image_waiting ON photo_image (expected_at) WHERE state = 'waiting'",
    "CREATE INDEX request_photo_as_sent ON request_photo (sent_at) WHERE NOT drawn_anew",
    "CREATE INDEX request_photo_age ON request_photo (sent_at)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND:
        await db.engine().run_ddl(statement)
