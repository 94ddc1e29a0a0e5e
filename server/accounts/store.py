"""Queries about users, failed logins, refresh tokens and devices. What a caller asks for is cut to the caller's scope;
functions without a scope are for the server's own use."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.accounts import Device, NewUser, Role, User
from server.accounts.rules import Failures, RefreshState
from server.platform import db
from server.platform.auth import Caller, Scope

# --------------------------------------------------------------------------------------------------------------- users

_USER = "id, username, name, role, locale, centre_id, outlet_id, technician_id, active"
_IN_SCOPE = "({0}::uuid IS NULL OR centre_id = {0}) AND ({1}::uuid IS NULL OR outlet_id = {1})"


def caller_for(user: User) -> Caller:
    return Caller(user.id, user.role, user.centre_id, user.outlet_id, user.technician_id)


async def user(user_id: UUID) -> User | None:
    row = await db.fetch_row(f"SELECT {_USER} FROM app_user WHERE id = $1", user_id)
    return None if row is None else _user(row)


async def user_with_hash(username: str) -> tuple[User, str] | None:
    row = await db.fetch_row(f"SELECT {_USER}, password_hash FROM app_user WHERE username = $1", username)
    return None if row is None else (_user(row), row["password_hash"])


async def users_page(scope: Scope, after: str, limit: int) -> list[User]:
    """Up to `limit` users in the order of their names, those after the name `after`."""
    rows = await db.fetch(
        f"SELECT {_USER} FROM app_user WHERE {_IN_SCOPE.format('$1', '$2')} AND username > $3"
        " ORDER BY username LIMIT $4",
        scope.centre_id,
        scope.outlet_id,
        after,
        limit,
    )
    return [_user(r) for r in rows]


async def office_of(place: Scope, roles: Collection[Role]) -> list[User]:
    """Active users with one of these roles whose own scope holds all of `place`: of an outlet, its people, those of the
    centre above it and of headquarters, in this order; by name among each other."""
    rows = await db.fetch(
        f"SELECT {_USER} FROM app_user WHERE active AND role = ANY($3::text[])"
        " AND (centre_id IS NULL OR centre_id = $1) AND (outlet_id IS NULL OR outlet_id = $2)"
        " ORDER BY centre_id IS NULL, outlet_id IS NULL, name, username",
        place.centre_id,
        place.outlet_id,
        [role.value for role in roles],
    )
    return [_user(r) for r in rows]


async def lock_user(user_id: UUID, scope: Scope) -> User | None:
    row = await db.fetch_row(
        f"SELECT {_USER} FROM app_user WHERE id = $1 AND {_IN_SCOPE.format('$2', '$3')} FOR UPDATE",
        user_id,
        scope.centre_id,
        scope.outlet_id,
    )
    return None if row is None else _user(row)


async def insert_user(user_id: UUID, new: NewUser, password_hash: str) -> bool:
    """False when the name is taken."""
    done = await db.fetch_value(
        "INSERT INTO app_user (id, username, name, password_hash, role, centre_id, outlet_id, technician_id, locale)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (username) DO NOTHING RETURNING id",
        user_id,
        new.username,
        new.name,
        password_hash,
        new.role.value,
        new.centre_id,
        new.outlet_id,
        new.technician_id,
        new.locale,
    )
    return done is not None


async def has_active_user(technician_id: UUID) -> bool:
    found = await db.fetch_value("SELECT 1 FROM app_user WHERE technician_id = $1 AND active LIMIT 1", technician_id)
    return found is not None


async def update_user(user_id: UUID, role: Role, active: bool) -> None:
    await db.execute("UPDATE app_user SET role = $2, active = $3 WHERE id = $1", user_id, role.value, active)


async def replace_hash(user_id: UUID, old: str, new: str) -> None:
    """Nothing happens when the password was changed meanwhile."""
    await db.execute("UPDATE app_user SET password_hash = $3 WHERE id = $1 AND password_hash = $2", user_id, old, new)


def _user(row: Any) -> User:
    return User(
        id=row["id"],
        username=row["username"],
        name=row["name"],
        role=Role(row["role"]),
        locale=row["locale"],
        centre_id=row["centre_id"],
        outlet_id=row["outlet_id"],
        technician_id=row["technician_id"],
        active=row["active"],
    )


async def move_technician(technician_id: UUID, outlet_id: UUID, centre_id: UUID) -> list[UUID]:
    """The technician's logins and devices, to another outlet; returns whose they are."""
    rows = await db.fetch(
        "UPDATE app_user SET outlet_id = $2, centre_id = $3 WHERE technician_id = $1 RETURNING id",
        technician_id,
        outlet_id,
        centre_id,
    )
    await db.execute(
        "UPDATE device SET outlet_id = $2, centre_id = $3 WHERE technician_id = $1", technician_id, outlet_id, centre_id
    )
    return [row["id"] for row in rows]


async def rename_technician(technician_id: UUID, before: str, name: str) -> None:
    """A login that goes by the technician's name goes by the new one."""
    await db.execute(
        "UPDATE app_user SET name = $3 WHERE technician_id = $1 AND name = $2", technician_id, before, name
    )


async def move_outlet(outlet_id: UUID, centre_id: UUID) -> list[UUID]:
    """Everybody of the outlet and their devices, to another centre; returns who."""
    rows = await db.fetch("UPDATE app_user SET centre_id = $2 WHERE outlet_id = $1 RETURNING id", outlet_id, centre_id)
    await db.execute("UPDATE device SET centre_id = $2 WHERE outlet_id = $1", outlet_id, centre_id)
    return [row["id"] for row in rows]


# ------------------------------------------------------------------------------------------------------- failed logins


async def lock_failures(key: str, now: datetime) -> Failures | None:
    """The count kept under `key`, its row made (None) or found, and locked until the transaction ends."""
    made = await db.fetch_value(
        "INSERT INTO login_failures (username, failures, last_at) VALUES ($1, 0, $2)"
        " ON CONFLICT (username) DO NOTHING RETURNING username",
        key,
        now,
    )
    if made is not None:
        return None
    row = await db.fetch_row(
        "SELECT failures, last_at, locked_until FROM login_failures WHERE username = $1 FOR UPDATE", key
    )
    return None if row is None else Failures(row["failures"], row["last_at"], row["locked_until"])


async def save_failures(key: str, failures: Failures) -> None:
    await db.execute(
        "INSERT INTO login_failures (username, failures, last_at, locked_until) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (username) DO UPDATE SET failures = $2, last_at = $3, locked_until = $4",
        key,
        failures.count,
        failures.last_at,
        failures.locked_until,
    )


async def forgive(name_key: str, address_key: str) -> None:
    """The attempt that was charged in advance succeeded: the name starts anew, the address gets this one back. The
    address first, as attempts are charged: in another order two at once would wait for each other in a circle."""
    await db.execute(
        "UPDATE login_failures SET failures = greatest(failures - 1, 0), locked_until = NULL WHERE username = $1",
        address_key,
    )
    await db.execute("DELETE FROM login_failures WHERE username = $1", name_key)


async def forget_failures(before: datetime) -> None:
    await db.execute("DELETE FROM login_failures WHERE last_at < $1", before)


# ------------------------------------------------------------------------------------------------------ refresh tokens


@dataclass(frozen=True, slots=True)
class RefreshRow:
    family: UUID
    user_id: UUID
    state: RefreshState


async def lock_refresh_token(digest: str) -> RefreshRow | None:
    """Locks all of the person's: what one token may buy hangs on those that came after it."""
    await db.execute(
        "SELECT FROM app_user WHERE id = (SELECT user_id FROM refresh_token WHERE digest = $1) FOR NO KEY UPDATE",
        digest,
    )
    row = await db.fetch_row(
        "SELECT family, user_id, expires_at, used_at, revoked_at, EXISTS (SELECT FROM refresh_token n"
        "  WHERE n.family = t.family AND n.digest <> t.digest AND n.issued_at >= t.used_at AND n.used_at IS NOT NULL"
        " ) AS followed FROM refresh_token t WHERE digest = $1",
        digest,
    )
    if row is None:
        return None
    state = RefreshState(row["expires_at"], row["used_at"], row["revoked_at"], row["followed"])
    return RefreshRow(row["family"], row["user_id"], state)


async def insert_refresh_token(digest: str, family: UUID, user_id: UUID, now: datetime, expires_at: datetime) -> None:
    await db.execute(
        "INSERT INTO refresh_token (digest, family, user_id, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        digest,
        family,
        user_id,
        now,
        expires_at,
    )


async def mark_refresh_token_used(digest: str, now: datetime) -> None:
    await db.execute("UPDATE refresh_token SET used_at = $2 WHERE digest = $1", digest, now)


async def revoke_unused(family: UUID, but: str, now: datetime) -> None:
    """All of the family that nobody has used, but this one."""
    await db.execute(
        "UPDATE refresh_token SET revoked_at = $3"
        " WHERE family = $1 AND digest <> $2 AND used_at IS NULL AND revoked_at IS NULL",
        family,
        but,
        now,
    )


async def revoke_family(family: UUID, now: datetime) -> None:
    await db.execute("UPDATE refresh_token SET revoked_at = $2 WHERE family = $1 AND revoked_at IS NULL", family, now)


async def revoke_refresh_tokens(user_id: UUID, now: datetime) -> None:
    await db.execute("UPDATE refresh_token SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL", user_id, now)


async def drop_expired_refresh_tokens(user_id: UUID, now: datetime) -> None:
    await db.execute("DELETE FROM refresh_token WHERE user_id = $1 AND expires_at < $2", user_id, now)


# ------------------------------------------------------------------------------------------------------------- devices

_DEVICE = (
    "id, user_id, technician_id, name, last_seq, enrolled_at, last_seen_at, revoked_at, last_upload_until,"
    " last_upload_by"
)


async def devices_page(caller: Caller, with_subtree: bool, after: UUID | None, limit: int) -> list[Device]:
    """The caller's own devices and, `with_subtree`, those of everybody in the caller's scope; oldest first."""
    rows = await db.fetch(
        f"SELECT {_DEVICE} FROM device WHERE (user_id = $1 OR ($2 AND {_IN_SCOPE.format('$3', '$4')}))"
        " AND ($5::uuid IS NULL OR id > $5) ORDER BY id LIMIT $6",
        caller.user_id,
        with_subtree,
        caller.centre_id,
        caller.outlet_id,
        after,
        limit,
    )
    return _devices(rows)


async def device(device_id: UUID) -> Device | None:
    found = _devices(await db.fetch(f"SELECT {_DEVICE} FROM device WHERE id = $1", device_id))
    return found[0] if found else None


async def device_key(device_id: UUID) -> dict[str, Any] | None:
    """The device's public key as a JWK, also of a revoked one: what it signed before stays verifiable."""
    text = await db.fetch_value("SELECT public_key::text FROM device WHERE id = $1", device_id)
    return None if text is None else msgspec.json.decode(text, type=dict[str, Any])


async def enrolled_since(user_id: UUID, since: datetime) -> int:
    counted = await db.fetch_value(
        "SELECT count(*) FROM device WHERE user_id = $1 AND enrolled_at >= $2", user_id, since
    )
    return int(counted)


async def insert_device(device_id: UUID, owner: User, name: str, public_key: Mapping[str, Any], now: datetime) -> None:
    await db.execute(
        "INSERT INTO device (id, user_id, technician_id, centre_id, outlet_id, name, public_key, enrolled_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)",
        device_id,
        owner.id,
        owner.technician_id,
        owner.centre_id,
        owner.outlet_id,
        name,
        msgspec.json.encode(public_key).decode(),
        now,
    )


async def revoke_device(device_id: UUID, caller: Caller, with_subtree: bool, now: datetime) -> Device | None:
    """The device as it stands now; None when it is unknown or beyond the caller. The first revocation's time stays."""
    rows = await db.fetch(
        "UPDATE device SET revoked_at = coalesce(revoked_at, $6) WHERE id = $1"
        f" AND (user_id = $2 OR ($3 AND {_IN_SCOPE.format('$4', '$5')})) RETURNING {_DEVICE}",
        device_id,
        caller.user_id,
        with_subtree,
        caller.centre_id,
        caller.outlet_id,
        now,
    )
    found = _devices(rows)
    return found[0] if found else None


async def lock_device_in(scope: Scope, device_id: UUID) -> Device | None:
    """The device of somebody in the scope, locked until the transaction ends."""
    rows = await db.fetch(
        f"SELECT {_DEVICE} FROM device WHERE id = $1 AND {_IN_SCOPE.format('$2', '$3')} FOR UPDATE",
        device_id,
        scope.centre_id,
        scope.outlet_id,
    )
    found = _devices(rows)
    return found[0] if found else None


async def allow_last_upload(device_id: UUID, until: datetime, by: UUID) -> Device:
    rows = await db.fetch(
        f"UPDATE device SET last_upload_until = $2, last_upload_by = $3 WHERE id = $1 RETURNING {_DEVICE}",
        device_id,
        until,
        by,
    )
    return _devices(rows)[0]


async def may_upload(user_id: UUID, now: datetime) -> bool:
    """Whether one of the user's devices has an open last upload."""
    found = await db.fetch_value(
        "SELECT 1 FROM device WHERE user_id = $1 AND last_upload_until > $2 LIMIT 1", user_id, now
    )
    return found is not None


def _devices(rows: Sequence[Any]) -> list[Device]:
    return [Device(**dict(row)) for row in rows]
