"""Instants as query parameters."""

from datetime import datetime

from schemas.errors import Code
from server.platform.errors import Refused


def with_offset(name: str, at: datetime | None) -> datetime | None:
    """The parameter as it came. (Litestar drops the check of a msgspec type inside `FromQuery[…]`, and a time of day
    without its offset from UTC is nobody's instant.) Raises `Refused(invalid)`."""
    if at is not None and at.tzinfo is None:
        raise Refused(Code.INVALID, f"{name}: an instant has its offset from UTC, as in 2026-03-02T08:00:00Z")
    return at
