"""What became of an operation, told to the device once and for ever. Pure."""

from __future__ import annotations

from typing import Any, Literal

from offline_sync.immutable import immutable
from offline_sync.rules import Side

Status = Literal["applied", "merged", "held", "rejected"]


@immutable
class FieldMerge:
    """One conflict and how it went. `field` is a field's name, or `field/key` for an entry of one."""

    field: str
    winner: Side
    won: Any
    lost: Any


@immutable
class Outcome:
    """`version`: the record's version after the operation; None when there is no record."""

    op_id: str
    seq: int
    status: Status
    version: int | None = None
    merges: tuple[FieldMerge, ...] = ()
    review_id: str | None = None
    code: str | None = None
    text: str | None = None
