"""Queries of messages to customers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.notifications import OutboxMessage
from server.notifications.rules import masked
from server.platform import db, feed
from server.platform.auth import Scope, within

Row = Mapping[str, Any]

_IN_SCOPE = within()

_NEW = (
    *("id", "centre_id", "outlet_id", "key", "kind", "channel", "recipient", "locale", "subject", "text", "secret"),
    *("customer_id", "job_id", "made_at", "expires_at"),
)
_BUSY = (
    "(SELECT count(*) FROM notification"
    " WHERE recipient = $7::varchar AND made_at > $14::timestamptz - $16::interval) >= $17::bigint"
)
_INSERT = (
    f"INSERT INTO notification ({', '.join(_NEW)}, state, failure, next_at)"
    f" VALUES ({', '.join(f'${n}::varchar' if name == 'recipient' else f'${n}' for n, name in enumerate(_NEW, 1))},"
    f" CASE WHEN {_BUSY} THEN 'desk' ELSE 'queued' END, CASE WHEN {_BUSY} THEN 'too_many' END,"
    f" CASE WHEN {_BUSY} THEN least($15::timestamptz, $14::timestamptz + $18::interval) ELSE $14::timestamptz END)"
    " ON CONFLICT (key) DO NOTHING"
)


async def insert(row: Mapping[str, Any], span: timedelta, most: int, keep: timedelta) -> None:
    """Once per key. What is more than `most` to one recipient within `span` is left to the desk."""
    await db.execute(_INSERT, *(row[name] for name in _NEW), span, most, keep)


async def take_due(now: datetime, lease_until: datetime, limit: int) -> list[Row]:
    """Messages whose time has come, `sending` until `lease_until`; one statement, committed before anything leaves."""
    rows = await db.fetch(
        "UPDATE notification SET state = 'sending', tries = tries + 1, next_at = $2 WHERE id IN ("
        " SELECT id FROM notification WHERE state = 'queued' AND next_at <= $1"
        " AND (expires_at IS NULL OR expires_at > $1)"
        " ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)"
        " RETURNING id, centre_id, outlet_id, channel, recipient, subject, text, tries, expires_at",
        now,
        lease_until,
        limit,
    )
    return [dict(row) for row in rows]


async def settle_try(
    message_id: UUID, state: str, now: datetime, next_at: datetime | None, failure: str | None
) -> None:
    """How a try ended. A secret that was sent is erased at once."""
    await db.execute(
        "UPDATE notification SET state = $2::varchar, next_at = $4, failure = $5,"
        " settled_at = CASE WHEN $2 = 'sent' THEN $3::timestamptz END,"
        " text = CASE WHEN $2 = 'sent' AND secret THEN '' ELSE text END"
        " WHERE id = $1 AND state = 'sending'",
        message_id,
        state,
        now,
        next_at,
        failure,
    )


async def sweep(now: datetime, keep: timedelta, limit: int) -> int:
    """A batch of what time alone changes: tries nobody heard of again go to the desk, messages expire, and a month
    after they were settled whom and what they said is erased. Returns how many."""
    done: int = await db.fetch_value(_SWEEP, now, keep, limit)
    return done


_SWEEP = """
WITH due AS (
    SELECT id FROM notification WHERE next_at <= $1
      AND (state <> 'queued' OR expires_at <= $1) ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED
),
swept AS (
    UPDATE notification n SET
        state = CASE n.state WHEN 'sending' THEN 'desk' WHEN 'queued' THEN 'expired' WHEN 'desk' THEN 'expired'
            ELSE n.state END,
        failure = CASE WHEN n.state = 'sending' THEN 'perhaps_sent' ELSE n.failure END,
        settled_at = CASE WHEN n.state IN ('queued', 'desk') THEN $1 ELSE n.settled_at END,
        text = CASE WHEN n.state IN ('sent', 'told', 'expired') OR n.secret AND n.state <> 'sending' THEN ''
            ELSE n.text END,
        recipient = CASE WHEN n.state IN ('sent', 'told', 'expired') THEN '' ELSE n.recipient END,
        subject = CASE WHEN n.state IN ('sent', 'told', 'expired') THEN '' ELSE n.subject END,
        next_at = CASE WHEN n.state = 'sending' THEN least(n.expires_at, $1 + $2::interval)
            WHEN n.state IN ('queued', 'desk') THEN $1 + $2::interval END
    FROM due WHERE n.id = due.id RETURNING 1
)
SELECT count(*) FROM swept
"""


# ------------------------------------------------------------------------------------------------------------ the desk

_SHOWN = ", ".join(name for name in OutboxMessage.__struct_fields__ if name != "to")


async def page(scope: Scope, states: Sequence[str], before: UUID | None, limit: int) -> list[OutboxMessage]:
    """Newest first."""
    rows = await db.fetch(
        f"SELECT {_SHOWN}, recipient FROM notification WHERE {_IN_SCOPE} AND state = ANY($3::varchar[])"
        " AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5",
        scope.centre_id,
        scope.outlet_id,
        list(states),
        before,
        limit,
    )
    return [_shown(dict(row)) for row in rows]


def _shown(row: dict[str, Any]) -> OutboxMessage:
    return OutboxMessage(to=masked(row.pop("recipient")), **row)


async def lock(scope: Scope, message_id: UUID) -> Row | None:
    """All columns, until the transaction ends."""
    row = await db.fetch_row(
        f"SELECT * FROM notification WHERE {_IN_SCOPE} AND id = $3 FOR UPDATE",
        scope.centre_id,
        scope.outlet_id,
        message_id,
    )
    return None if row is None else dict(row)


async def one(message_id: UUID) -> OutboxMessage:
    """One that is there."""
    (row,) = await db.fetch(f"SELECT {_SHOWN}, recipient FROM notification WHERE id = $1", message_id)
    return _shown(dict(row))


async def nudge(outlet_id: UUID) -> None:
    """Who has the outbox of this outlet on screen reads it anew when the transaction commits."""
    await feed.nudge([f"board:{outlet_id}"])


async def note_shown(message_id: UUID, user_id: UUID, now: datetime) -> None:
    await db.execute("UPDATE notification SET shown_at = $3, shown_by = $2 WHERE id = $1", message_id, user_id, now)


async def settle_by_hand(message_id: UUID, state: str, user_id: UUID, now: datetime, next_at: datetime) -> None:
    """Told by phone, or put back into the queue. A secret that was told is erased at once."""
    await db.execute(
        "UPDATE notification SET state = $2::varchar, next_at = $5,"
        " settled_at = CASE WHEN $2 = 'told' THEN $4::timestamptz END,"
        " settled_by = CASE WHEN $2 = 'told' THEN $3::uuid END,"
        " failure = CASE WHEN $2 = 'told' THEN failure END, tries = CASE WHEN $2 = 'told' THEN tries ELSE 0 END,"
        " text = CASE WHEN $2 = 'told' AND secret THEN '' ELSE text END WHERE id = $1",
        message_id,
        state,
        user_id,
        now,
        next_at,
    )
