"""What tables of people cannot say: checks, and one index."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T03:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "checks of certificates, absences, borrowings and stocks"

_BY_HAND = """
ALTER TABLE certificate ADD CONSTRAINT certificate_ends_after_its_start CHECK (valid_to > valid_from);
ALTER TABLE absence ADD CONSTRAINT absence_ends_after_its_start CHECK (ends_at > starts_at);
ALTER TABLE borrowing ADD CONSTRAINT borrowing_does_not_end_before_it_starts CHECK (ends_at >= starts_at);
ALTER TABLE van_stock ADD CONSTRAINT van_stock_is_not_below_zero CHECK (quantity >= 0);
ALTER TABLE depot_stock ADD CONSTRAINT depot_stock_is_not_below_zero CHECK (quantity >= 0);
CREATE INDEX borrowing_active ON borrowing (outlet_id, ends_at) WHERE state = 'active'
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND.split(";"):
        await db.engine().run_ddl(statement)
