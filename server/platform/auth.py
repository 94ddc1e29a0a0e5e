"""Who is asking: access tokens, the caller they name, and the part of the network tree the caller may touch."""

import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from schemas.accounts import Role
from schemas.errors import Code
from server.platform.errors import Refused

_ALGORITHM = "HS256"
_AUDIENCE = "onsite"


@dataclass(frozen=True, slots=True)
class Scope:
    """A subtree of the network: one outlet, one centre with its outlets, or (both None) everything.

    In SQL: `within`.
    """

    centre_id: UUID | None
    outlet_id: UUID | None

    def holds(self, centre_id: UUID, outlet_id: UUID) -> bool:
        return self.centre_id in (None, centre_id) and self.outlet_id in (None, outlet_id)


def within(alias: str = "") -> str:
    """SQL: whether a row of the table `alias` lies in the scope whose centre and outlet are the arguments $1 and $2."""
    of = f"{alias}." if alias else ""
    return f"($1::uuid IS NULL OR {of}centre_id = $1) AND ($2::uuid IS NULL OR {of}outlet_id = $2)"


@dataclass(frozen=True, slots=True)
class Caller:
    """The person behind a request, as the access token says. A change of role or place takes effect when the token is
    refreshed (≤ 15 minutes); devices and refresh tokens are checked in the database each time."""

    user_id: UUID
    role: Role
    centre_id: UUID | None
    outlet_id: UUID | None
    technician_id: UUID | None
    only_upload: bool = False
    """Somebody who has left and hands in the last of their work: routes with `opt=LAST_UPLOAD`, nothing else."""

    @property
    def scope(self) -> Scope:
        return Scope(self.centre_id, self.outlet_id)


def issue_token(key: bytes, caller: Caller, now: datetime, lifetime: timedelta) -> str:
    claims: dict[str, Any] = {
        "aud": _AUDIENCE,
        "sub": str(caller.user_id),
        "role": caller.role.value,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    places = {"centre": caller.centre_id, "outlet": caller.outlet_id, "tech": caller.technician_id}
    claims |= {name: str(value) for name, value in places.items() if value is not None}
    if caller.only_upload:
        claims["only"] = "upload"
    return jwt.encode({"alg": _ALGORITHM}, claims, OctKey.import_key(key), algorithms=[_ALGORITHM])


_CLAIMS = jwt.JWTClaimsRegistry(
    aud={"essential": True, "value": _AUDIENCE}, exp={"essential": True}, sub={"essential": True}, leeway=0
)
_TOKENS_REMEMBERED = 4096


def read_token(key: bytes, token: str) -> Caller:
    """Raises `Refused` with `token_expired` or `token_invalid`."""
    try:
        caller, expires = _verified(key, token)
    except ExpiredTokenError as fault:
        raise Refused(Code.TOKEN_EXPIRED) from fault
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise Refused(Code.TOKEN_INVALID) from fault
    if expires < time.time():
        raise Refused(Code.TOKEN_EXPIRED)
    return caller


@lru_cache(_TOKENS_REMEMBERED)
def _verified(key: bytes, token: str) -> tuple[Caller, float]:
    """What a token of ours says, and when it ends. Remembered, as a phone shows the same one a thousand times."""
    claims = jwt.decode(token, OctKey.import_key(key), algorithms=[_ALGORITHM]).claims
    _CLAIMS.validate(claims)
    caller = Caller(
        user_id=UUID(claims["sub"]),
        role=Role(claims["role"]),
        centre_id=_place(claims, "centre"),
        outlet_id=_place(claims, "outlet"),
        technician_id=_place(claims, "tech"),
        only_upload="only" in claims,
    )
    return caller, float(claims["exp"])


def _place(claims: dict[str, Any], name: str) -> UUID | None:
    return UUID(claims[name]) if name in claims else None


async def provide_caller(request: Request[Any, Any, Any]) -> Caller:
    """Litestar dependency `caller`. Raises `Refused` with 401 codes."""
    return caller_of(request)


def caller_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(Code.NOT_AUTHENTICATED)
    known: Caller | None = connection.scope["state"].get("caller")
    if known is None:
        known = read_token(connection.app.state.secrets.token_key, token.strip())
        if known.only_upload and not _takes_last_uploads(connection):
            raise Refused(Code.LAST_UPLOAD_ONLY)
        connection.scope["state"]["caller"] = known
    return known


#: The option of routes that a last upload needs.
LAST_UPLOAD = {"last_upload": True}


def _takes_last_uploads(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    handler = connection.scope.get("route_handler")
    return handler is not None and bool(handler.opt.get("last_upload"))


def seconds_left(connection: ASGIConnection[Any, Any, Any, Any], now: datetime) -> float:
    """How long the token of `caller_of` is good for."""
    payload = connection.headers["authorization"].split(".")[1]
    claims = msgspec.json.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return float(claims["exp"]) - now.timestamp()


#: A coroutine, as Litestar runs other guards in a thread.
Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


def only(*roles: Role) -> Guard:
    """A route guard: 401 without a valid token, 403 for other roles."""
    allowed: Collection[Role] = frozenset(roles)

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if caller_of(connection).role not in allowed:
            raise Refused(Code.FORBIDDEN)

    return guard


#: Who may read what the office reads, and who may change it.
OFFICE_READERS = (
    Role.DISPATCHER,
    Role.OUTLET_MANAGER,
    Role.CENTRE_MANAGER,
    Role.HQ_MANAGER,
    Role.AUDITOR,
)
OFFICE_WRITERS = (Role.DISPATCHER, Role.OUTLET_MANAGER, Role.CENTRE_MANAGER, Role.HQ_MANAGER)
MANAGERS = (Role.OUTLET_MANAGER, Role.CENTRE_MANAGER, Role.HQ_MANAGER)
