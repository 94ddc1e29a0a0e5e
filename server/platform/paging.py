"""Opaque cursors for lists ordered by one ascending key."""

import base64
import binascii
from typing import Annotated, Any

import msgspec
from litestar.params import QueryParameter

from schemas.errors import Code
from server.platform.errors import Refused

_LONGEST = 400

#: The query parameter `limit`. (Litestar drops the bounds of a msgspec type inside `FromQuery[…]`; these it holds.)
PageLimit = Annotated[int, QueryParameter(ge=1, le=500)]


def encode_cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def decode_cursor(cursor: str, shape: type[Any]) -> Any:
    """`shape`: the tuple type the key must have. Raises `Refused(cursor_invalid)`."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=shape)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as fault:
        raise Refused(Code.CURSOR_INVALID) from fault
