"""The ledger is only appended to, without a gap, each entry on the one before: the database itself holds that. Whoever
switches these triggers off has still the hashes and signatures against them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T08:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "guards of the ledger"

_BY_HAND = (
    "CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'the ledger is only appended to'; END $$",
    "CREATE TRIGGER ledger_stays BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_stays()",
    "CREATE TRIGGER ledger_stays_whole BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION ledger_stays()",
    "CREATE FUNCTION ledger_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE head record; BEGIN"
    " SELECT seq, chain INTO head FROM ledger ORDER BY seq DESC LIMIT 1;"
    " IF NEW.seq <> coalesce(head.seq, 0) + 1 OR NEW.previous <> coalesce(head.chain, repeat('0', 64)) THEN"
    " RAISE EXCEPTION 'entry % does not go on from the last one', NEW.seq; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER ledger_goes_on BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_goes_on()",
    "CREATE FUNCTION seal_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'DELETE' AND OLD.fault IS NOT NULL THEN RETURN OLD; END IF;"
    # Its outlet moved to another centre.
    " IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'centre_id' = to_jsonb(OLD) - 'centre_id' THEN RETURN NEW; END IF;"
    " RAISE EXCEPTION 'a seal stays as it is'; END $$",
    "CREATE TRIGGER seal_stays BEFORE UPDATE OR DELETE ON seal FOR EACH ROW EXECUTE FUNCTION seal_stays()",
    "CREATE INDEX ledger_keys ON ledger (seq) WHERE kind = 'key'",
    "CREATE INDEX completion_to_seal ON completion (received_at) WHERE valid AND sealed_at IS NULL",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND:
        await db.engine().run_ddl(statement)
