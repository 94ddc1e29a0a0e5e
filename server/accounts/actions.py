"""What people do with their accounts: log in and out, make and change users, enrol and revoke devices."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from schemas.accounts import Device, Enrolment, LastUpload, NewUser, Role, Tokens, User, UserPatch
from schemas.errors import Code
from server.accounts import keys, passwords, rules, store, tokens
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import OFFICE_WRITERS, Caller, Scope, issue_token
from server.platform.errors import Refused
from server.platform.pokes import end_streams_of
from server.platform.text import refuse_forbidden

log = structlog.get_logger()

# ------------------------------------------------------------------------------------------------------------ sessions


@dataclass(frozen=True, slots=True)
class TokenTerms:
    """How access tokens are signed, and how long both kinds live."""

    key: bytes
    access_lifetime: timedelta
    refresh_lifetime: timedelta


async def log_in(username: str, password: str, address: str, terms: TokenTerms) -> Tokens:
    """A new login. Raises `Refused`: `locked_out`, or `credentials_wrong` for an unknown name, a wrong password and an
    inactive user alike, after the same work."""
    name = username.strip().lower()
    name_key, address_key = _name_key(name), f"@{address}"
    await charge(name_key, address_key, clock.now())
    found = await store.user_with_hash(name) if name_key == name else None
    known, kept_hash = found or (None, None)
    right = await passwords.verify(kept_hash, password)
    if known is None or kept_hash is None or not right:
        raise Refused(Code.CREDENTIALS_WRONG)
    if not known.active:
        return await _log_in_to_upload(known, name_key, address_key, terms)
    renewed = await passwords.hash_password(password) if passwords.outdated(kept_hash) else None
    async with db.transaction():
        await store.forgive(name_key, address_key)
        if renewed is not None:
            await store.replace_hash(known.id, kept_hash, renewed)
        await store.drop_expired_refresh_tokens(known.id, clock.now())
        return await issue(known, clock.new_id(), terms)


async def _log_in_to_upload(known: User, name_key: str, address_key: str, terms: TokenTerms) -> Tokens:
    """Somebody who has left, while a last upload is open: a token that can do nothing else, and none to renew it."""
    if not await store.may_upload(known.id, clock.now()):
        raise Refused(Code.CREDENTIALS_WRONG)
    await store.forgive(name_key, address_key)
    caller = replace(store.caller_for(known), only_upload=True)
    log.info("login_for_last_upload", user_id=str(known.id))
    return Tokens(
        access_token=issue_token(terms.key, caller, clock.now(), terms.access_lifetime),
        refresh_token="",
        expires_in=int(terms.access_lifetime.total_seconds()),
        user=known,
    )


async def refresh(refresh_token: str, terms: TokenTerms) -> Tokens:
    """New tokens for a refresh token whose successor was never used, which then is void. Raises `Refused`:
    `token_invalid`, `token_expired`, `refresh_reused`."""
    used, now = tokens.digest(refresh_token), clock.now()
    async with db.transaction():
        row = await store.lock_refresh_token(used)
        refusal = rules.judge_refresh(None if row is None else row.state, now)
        if row is not None and refusal is None:
            await store.revoke_unused(row.family, used, now)
            await store.mark_refresh_token_used(used, now)
            known = await store.user(row.user_id)
            if known is not None and known.active:
                return await issue(known, row.family, terms)
            refusal = Code.TOKEN_INVALID
        if row is not None and refusal is Code.REFRESH_REUSED:
            await store.revoke_family(row.family, now)
            log.warning("refresh_reused", user_id=str(row.user_id), family=str(row.family))
    assert refusal is not None
    raise Refused(refusal)  # only now: what was revoked is committed


async def log_out(refresh_token: str) -> None:
    """Ends the login that the token belongs to. An unknown or ended one is as good as ended: no error, so that a
    repeat is one too."""
    async with db.transaction():
        row = await store.lock_refresh_token(tokens.digest(refresh_token))
        if row is not None:
            await store.revoke_family(row.family, clock.now())


async def issue(user: User, family: UUID, terms: TokenTerms) -> Tokens:
    """Tokens of the login `family`, its refresh token kept as a digest."""
    now, refresh_token = clock.now(), tokens.new_refresh_token()
    await store.insert_refresh_token(tokens.digest(refresh_token), family, user.id, now, now + terms.refresh_lifetime)
    return Tokens(
        access_token=issue_token(terms.key, store.caller_for(user), now, terms.access_lifetime),
        refresh_token=refresh_token,
        expires_in=int(terms.access_lifetime.total_seconds()),
        user=user,
    )


_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]*")
_SWEEP_EVERY = 100
_KEEP_FAILURES = timedelta(days=7)


def _name_key(name: str) -> str:
    """The name itself if a user could have it, else a digest: what is typed by mistake may be a password."""
    return name if _USERNAME.fullmatch(name) else f"#{hashlib.sha256(name.encode()).hexdigest()[:40]}"


async def charge(name_key: str, address_key: str, now: datetime) -> None:
    """Counts the attempt as failed before it is made. Raises `Refused(locked_out)` while either key is locked."""
    async with db.transaction():
        locked = await _charge_one(address_key, rules.BY_ADDRESS, now)
        if locked is None:
            locked = await _charge_one(name_key, rules.BY_NAME, now)
    if locked is not None:
        raise Refused(Code.LOCKED_OUT, retry_after=max(1, int((locked - now).total_seconds() + 0.999)))


async def _charge_one(key: str, policy: rules.Lockout, now: datetime) -> datetime | None:
    """The end of the lock when there is one, else None and the attempt is counted."""
    before = await store.lock_failures(key, now)
    after = rules.charge(before, policy, now)
    if after is None:
        return before.locked_until if before else None
    await store.save_failures(key, after)
    if policy is rules.BY_ADDRESS and after.count % _SWEEP_EVERY == 0:
        await store.forget_failures(now - _KEEP_FAILURES)
    return None


# --------------------------------------------------------------------------------------------------------------- users


async def create_admin(username: str, name: str, password: str) -> UUID:
    """The first (or another) HQ manager, made from the command line. Raises `Refused`: `invalid`,
    `text_forbidden_character`, `username_taken`."""
    plain = {"username": username, "name": name, "password": password, "role": Role.HQ_MANAGER.value}
    refuse_forbidden(plain)
    try:
        new = msgspec.convert(plain, NewUser)
    except msgspec.ValidationError as fault:
        raise Refused(Code.INVALID, str(fault)) from fault
    return await create_user(new)


async def create_user(new: NewUser, password_hash: str | None = None) -> UUID:
    """Makes a user as described, in the running transaction if there is one; whoever calls has judged the place.
    `password_hash`: when it is made already. Raises `Refused(username_taken)`."""
    user_id = clock.new_id()
    made = password_hash or await passwords.hash_password(new.password)
    if not await store.insert_user(user_id, new, made):
        raise Refused(Code.USERNAME_TAKEN)
    return user_id


async def add_user(caller: Caller, new: NewUser) -> User:
    """A manager makes a user in their own subtree. Raises `Refused`: `forbidden`, `invalid`, `outlet_unknown`,
    `technician_unknown`, `not_found` (the centre), `username_taken`."""
    if not rules.may_grant(caller.role, new.role):
        raise Refused(Code.FORBIDDEN, f"you may not make a {new.role.value}")
    placed = await _placed(caller.scope, new)
    fault = rules.misfit(placed.role, rules.place_of(placed.centre_id, placed.outlet_id), placed.technician_id)
    if fault is not None:
        raise Refused(Code.INVALID, fault)
    user_id = await create_user(placed)
    log.info("user_made", user_id=str(user_id), role=new.role.value, by=str(caller.user_id))
    made = await store.user(user_id)
    assert made is not None
    return made


async def _placed(scope: Scope, new: NewUser) -> NewUser:
    """`new` with its centre filled in, after its whole place was found in the scope."""
    if new.outlet_id is not None:
        outlet = await network.outlet(new.outlet_id, scope)
        if outlet is None or new.centre_id not in (None, outlet["centre_id"]):
            raise Refused(Code.OUTLET_UNKNOWN)
        new = msgspec.structs.replace(new, centre_id=outlet["centre_id"])
    elif scope.outlet_id is not None or (scope.centre_id is not None and new.centre_id is None):
        raise Refused(Code.FORBIDDEN, "the place is above your own")
    elif new.centre_id is not None and await network.centre(new.centre_id, scope) is None:
        raise Refused(Code.NOT_FOUND, "no such centre")
    if new.technician_id is not None:
        technician = await network.technician(new.technician_id, scope)
        if technician is None or technician["outlet_id"] != new.outlet_id:
            raise Refused(Code.TECHNICIAN_UNKNOWN)
        if await store.has_active_user(new.technician_id):
            raise Refused(Code.INVALID, "the technician has a login already")
    return new


async def change_user(caller: Caller, user_id: UUID, patch: UserPatch) -> User:
    """A manager changes role or activity of somebody in their subtree, never of themselves. Raises `Refused`:
    `not_found`, `forbidden`, `invalid`. An inactive user's logins end; access tokens last their minutes."""
    async with db.transaction():
        known = await store.lock_user(user_id, caller.scope)
        if known is None:
            raise Refused(Code.NOT_FOUND)
        changed = _changed(caller, known, patch)
        await store.update_user(user_id, changed.role, changed.active)
        if not changed.active:
            await store.revoke_refresh_tokens(user_id, clock.now())
        await end_streams_of(user_id)
    log.info("user_changed", user_id=str(user_id), role=changed.role, active=changed.active, by=str(caller.user_id))
    return changed


def _changed(caller: Caller, known: User, patch: UserPatch) -> User:
    wanted: dict[str, Any] = {"role": patch.role, "active": patch.active}
    changed = msgspec.structs.replace(known, **{k: v for k, v in wanted.items() if v is not None})
    if known.id == caller.user_id:
        raise Refused(Code.FORBIDDEN, "nobody changes their own role or activity")
    if not rules.may_grant(caller.role, known.role) or not rules.may_grant(caller.role, changed.role):
        raise Refused(Code.FORBIDDEN, "the role is beyond yours")
    fault = rules.misfit(changed.role, rules.place_of(known.centre_id, known.outlet_id), known.technician_id)
    if fault is not None and changed.role is not known.role:
        raise Refused(Code.INVALID, fault)
    return changed


# ------------------------------------------------------------------------------------------------------------- devices

_ENROLMENTS_AN_HOUR = 30


async def enrol(caller: Caller, enrolment: Enrolment) -> Device:
    """Raises `Refused`: `key_invalid`; `too_many_requests` beyond 30 enrolments of one user in an hour."""
    public_key = keys.enrollable(enrolment.public_key)
    if public_key is None:
        raise Refused(Code.KEY_INVALID, "not the public key of an ES256 signer on P-256")
    now = clock.now()
    owner = await store.user(caller.user_id)
    if owner is None or not owner.active:
        raise Refused(Code.TOKEN_INVALID)
    if await store.enrolled_since(caller.user_id, now - timedelta(hours=1)) >= _ENROLMENTS_AN_HOUR:
        raise Refused(Code.TOO_MANY_REQUESTS, retry_after=3600)
    device_id = clock.new_id()
    await store.insert_device(device_id, owner, enrolment.name, public_key, now)
    made = await store.device(device_id)
    assert made is not None
    return made


async def revoke(caller: Caller, device_id: UUID) -> Device:
    """One's own device or, for the office, any in its subtree; again is no error. Raises `Refused(device_unknown)`."""
    async with db.transaction():
        revoked = await store.revoke_device(device_id, caller, caller.role in OFFICE_WRITERS, clock.now())
        if revoked is None:
            raise Refused(Code.DEVICE_UNKNOWN)
        await end_streams_of(revoked.user_id)
    log.info("device_revoked", device_id=str(device_id), by=str(caller.user_id))
    return revoked


async def allow_last_upload(caller: Caller, device_id: UUID, wanted: LastUpload) -> Device:
    """A revoked device, or one of somebody inactive, may push for some hours more, and do nothing else; again moves the
    end. For the office, in its subtree, never for oneself. Raises `Refused`: `device_unknown`, `forbidden`,
    `device_active`."""
    async with db.transaction():
        known = await store.lock_device_in(caller.scope, device_id)
        if known is None:
            raise Refused(Code.DEVICE_UNKNOWN)
        if known.user_id == caller.user_id:
            raise Refused(Code.FORBIDDEN, "nobody allows this to themselves")
        owner = await store.user(known.user_id)
        if known.revoked_at is None and owner is not None and owner.active:
            raise Refused(Code.DEVICE_ACTIVE)
        until = clock.now() + timedelta(hours=wanted.hours)
        allowed = await store.allow_last_upload(device_id, until, caller.user_id)
    log.info("last_upload_allowed", device_id=str(device_id), until=until.isoformat(), by=str(caller.user_id))
    return allowed
