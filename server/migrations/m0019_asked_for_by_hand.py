"""What tables of requests cannot say: checks, and the indexes by which the desk reads them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T07:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "checks and indexes of requests and judgements"

_BY_HAND = """
ALTER TABLE judgement ADD CONSTRAINT judgement_rating_is_one_to_five CHECK (rating BETWEEN 1 AND 5);
ALTER TABLE draft_photo ADD CONSTRAINT draft_photo_goes_with_its_draft
    FOREIGN KEY (draft_id) REFERENCES service_draft (id) ON DELETE CASCADE;
CREATE INDEX customer_ask_open ON customer_ask (outlet_id, id) WHERE settled_at IS NULL;
CREATE INDEX judgement_of_outlet ON judgement (outlet_id, judged_at)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND.split(";"):
        await db.engine().run_ddl(statement)
