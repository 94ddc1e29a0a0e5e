"""What tables of the catalogue cannot say: checks."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T06:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "checks of main parts and notices"

_BY_HAND = """
ALTER TABLE bom_part ADD CONSTRAINT bom_part_is_some CHECK (quantity > 0);
ALTER TABLE product_notice ADD CONSTRAINT product_notice_ends_after_its_start CHECK (to_on >= from_on);
ALTER TABLE unit_owner ADD CONSTRAINT unit_owner_ends_after_its_start CHECK (until_on >= from_on)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND.split(";"):
        await db.engine().run_ddl(statement)
