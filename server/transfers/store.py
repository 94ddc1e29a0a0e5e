"""What hangs under an outlet, in rows: found and moved by its id alone, whoever's they are."""

from uuid import UUID

from server.platform import db
from server.platform.feed import TABLES

#: Tables that are no synced records and carry the centre of their outlet.
_ROWS = (
    *("visit", "commitment", "completion", "history", "plan", "reaction", "reaction_rule", "unit_remedy"),
    *("service_request", "customer_ask", "judgement", "registration", "notification", "label_batch"),
    *("seal", "service_report", "upload"),
)


async def of_outlet(record_type: str, outlet_id: UUID, centre_id: UUID) -> list[UUID]:
    """The synced records of this type that are the outlet's and not yet the centre's."""
    rows = await db.fetch(
        f"SELECT id FROM {TABLES[record_type]} WHERE outlet_id = $1 AND centre_id <> $2", outlet_id, centre_id
    )
    return [row["id"] for row in rows]


async def move_rows(outlet_id: UUID, centre_id: UUID) -> None:
    for table in _ROWS:
        await db.execute(
            f"UPDATE {table} SET centre_id = $2 WHERE outlet_id = $1 AND centre_id <> $2", outlet_id, centre_id
        )
