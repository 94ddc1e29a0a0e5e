"""The one place that reads the wall clock and makes identities; everything pure gets them as arguments."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC as UTC
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    return _told.get() or datetime.now(UTC)


@contextmanager
def as_of(instant: datetime) -> Iterator[None]:
    """Inside, it is `instant`: for a past that is told afterwards (the demonstration firm). Nothing that serves people
    uses it. What the database stamps itself (`now()` in SQL) keeps the real time."""
    token = _told.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)


def now_ms() -> int:
    return int(now().timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def new_id() -> UUID:
    """UUIDv7: ordered by time, so that indexes grow at one end."""
    return uuid7()
