"""The one place that reads the wall clock and makes identities; everything pure gets them as arguments."""

from datetime import UTC as UTC
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def now() -> datetime:
    return datetime.now(UTC)


def now_ms() -> int:
    return int(now().timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def new_id() -> UUID:
    """UUIDv7: ordered by time, so that indexes grow at one end."""
    return uuid7()
