"""Who may make whom, how failed logins slow down, and what a used refresh token means. Pure: no I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from schemas.accounts import Role
from schemas.errors import Code

# ---------------------------------------------------------------------------------------------------- roles and places

_OUTLET_ROLES = frozenset({Role.TECHNICIAN, Role.DISPATCHER, Role.OUTLET_MANAGER})

#: Role → the roles it may give and take. Nobody gives a role above their own; auditors change nothing.
GRANTS: Mapping[Role, frozenset[Role]] = {
    Role.OUTLET_MANAGER: _OUTLET_ROLES,
    Role.CENTRE_MANAGER: _OUTLET_ROLES | {Role.CENTRE_MANAGER, Role.AUDITOR},
    Role.HQ_MANAGER: frozenset(Role),
}


class Place(Enum):
    """A height in the network tree."""

    HEADQUARTERS = "headquarters"
    CENTRE = "centre"
    OUTLET = "outlet"


_ANYWHERE = frozenset(Place)

#: Role → where its holder may stand. A dispatcher or auditor sees the subtree of the place, however high.
PLACES: Mapping[Role, frozenset[Place]] = {
    Role.TECHNICIAN: frozenset({Place.OUTLET}),
    Role.DISPATCHER: _ANYWHERE,
    Role.OUTLET_MANAGER: frozenset({Place.OUTLET}),
    Role.CENTRE_MANAGER: frozenset({Place.CENTRE}),
    Role.HQ_MANAGER: frozenset({Place.HEADQUARTERS}),
    Role.AUDITOR: _ANYWHERE,
}


def may_grant(granter: Role, role: Role) -> bool:
    return role in GRANTS.get(granter, frozenset())


def place_of(centre_id: UUID | None, outlet_id: UUID | None) -> Place:
    if outlet_id is not None:
        return Place.OUTLET
    return Place.HEADQUARTERS if centre_id is None else Place.CENTRE


def misfit(role: Role, place: Place, technician_id: UUID | None) -> str | None:
    """Why nobody can hold `role` there, for people; None when it fits."""
    if place not in PLACES[role]:
        return f"a {role.value} cannot stand at {place.value}"
    if (technician_id is not None) != (role is Role.TECHNICIAN):
        return "technician_id belongs to the role technician, and to no other"
    return None


# -------------------------------------------------------------------------------------------------------- failed logins


@dataclass(frozen=True, slots=True)
class Lockout:
    """`free` attempts cost nothing; from the next on each failure locks for `first`, doubling up to `longest`. After
    `forget` without an attempt the count starts anew."""

    free: int
    first: timedelta
    longest: timedelta
    forget: timedelta


#: Per user name. A stranger can lock a name, so the longest wait is short enough to sit through.
BY_NAME = Lockout(free=4, first=timedelta(seconds=30), longest=timedelta(minutes=15), forget=timedelta(hours=24))

#: Per address, against one guess at each of many names. Roomy: a whole outlet sits behind one address.
BY_ADDRESS = Lockout(free=99, first=timedelta(seconds=30), longest=timedelta(minutes=15), forget=timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Failures:
    count: int
    last_at: datetime
    locked_until: datetime | None


def charge(failures: Failures | None, policy: Lockout, now: datetime) -> Failures | None:
    """The attempt that is about to be made, counted as failed until it succeeds; so a thousand guesses at once get no
    further than a thousand in turn. None: locked, the attempt must not be made."""
    if failures is None or failures.last_at + policy.forget <= now:
        count = 1
    elif failures.locked_until is not None and failures.locked_until > now:
        return None
    else:
        count = failures.count + 1
    return Failures(count, now, _locked_until(count, policy, now))


def _locked_until(count: int, policy: Lockout, now: datetime) -> datetime | None:
    beyond = count - policy.free
    if beyond <= 0:
        return None
    doublings = min(beyond - 1, 20)  # 2**20 half minutes is past any `longest`
    factor: int = 2**doublings
    return now + min(policy.first * factor, policy.longest)


# ------------------------------------------------------------------------------------------------------- refresh tokens


@dataclass(frozen=True, slots=True)
class RefreshState:
    """`followed`: the token that was given for it has been used in its turn."""

    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    followed: bool = False


# Keeps E-2 of docs/sync-protocol.md.
def judge_refresh(token: RefreshState | None, now: datetime) -> Code | None:
    """Why this refresh token buys nothing; None when it may be exchanged.

    A token that comes again after the one given for it was used means that two parties hold it, and nobody can tell
    which is the thief: the whole family ends. One that comes again before that is of a client whose answer got lost, as
    they do on bad networks: it gets another, and the one that was lost is void. A thief gains nothing by it: whoever of
    the two comes with the void one ends the family. There is no grace by the clock.
    """
    if token is None:
        return Code.TOKEN_INVALID
    if token.followed or token.revoked_at is not None:
        return Code.REFRESH_REUSED
    if token.expires_at <= now:
        return Code.TOKEN_EXPIRED
    return None
