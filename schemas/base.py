"""What all wire types share."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec

T = TypeVar("T")

#: Sync protocol version; a fingerprint of all wire types is pinned to it.
PROTOCOL_VERSION = 1

#: An instant with its offset; what we send is UTC.
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
ShortText = Annotated[str, msgspec.Meta(max_length=120)]
Phone = Annotated[str, msgspec.Meta(max_length=40)]
LongText = Annotated[str, msgspec.Meta(max_length=4000)]
Slug = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
#: Of a record that an edit is held against: the one the person was looking at.
Version = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=500)]


# Keeps W-2 of docs/sync-protocol.md.
class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client sends: an unknown field is an error, never ignored."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the server sends: clients ignore fields they do not know."""


class Page(Answer, Generic[T], frozen=True, kw_only=True):
    """One page of a list. `next_cursor` is opaque; null on the last page."""

    items: list[T]
    next_cursor: str | None = None
