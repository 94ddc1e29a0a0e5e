"""Letting a technician's phone in without a password: the desk makes a code, the phone redeems it, once."""

from uuid import UUID

import structlog

from schemas.accounts import EnrolmentCode, NewEnrolmentCode, Role, Symbol, Tokens
from schemas.errors import Code
from server.accounts import actions, enrolment_codes, enrolment_store, store
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.qr import modules, runs

log = structlog.get_logger()

_SHOWN = 20


async def make(caller: Caller, technician_id: UUID, public_url: str) -> NewEnrolmentCode:
    """A code for the technician's phone; the one before ends. Raises `Refused`: `technician_unknown` beyond the
    caller's subtree, `login_missing`."""
    if await network.technician(technician_id, caller.scope) is None:
        raise Refused(Code.TECHNICIAN_UNKNOWN)
    code, now = enrolment_codes.new_code(), clock.now()
    made = clock.new_id()
    async with db.transaction():
        user_id = await enrolment_store.lock_login_of(technician_id, caller.scope)
        if user_id is None:
            raise Refused(Code.LOGIN_MISSING)
        until = now + enrolment_codes.LIFETIME
        await enrolment_store.forget(now)
        await enrolment_store.withdraw_open(user_id, now)
        await enrolment_store.insert(made, user_id, enrolment_codes.digest(code), caller.user_id, now, until)
    log.info("enrolment_code_made", code_id=str(made), user_id=str(user_id), by=str(caller.user_id))
    # In the fragment: browsers send none of it, so that it stands in no log between here and the phone.
    address = f"{public_url.rstrip('/')}/app/#enrol={code}"
    return NewEnrolmentCode(
        id=made,
        user_id=user_id,
        technician_id=technician_id,
        made_by=caller.user_id,
        made_at=now,
        expires_at=until,
        code=enrolment_codes.grouped(code),
        address=address,
        symbol=_symbol(address),
    )


async def shown(caller: Caller, technician_id: UUID) -> list[EnrolmentCode]:
    """The latest codes of a technician, the newest first. Raises `Refused(technician_unknown)`."""
    if await network.technician(technician_id, caller.scope) is None:
        raise Refused(Code.TECHNICIAN_UNKNOWN)
    return await enrolment_store.latest(technician_id, caller.scope, _SHOWN)


async def withdraw(caller: Caller, code_id: UUID) -> EnrolmentCode:
    """Again, or when it was used already, is no error: the answer says which. Raises `Refused(not_found)`."""
    async with db.transaction():
        known = await enrolment_store.withdraw(code_id, caller.scope, clock.now())
    if known is None:
        raise Refused(Code.NOT_FOUND)
    log.info("enrolment_code_withdrawn", code_id=str(code_id), by=str(caller.user_id))
    return known


async def redeem(typed: str, address: str, terms: actions.TokenTerms) -> Tokens:
    """A login of the code's technician. Raises `Refused`: `locked_out` after too many wrong ones from one address;
    `enrolment_code_wrong` for an unknown, used, withdrawn and expired one alike."""
    own_key, address_key = f"!{address}", f"@{address}"  # no login name begins with "!"
    await actions.charge(own_key, address_key, clock.now())
    code = enrolment_codes.read_code(typed)
    if code is None:
        raise Refused(Code.ENROLMENT_CODE_WRONG)
    async with db.transaction():
        user_id = await enrolment_store.use(enrolment_codes.digest(code), clock.now())
        known = None if user_id is None else await store.user(user_id)
        if known is None or not known.active or known.role is not Role.TECHNICIAN:
            raise Refused(Code.ENROLMENT_CODE_WRONG)
        await store.forgive(own_key, address_key)
        tokens = await actions.issue(known, clock.new_id(), terms)
    log.info("enrolled_by_code", user_id=str(known.id))
    return tokens


def _symbol(address: str) -> Symbol:
    dark = modules(address, "M")
    if dark is None:  # a public address of thousands of characters
        raise Refused(Code.INVALID, "the public address is too long for a QR code")
    path = "".join(f"M{run.x} {run.y}h{run.length}v1h-{run.length}z" for run in runs(dark))
    return Symbol(side=len(dark), path=path)
