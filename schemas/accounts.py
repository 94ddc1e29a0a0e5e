"""Logging in, and the devices people work with."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Name, Request, ShortText


class Role(StrEnum):
    TECHNICIAN = "technician"
    DISPATCHER = "dispatcher"
    OUTLET_MANAGER = "outlet_manager"
    CENTRE_MANAGER = "centre_manager"
    HQ_MANAGER = "hq_manager"
    AUDITOR = "auditor"


Username = Annotated[str, msgspec.Meta(min_length=2, max_length=80, pattern=r"^[a-z0-9][a-z0-9._@-]*$")]
NewPassword = Annotated[str, msgspec.Meta(min_length=10, max_length=200)]


class User(Answer, frozen=True, kw_only=True):
    id: UUID
    username: str
    name: str
    role: Role
    locale: str
    centre_id: UUID | None
    outlet_id: UUID | None
    technician_id: UUID | None
    active: bool = True


class Login(Request, frozen=True, kw_only=True):
    username: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Refresh(Request, frozen=True, kw_only=True):
    refresh_token: Annotated[str, msgspec.Meta(min_length=20, max_length=200)]


class Tokens(Answer, frozen=True, kw_only=True):
    """`expires_in`: seconds the access token is valid. The refresh token is good for one use."""

    access_token: str
    refresh_token: str
    expires_in: int
    user: User
    token_type: str = "Bearer"


class NewUser(Request, frozen=True, kw_only=True):
    """`centre_id`/`outlet_id`: the place in the network tree; none for headquarters."""

    username: Username
    name: Name
    password: NewPassword
    role: Role
    centre_id: UUID | None = None
    outlet_id: UUID | None = None
    technician_id: UUID | None = None
    locale: Annotated[str, msgspec.Meta(pattern="^(zh-CN|en)$")] = "zh-CN"


class UserPatch(Request, frozen=True, kw_only=True):
    """What is left out stays. An inactive user cannot log in or refresh; the place stays, so a role must fit it."""

    active: bool | None = None
    role: Role | None = None


class PublicKey(Request, frozen=True, kw_only=True):
    """JWK of an ES256 key (RFC 7517): `x` and `y` are base64url of 32 bytes."""

    kty: Annotated[str, msgspec.Meta(pattern="^EC$")]
    crv: Annotated[str, msgspec.Meta(pattern="^P-256$")]
    x: Annotated[str, msgspec.Meta(min_length=43, max_length=43)]
    y: Annotated[str, msgspec.Meta(min_length=43, max_length=43)]
    kid: ShortText | None = None
    use: ShortText | None = None
    alg: ShortText | None = None
    ext: bool | None = None
    key_ops: list[ShortText] | None = None


class Enrolment(Request, frozen=True, kw_only=True):
    public_key: PublicKey
    name: ShortText = ""


class Device(Answer, frozen=True, kw_only=True):
    """`last_upload_until`: revoked, but it may still push until then; allowed by `last_upload_by`."""

    id: UUID
    user_id: UUID
    technician_id: UUID | None
    name: str
    last_seq: int
    enrolled_at: Instant
    last_seen_at: Instant | None
    revoked_at: Instant | None
    last_upload_until: Instant | None = None
    last_upload_by: UUID | None = None


class LastUpload(Request, frozen=True, kw_only=True):
    """How long a revoked device may still hand in what it holds."""

    hours: Annotated[int, msgspec.Meta(ge=1, le=72)] = 24


class EnrolByCode(Request, frozen=True, kw_only=True):
    """The code as shown or typed: case, blanks, dashes and look-alikes (O, I, L) do not matter."""

    code: Annotated[str, msgspec.Meta(min_length=4, max_length=40)]


class Symbol(Answer, frozen=True, kw_only=True):
    """A QR code to draw: `path` is SVG path data of its dark modules, one unit each, in a square of `side` units; the
    quiet zone (4 units) is for whoever draws."""

    side: int
    path: str


class EnrolmentCode(Answer, frozen=True, kw_only=True):
    """What the desk knows of a code it made, never the code itself. At most one of `used_at`, `withdrawn_at`."""

    id: UUID
    user_id: UUID
    technician_id: UUID
    made_by: UUID
    made_at: Instant
    expires_at: Instant
    used_at: Instant | None = None
    withdrawn_at: Instant | None = None


class NewEnrolmentCode(EnrolmentCode, frozen=True, kw_only=True):
    """Told once. `code`: in groups, to be typed; `address`: what `symbol` holds, to be scanned."""

    code: str
    address: str
    symbol: Symbol
