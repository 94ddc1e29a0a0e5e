"""What was signed for work that could not be done is told as such, and a statement is found by its digest."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T08:51:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "kinds of the statements there are; indexes by digest and by what is extended"

_DDL = (
    (
        "UPDATE completion c SET kind = 'cannot_complete' FROM sync_operation o"
        " WHERE o.op_id = c.op_id AND o.kind = 'job.cannot_complete'"
    ),
    "CREATE INDEX completion_digest ON completion (digest)",
    "CREATE INDEX completion_extends ON completion (extends) WHERE extends IS NOT NULL",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)

    async def run() -> None:
        for statement in _DDL:
            await db.engine().run_ddl(statement)

    manager.add_raw(run)
    return manager
