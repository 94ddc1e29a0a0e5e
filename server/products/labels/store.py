"""Queries of batches of labels."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from schemas.labels import ChosenUnits
from server.platform import db
from server.platform.auth import Scope, within

Row = Mapping[str, Any]

_IN_SCOPE = within()
_BATCH = (
    "id, centre_id, outlet_id, state, wish::text AS wish, labels, done, made_by, made_at, ended_at, expires_at, digest,"
    " size, failure, failure_text"
)


class NewBatch(NamedTuple):
    id: UUID
    centre_id: UUID | None
    outlet_id: UUID | None
    wish: str
    making: str | None
    labels: int
    made_by: UUID | None
    made_at: datetime


class NewPart(NamedTuple):
    id: UUID
    batch_id: UUID
    number: int
    labels: int
    unit_ids: str | None


class Claimed(NamedTuple):
    """A batch that this worker is to draw. `wish`, `making`: JSON."""

    id: UUID
    wish: str
    making: str | None
    made_by: UUID | None


class Part(NamedTuple):
    id: UUID
    number: int
    labels: int
    unit_ids: list[UUID] | None


# ---------------------------------------------------------------------------------------------------------------- units


async def units(scope: Scope, unit_ids: Sequence[UUID]) -> list[Row]:
    """Those of them that there are in that part of the network, in the order asked for."""
    rows = await db.fetch(
        "SELECT u.id, u.centre_id, u.outlet_id, u.gtin, u.serial"
        " FROM unnest($3::uuid[]) WITH ORDINALITY AS asked(id, n)"
        f" JOIN product_unit u ON u.id = asked.id WHERE {_IN_SCOPE} ORDER BY n",
        scope.centre_id,
        scope.outlet_id,
        list(unit_ids),
    )
    return [dict(row) for row in rows]


async def chosen(scope: Scope, choice: ChosenUnits, gtin14: str | None, most: int) -> list[Row]:
    """In the order they were added."""
    rows = await db.fetch(
        f"SELECT id, centre_id, outlet_id, gtin, serial FROM product_unit WHERE {_IN_SCOPE}"
        " AND ($3::text IS NULL OR gtin = $3) AND ($4::uuid IS NULL OR outlet_id = $4) AND ($5 = '' OR lot = $5)"
        " ORDER BY id LIMIT $6",
        scope.centre_id,
        scope.outlet_id,
        gtin14,
        choice.outlet_id,
        choice.lot,
        most,
    )
    return [dict(row) for row in rows]


# -------------------------------------------------------------------------------------------------------------- batches


async def one_at_a_time(user_id: UUID) -> None:
    """Until the transaction ends this person begins no other batch."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('label_batch'), hashtext($1))", str(user_id))


async def being_made(user_id: UUID) -> int:
    found: int = await db.fetch_value(
        "SELECT count(*) FROM label_batch WHERE state = 'making' AND made_by = $1", user_id
    )
    return found


async def insert(batch: NewBatch, parts: Sequence[NewPart]) -> None:
    await db.execute(
        "INSERT INTO label_batch (id, centre_id, outlet_id, wish, making, labels, made_by, made_at)"
        " VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8)",
        *batch,
    )
    await db.execute_many(
        "INSERT INTO label_batch_part (id, batch_id, number, labels, unit_ids) VALUES ($1, $2, $3, $4, $5::jsonb)",
        parts,
    )


async def batch(scope: Scope, batch_id: UUID) -> Row | None:
    row = await db.fetch_row(
        f"SELECT {_BATCH} FROM label_batch WHERE {_IN_SCOPE} AND id = $3", scope.centre_id, scope.outlet_id, batch_id
    )
    return None if row is None else dict(row)


async def page(scope: Scope, before: UUID | None, limit: int) -> list[Row]:
    """The newest first. `before`: the last one seen."""
    rows = await db.fetch(
        f"SELECT {_BATCH} FROM label_batch WHERE {_IN_SCOPE} AND ($3::uuid IS NULL OR id < $3)"
        " ORDER BY id DESC LIMIT $4",
        scope.centre_id,
        scope.outlet_id,
        before,
        limit,
    )
    return [dict(row) for row in rows]


async def cancel(scope: Scope, batch_id: UUID, now: datetime) -> None:
    """What is over already stays as it is."""
    await db.execute(
        f"UPDATE label_batch SET state = 'cancelled', lease_until = NULL, ended_at = $4 WHERE {_IN_SCOPE} AND id = $3"
        " AND state = 'making'",
        scope.centre_id,
        scope.outlet_id,
        batch_id,
        now,
    )


# Drawing a batch: the rows are the queue


async def claim(lease: timedelta) -> Claimed | None:
    """The oldest batch that nobody draws: new, or whose worker has died."""
    row = await db.fetch_row(
        "UPDATE label_batch SET lease_until = now() + $1, attempts = attempts + 1"
        " WHERE id = (SELECT id FROM label_batch WHERE state = 'making'"
        " AND (lease_until IS NULL OR lease_until < now()) ORDER BY id LIMIT 1"
        " FOR UPDATE SKIP LOCKED) RETURNING id, wish::text, making::text, made_by",
        lease,
    )
    return None if row is None else Claimed(*row)


async def keep_claim(batch_id: UUID, lease: timedelta) -> bool:
    """Whether the batch is still wanted."""
    found = await db.fetch_value(
        "UPDATE label_batch SET lease_until = now() + $2 WHERE id = $1 AND state = 'making' RETURNING id",
        batch_id,
        lease,
    )
    return found is not None


async def release(batch_id: UUID) -> None:
    """This worker stops before it is done: another takes the batch up at once, as if this one had not begun."""
    await db.execute(
        "UPDATE label_batch SET lease_until = NULL, attempts = attempts - 1 WHERE id = $1 AND state = 'making'",
        batch_id,
    )


async def give_up(attempts: int) -> None:
    """Batches whose workers died so often over the same part fail."""
    await db.execute(
        "UPDATE label_batch SET state = 'failed', failure = 'interrupted', lease_until = NULL, ended_at = now()"
        " WHERE state = 'making' AND attempts >= $1 AND lease_until < now()",
        attempts,
    )


async def fail(batch_id: UUID, failure: str, text: str, now: datetime) -> None:
    await db.execute(
        "UPDATE label_batch SET state = 'failed', failure = $2, failure_text = $3, lease_until = NULL, ended_at = $4"
        " WHERE id = $1 AND state = 'making'",
        batch_id,
        failure,
        text[:400],
        now,
    )


async def next_part(batch_id: UUID) -> Part | None:
    row = await db.fetch_row(
        "SELECT id, number, labels, unit_ids::text AS unit_ids FROM label_batch_part"
        " WHERE batch_id = $1 AND digest IS NULL ORDER BY number LIMIT 1",
        batch_id,
    )
    return None if row is None else _part(row)


async def lock_part(part_id: UUID) -> Part:
    row = await db.fetch_row(
        "SELECT id, number, labels, unit_ids::text AS unit_ids FROM label_batch_part WHERE id = $1 FOR UPDATE", part_id
    )
    assert row is not None, "parts go with their batch, and only long after it is over"
    return _part(row)


def _part(row: Row) -> Part:
    ids = None if row["unit_ids"] is None else msgspec.json.decode(row["unit_ids"], type=list[UUID])
    return Part(row["id"], row["number"], row["labels"], ids)


async def note_units(part_id: UUID, unit_ids: Sequence[UUID]) -> None:
    await db.execute(
        "UPDATE label_batch_part SET unit_ids = $2::jsonb WHERE id = $1",
        part_id,
        msgspec.json.encode(list(unit_ids)).decode(),
    )


async def note_drawn(batch_id: UUID, part_id: UUID, digest: str, size: int) -> bool:
    """Counts the labels once, whoever draws the part twice. False when the batch is not being made any more."""
    wanted = await db.fetch_value("SELECT state = 'making' FROM label_batch WHERE id = $1 FOR UPDATE", batch_id)
    if not wanted:
        return False
    await db.execute(
        "WITH drawn AS (UPDATE label_batch_part SET digest = $3, size = $4 WHERE id = $2 AND digest IS NULL"
        " RETURNING labels) UPDATE label_batch SET done = done + d.labels, attempts = 1 FROM drawn d WHERE id = $1",
        batch_id,
        part_id,
        digest,
        size,
    )
    return True


async def named(digests: Sequence[str]) -> set[str]:
    """Which of those blobs some batch needs."""
    rows = await db.fetch(
        "SELECT digest FROM label_batch WHERE digest = ANY($1::text[]) AND state = 'ready' UNION SELECT p.digest FROM"
        " label_batch_part p JOIN label_batch b ON b.id = p.batch_id WHERE p.digest = ANY($1::text[])"
        " AND b.state = 'making'",
        list(digests),
    )
    return {row["digest"] for row in rows}


async def parts_drawn(batch_id: UUID) -> list[Row]:
    """`id`, `digest`, `size`, in their order."""
    rows = await db.fetch("SELECT id, digest, size FROM label_batch_part WHERE batch_id = $1 ORDER BY number", batch_id)
    return [dict(row) for row in rows]


async def draw_again(batch_id: UUID, part_ids: Sequence[UUID]) -> None:
    """Their blobs are gone."""
    await db.execute(
        "WITH gone AS (UPDATE label_batch_part SET digest = NULL, size = NULL WHERE id = ANY($2::uuid[])"
        " AND digest IS NOT NULL RETURNING labels)"
        " UPDATE label_batch SET done = done - (SELECT coalesce(sum(labels), 0) FROM gone) WHERE id = $1",
        batch_id,
        list(part_ids),
    )


async def finish(batch_id: UUID, digest: str, size: int, now: datetime, expires_at: datetime) -> bool:
    """False when it was cancelled meanwhile."""
    found = await db.fetch_value(
        "UPDATE label_batch SET state = 'ready', digest = $2, size = $3, ended_at = $4, expires_at = $5,"
        " lease_until = NULL WHERE id = $1 AND state = 'making' RETURNING id",
        batch_id,
        digest,
        size,
        now,
        expires_at,
    )
    return found is not None


# What becomes of the blobs


async def blobs_alone() -> None:
    """Until the transaction ends nobody else names or removes a blob of labels: equal batches have equal blobs."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('label_blobs'))")


async def expire(now: datetime, forget: timedelta) -> None:
    """Files that have been kept long enough are over; what is over and has no blobs left is deleted after `forget`."""
    await db.execute("UPDATE label_batch SET state = 'expired' WHERE state = 'ready' AND expires_at < $1", now)
    old = "state <> 'making' AND NOT parts_kept AND digest IS NULL AND ended_at < $1"
    await db.execute(
        f"DELETE FROM label_batch_part WHERE batch_id IN (SELECT id FROM label_batch WHERE {old})", now - forget
    )
    await db.execute(f"DELETE FROM label_batch WHERE {old}", now - forget)


async def unneeded(limit: int) -> list[tuple[UUID, list[str]]]:
    """Batches that are over, and those of their blobs that no other needs."""
    rows = await db.fetch(
        "SELECT b.id, array_remove(array_agg(DISTINCT d.digest), NULL) AS digests FROM (SELECT * FROM label_batch"
        " WHERE state <> 'making' AND (parts_kept OR (state <> 'ready' AND digest IS NOT NULL)) ORDER BY id LIMIT $1) b"
        " LEFT JOIN LATERAL (SELECT p.digest FROM label_batch_part p WHERE p.batch_id = b.id"
        "  UNION SELECT b.digest WHERE b.state <> 'ready') d ON d.digest IS NOT NULL"
        "  AND NOT EXISTS (SELECT 1 FROM label_batch o WHERE o.digest = d.digest AND o.state = 'ready')"
        "  AND NOT EXISTS (SELECT 1 FROM label_batch_part op JOIN label_batch ob ON ob.id = op.batch_id"
        "   WHERE op.digest = d.digest AND ob.state = 'making')"
        " GROUP BY b.id",
        limit,
    )
    return [(row["id"], list(row["digests"])) for row in rows]


async def blobs_removed(batch_ids: Sequence[UUID]) -> None:
    await db.execute(
        "UPDATE label_batch SET parts_kept = false, digest = CASE WHEN state = 'ready' THEN digest END"
        " WHERE id = ANY($1::uuid[])",
        list(batch_ids),
    )
