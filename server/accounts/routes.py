"""HTTP of logging in, of users and of devices; codes that let a phone in: `enrolment_routes`.

| route | who | about whose data |
| --- | --- | --- |
| `/auth/login`, `/auth/refresh`, `/auth/logout` | anyone | the owner of the password or refresh token |
| `/auth/me` | anyone logged in | themselves |
| `/users` read | managers, auditors | users in their subtree |
| `/users` write | managers | users in their subtree, up to their own role |
| `/colleagues` | the office | who may see to matters of an outlet in their subtree |
| `/devices` read | anyone logged in | their own; the office also its subtree's |
| `/devices` enrol | anyone logged in but auditors | themselves |
| `/devices/{id}/revoke` | anyone logged in but auditors | their own; the office's writers also their subtree's |
| `/devices/{id}/last-upload` | the office's writers | their subtree's, not their own |
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from schemas.accounts import (
    Device,
    Enrolment,
    LastUpload,
    Login,
    NewUser,
    Refresh,
    Role,
    Tokens,
    User,
    Username,
    UserPatch,
)
from schemas.base import Page
from schemas.errors import Code
from schemas.hands import Colleague
from server.accounts import actions, enrolment_routes, hands, store
from server.accounts.terms import terms_of
from server.platform.auth import MANAGERS, OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.errors import Refused
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import address_of, at_most

_MINUTE = timedelta(minutes=1)
_EVERYBODY_WHO_WRITES = tuple(role for role in Role if role is not Role.AUDITOR)


@post(
    "/auth/login",
    status_code=200,
    guards=[at_most(300, _MINUTE, by=address_of)],
    summary="Log in by name and password",
    tags=["accounts"],
)
async def log_in(request: Request[Any, Any, Any], data: JSONBody[Login]) -> Tokens:
    return await actions.log_in(data.username, data.password, address_of(request), terms_of(request))


@post(
    "/auth/refresh",
    status_code=200,
    guards=[at_most(1200, _MINUTE, by=address_of)],
    summary="Exchange a refresh token, once, for new tokens",
    tags=["accounts"],
)
async def refresh(request: Request[Any, Any, Any], data: JSONBody[Refresh]) -> Tokens:
    return await actions.refresh(data.refresh_token, terms_of(request))


@post(
    "/auth/logout",
    status_code=204,
    guards=[at_most(1200, _MINUTE, by=address_of)],
    summary="End the login that a refresh token belongs to",
    tags=["accounts"],
)
async def log_out(data: JSONBody[Refresh]) -> None:
    await actions.log_out(data.refresh_token)


@get("/auth/me", summary="Who I am", tags=["accounts"])
async def me(caller: NamedDependency[Caller]) -> User:
    known = await store.user(caller.user_id)
    if known is None or not known.active:
        raise Refused(Code.TOKEN_INVALID)
    return known


@get("/users", guards=[only(*MANAGERS, Role.AUDITOR)], summary="Users of my subtree", tags=["accounts"])
async def list_users(
    caller: NamedDependency[Caller], cursor: FromQuery[str | None] = None, limit: PageLimit = 100
) -> Page[User]:
    after: str = decode_cursor(cursor, tuple[Username])[0] if cursor else ""
    found = await store.users_page(caller.scope, after, limit + 1)
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].username) if len(found) > limit else None)


@post(
    "/users",
    guards=[only(*MANAGERS), at_most(120, _MINUTE)],
    summary="Make a user in my subtree",
    tags=["accounts"],
)
async def add_user(caller: NamedDependency[Caller], data: JSONBody[NewUser]) -> User:
    return await actions.add_user(caller, data)


@get(
    "/colleagues",
    guards=[only(*OFFICE_READERS)],
    summary="To whom a matter of an outlet may be given: the outlet's office, its centre's and headquarters'",
    tags=["accounts"],
)
async def list_colleagues(caller: NamedDependency[Caller], outlet_id: FromQuery[UUID | None] = None) -> list[Colleague]:
    """`outlet_id` left out: matters of one's own place; for headquarters those that belong to no outlet."""
    return await hands.colleagues(caller, outlet_id)


@patch(
    "/users/{user_id:uuid}", guards=[only(*MANAGERS)], summary="Change role or activity of a user", tags=["accounts"]
)
async def change_user(caller: NamedDependency[Caller], user_id: FromPath[UUID], data: JSONBody[UserPatch]) -> User:
    return await actions.change_user(caller, user_id, data)


@post("/devices", guards=[only(*_EVERYBODY_WHO_WRITES)], summary="Enrol this device for me", tags=["accounts"])
async def enrol(caller: NamedDependency[Caller], data: JSONBody[Enrolment]) -> Device:
    return await actions.enrol(caller, data)


@get("/devices", summary="My devices; for the office those of its subtree", tags=["accounts"])
async def list_devices(
    caller: NamedDependency[Caller], cursor: FromQuery[str | None] = None, limit: PageLimit = 100
) -> Page[Device]:
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await store.devices_page(caller, caller.role in OFFICE_READERS, after, limit + 1)
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None)


@post(
    "/devices/{device_id:uuid}/revoke",
    status_code=200,
    guards=[only(*_EVERYBODY_WHO_WRITES)],
    summary="Revoke a device: it may no longer sync",
    tags=["accounts"],
)
async def revoke(caller: NamedDependency[Caller], device_id: FromPath[UUID]) -> Device:
    return await actions.revoke(caller, device_id)


@post(
    "/devices/{device_id:uuid}/last-upload",
    status_code=200,
    guards=[only(*OFFICE_WRITERS), at_most(120, _MINUTE)],
    summary="Let a revoked device hand in what it still holds",
    tags=["accounts"],
)
async def allow_last_upload(
    caller: NamedDependency[Caller], device_id: FromPath[UUID], data: JSONBody[LastUpload]
) -> Device:
    """It may push, and do nothing else, until it says that it is empty (`drained`) or the time ends. `409
    device_active` when it is not revoked and its owner not inactive."""
    return await actions.allow_last_upload(caller, device_id, data)


router = Router(
    "/",
    route_handlers=[
        log_in,
        refresh,
        log_out,
        me,
        list_users,
        list_colleagues,
        add_user,
        change_user,
        enrol,
        list_devices,
        revoke,
        allow_last_upload,
        *enrolment_routes.HANDLERS,
    ],
)
