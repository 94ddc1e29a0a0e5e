"""Queries of proofs and registrations."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from schemas.portal import Registration
from server.platform import db
from server.platform.auth import Scope, within

Row = Mapping[str, Any]

_IN_SCOPE = within("r")

# ------------------------------------------------------------------------------------------------------ one-time codes


class Limits(msgspec.Struct, frozen=True):
    """How many codes may be asked for: per unit and phone in `span` and in a day, per address in an hour."""

    span: timedelta = timedelta(minutes=15)
    in_span: int = 3
    in_day: int = 10
    address_in_hour: int = 30


async def ask_code(code_id: UUID, subject: str, address: str, now: datetime, ends: datetime, limits: Limits) -> bool:
    """One statement, the same whoever is asked about; False when that was too often."""
    made = await db.fetch_value(
        "INSERT INTO one_time_code (id, subject, address, made_at, expires_at)"
        " SELECT $1::uuid, $2::varchar, $3::varchar, $4::timestamptz, $5::timestamptz"
        " WHERE (SELECT count(*) FROM one_time_code WHERE subject = $2 AND made_at > $4 - $6::interval) < $7"
        " AND (SELECT count(*) FROM one_time_code WHERE subject = $2 AND made_at > $4 - interval '1 day') < $8"
        " AND (SELECT count(*) FROM one_time_code WHERE address = $3 AND made_at > $4 - interval '1 hour') < $9"
        " RETURNING id",
        code_id,
        subject,
        address,
        now,
        ends,
        limits.span,
        limits.in_span,
        limits.in_day,
        limits.address_in_hour,
    )
    return made is not None


async def arm_code(code_id: UUID, unit_id: UUID, customer_id: UUID, code_hash: str) -> bool:
    """Whether there is such a code and it has not been armed: from now on it opens something."""
    armed = await db.fetch_value(
        "UPDATE one_time_code SET unit_id = $2, customer_id = $3, code_hash = $4"
        " WHERE id = $1 AND code_hash IS NULL AND used_at IS NULL AND tries = 0 RETURNING id",
        code_id,
        unit_id,
        customer_id,
        code_hash,
    )
    return armed is not None


async def try_code(code_id: UUID, subject_unit: UUID | None, now: datetime, most: int) -> Row | None:
    """Counts a try and answers the row; None when it is over, was used or was tried `most` times."""
    row = await db.fetch_row(
        "UPDATE one_time_code SET tries = tries + 1"
        " WHERE id = $1 AND expires_at > $3 AND used_at IS NULL AND tries < $4"
        " RETURNING code_hash, unit_id, customer_id, coalesce(unit_id = $2, false) AS of_unit",
        code_id,
        subject_unit,
        now,
        most,
    )
    return None if row is None else dict(row)


async def use_code(code_id: UUID, now: datetime) -> bool:
    """Whether it was this call that used it."""
    used = await db.fetch_value(
        "UPDATE one_time_code SET used_at = $2 WHERE id = $1 AND used_at IS NULL RETURNING id", code_id, now
    )
    return used is not None


async def forget(now: datetime, keep: timedelta) -> None:
    """Codes of the day before, sessions that are over, and whom registrations named that were settled long ago."""
    await db.execute("DELETE FROM one_time_code WHERE made_at < $1::timestamptz - interval '25 hours'", now)
    await db.execute("DELETE FROM visitor_session WHERE expires_at < $1", now)
    await db.execute(
        "WITH old AS (UPDATE registration SET name = '', phone = '' WHERE state <> 'open' AND phone <> ''"
        " AND settled_at < $1::timestamptz - $2::interval RETURNING id)"
        " DELETE FROM registration_proof USING old WHERE registration_proof.id = old.id",
        now,
        keep,
    )


# ------------------------------------------------------------------------------------------------------------ sessions


async def insert_session(
    session_id: UUID, token_hash: str, unit_id: UUID, customer_id: UUID, now: datetime, ends: datetime
) -> None:
    await db.execute(
        "INSERT INTO visitor_session (id, token_hash, unit_id, customer_id, made_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        session_id,
        token_hash,
        unit_id,
        customer_id,
        now,
        ends,
    )


async def session(token_hash: str, now: datetime) -> Row | None:
    row = await db.fetch_row(
        "SELECT unit_id, customer_id, expires_at FROM visitor_session WHERE token_hash = $1 AND expires_at > $2",
        token_hash,
        now,
    )
    return None if row is None else dict(row)


async def end_session(token_hash: str) -> None:
    await db.execute("DELETE FROM visitor_session WHERE token_hash = $1", token_hash)


# ------------------------------------------------------------------------------------------------------- registrations

_NEW = (
    *("id", "centre_id", "outlet_id", "unit_id", "name", "phone", "purchased_on", "consent", "locale"),
    *("proof_media_type", "made_at"),
)


async def insert_registration(row: Row) -> bool:
    """Whether it is new: a form sent twice is one."""
    made = await db.fetch_value(
        f"INSERT INTO registration ({', '.join(_NEW)}) VALUES ({', '.join(f'${n}' for n in range(1, len(_NEW) + 1))})"
        " ON CONFLICT (id) DO NOTHING RETURNING id",
        *(row[name] for name in _NEW),
    )
    return made is not None


async def insert_proof(registration_id: UUID, media_type: str, content: bytes) -> None:
    await db.execute(
        "INSERT INTO registration_proof (id, media_type, content) VALUES ($1, $2, $3)",
        registration_id,
        media_type,
        content,
    )


async def proof(registration_id: UUID) -> Row | None:
    row = await db.fetch_row("SELECT media_type, content FROM registration_proof WHERE id = $1", registration_id)
    return None if row is None else dict(row)


async def lock_registration(scope: Scope, registration_id: UUID) -> Row | None:
    """All columns, until the transaction ends."""
    row = await db.fetch_row(
        f"SELECT * FROM registration r WHERE {_IN_SCOPE} AND r.id = $3 FOR UPDATE",
        scope.centre_id,
        scope.outlet_id,
        registration_id,
    )
    return None if row is None else dict(row)


async def put_to(registration_id: UUID, customer_id: UUID, contested: bool) -> None:
    await db.execute(
        "UPDATE registration SET customer_id = $2, contested = $3 WHERE id = $1",
        registration_id,
        customer_id,
        contested,
    )


async def settle(registration_id: UUID, state: str, user_id: UUID, now: datetime, note: str) -> None:
    await db.execute(
        "UPDATE registration SET state = $2, settled_by = $3, settled_at = $4, note = $5 WHERE id = $1",
        registration_id,
        state,
        user_id,
        now,
        note,
    )


_SHOWN = ", ".join(
    f"r.{name}"
    for name in Registration.__struct_fields__
    if name not in ("model_name", "model_name_en", "gtin", "serial")
)
_JOINED = f"{_SHOWN}, u.model_name, u.model_name_en, u.gtin, u.serial FROM registration r JOIN product_unit u"
_JOINED += " ON u.id = r.unit_id"


async def page(scope: Scope, state: str, after: UUID | None, limit: int) -> list[Registration]:
    """Oldest first: what has waited longest is checked first."""
    rows = await db.fetch(
        f"SELECT {_JOINED} WHERE {_IN_SCOPE} AND r.state = $3 AND ($4::uuid IS NULL OR r.id > $4)"
        " ORDER BY r.id LIMIT $5",
        scope.centre_id,
        scope.outlet_id,
        state,
        after,
        limit,
    )
    return [Registration(**dict(row)) for row in rows]


async def one(scope: Scope, registration_id: UUID) -> Registration | None:
    row = await db.fetch_row(
        f"SELECT {_JOINED} WHERE {_IN_SCOPE} AND r.id = $3", scope.centre_id, scope.outlet_id, registration_id
    )
    return None if row is None else Registration(**dict(row))


async def of_customer(unit_id: UUID, customer_id: UUID) -> list[Row]:
    """What this customer registered of this unit, newest first."""
    rows = await db.fetch(
        "SELECT made_at, state FROM registration WHERE unit_id = $1 AND customer_id = $2 ORDER BY id DESC LIMIT 10",
        unit_id,
        customer_id,
    )
    return [dict(row) for row in rows]
