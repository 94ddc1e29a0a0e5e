"""Indexes by which what waits is found, codes are counted, and a customer is matched by phone; a number that changes
with everything customers' pages share (see `server.portal.standing`)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T06:51:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of notifications, codes, registrations, and of customers' phone numbers"

_BY_HAND = """
CREATE INDEX notification_to_look_at ON notification (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX notification_to_one ON notification (recipient, made_at);
CREATE INDEX notification_at_desk ON notification (outlet_id, id) WHERE state = 'desk';
CREATE INDEX one_time_code_of_subject ON one_time_code (subject, made_at);
CREATE INDEX one_time_code_from_address ON one_time_code (address, made_at);
CREATE INDEX one_time_code_made ON one_time_code (made_at);
CREATE INDEX registration_open ON registration (outlet_id, id) WHERE state = 'open';
CREATE INDEX registration_to_erase ON registration (settled_at) WHERE state <> 'open' AND phone <> '';
CREATE INDEX customer_by_phone ON customer (outlet_id, right(regexp_replace(phone, '[^0-9]', '', 'g'), 11))
"""

_SHARED = (
    *("headquarters", "outlet", "product_line", "product_model", "warranty_policy"),
    *("commitment_policy", "service_calendar", "product_notice", "product_link"),
)
_COUNT_UP = """
CREATE FUNCTION next_page_generation() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN PERFORM nextval('page_generation'); RETURN NULL; END $$
"""
_GENERATION = (
    "CREATE SEQUENCE page_generation",
    _COUNT_UP,
    *(
        f"CREATE TRIGGER next_page_generation AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION next_page_generation()"
        for table in _SHARED
    ),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in (*_BY_HAND.split(";"), *_GENERATION):
        await db.engine().run_ddl(statement)
