"""Queries about enrolment codes. A code belongs to its user, so who may see it is judged by the user's place."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from schemas.accounts import EnrolmentCode, Role
from server.platform import db
from server.platform.auth import Scope

#: How long it is on record who let whose phone in.
KEEP: Final = timedelta(days=90)

_CODE = "c.id, c.user_id, u.technician_id, c.made_by, c.made_at, c.expires_at, c.used_at, c.withdrawn_at"
_OF_TECHNICIANS = (
    f"u.role = '{Role.TECHNICIAN.value}' AND ({{0}}::uuid IS NULL OR u.centre_id = {{0}})"
    " AND ({1}::uuid IS NULL OR u.outlet_id = {1})"
)


async def lock_login_of(technician_id: UUID, scope: Scope) -> UUID | None:
    """The technician's active user in the scope, locked until the transaction ends: codes are made one by one."""
    found: UUID | None = await db.fetch_value(
        f"SELECT u.id FROM app_user u WHERE u.technician_id = $1 AND u.active"
        f" AND {_OF_TECHNICIANS.format('$2', '$3')} ORDER BY u.id LIMIT 1 FOR UPDATE",
        technician_id,
        scope.centre_id,
        scope.outlet_id,
    )
    return found


async def withdraw_open(user_id: UUID, now: datetime) -> None:
    """A code made anew ends the one before: what hangs on a screen somewhere else is no way in any more."""
    await db.execute(
        "UPDATE enrolment_code SET withdrawn_at = $2"
        " WHERE user_id = $1 AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > $2",
        user_id,
        now,
    )


async def insert(code_id: UUID, user_id: UUID, digest: str, made_by: UUID, now: datetime, until: datetime) -> None:
    await db.execute(
        "INSERT INTO enrolment_code (id, user_id, digest, made_by, made_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        code_id,
        user_id,
        digest,
        made_by,
        now,
        until,
    )


async def use(digest: str, now: datetime) -> UUID | None:
    """Whose it is, when it is good; from now on it is not. Of two at once, one waits for the other and gets None."""
    found: UUID | None = await db.fetch_value(
        "UPDATE enrolment_code SET used_at = $2 WHERE digest = $1"
        " AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > $2 RETURNING user_id",
        digest,
        now,
    )
    return found


async def withdraw(code_id: UUID, scope: Scope, now: datetime) -> EnrolmentCode | None:
    """As it stands now; None when there is none in the scope. A used one stays used, and the first withdrawal's time
    stays."""
    await db.execute(
        "UPDATE enrolment_code c SET withdrawn_at = $4 FROM app_user u WHERE c.id = $1 AND u.id = c.user_id"
        f" AND {_OF_TECHNICIANS.format('$2', '$3')} AND c.used_at IS NULL AND c.withdrawn_at IS NULL",
        code_id,
        scope.centre_id,
        scope.outlet_id,
        now,
    )
    row = await db.fetch_row(
        f"SELECT {_CODE} FROM enrolment_code c JOIN app_user u ON u.id = c.user_id"
        f" WHERE c.id = $1 AND {_OF_TECHNICIANS.format('$2', '$3')}",
        code_id,
        scope.centre_id,
        scope.outlet_id,
    )
    return None if row is None else _code(row)


async def latest(technician_id: UUID, scope: Scope, limit: int) -> list[EnrolmentCode]:
    """The newest first."""
    rows = await db.fetch(
        f"SELECT {_CODE} FROM enrolment_code c JOIN app_user u ON u.id = c.user_id"
        f" WHERE u.technician_id = $1 AND {_OF_TECHNICIANS.format('$2', '$3')} ORDER BY c.id DESC LIMIT $4",
        technician_id,
        scope.centre_id,
        scope.outlet_id,
        limit,
    )
    return [_code(row) for row in rows]


async def forget(now: datetime) -> None:
    await db.execute("DELETE FROM enrolment_code WHERE expires_at < $1", now - KEEP)


def _code(row: Any) -> EnrolmentCode:
    return EnrolmentCode(**dict(row))
