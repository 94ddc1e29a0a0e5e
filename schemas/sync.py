"""The wire of the sync protocol, version 1; `docs/sync-protocol.md` numbers the steps."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from schemas.base import Answer, Request

MAX_SEQ = 2**53

#: A UUID that we send as we have it, without making an object of it.
UuidText = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uuid"})]

Seq = Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]
#: Whatever a broken clock may show: it is corrected, never refused (guarantee 10).
# Keeps T-2 of docs/sync-protocol.md.
Millis = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class FieldTime(Request, frozen=True, kw_only=True):
    """A device's clocks at one instant: wall clock in epoch ms, monotonic ms since boot, and which boot."""

    wall_ms: Millis
    monotonic_ms: Millis
    boot_id: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class RecordRef(Request, frozen=True, kw_only=True):
    type: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class Operation(Request, frozen=True, kw_only=True):
    """One thing a person did. `seq` counts 1, 2, 3 … per device; `base_version`: what the person was looking at."""

    op_id: UUID
    seq: Seq
    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    record: RecordRef
    base_version: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    args: dict[str, Any]
    at: FieldTime


class Push(Request, frozen=True, kw_only=True):
    """`operations`, at most 500, are decoded one by one: each is an `Operation`, and one that is not is refused alone.
    `drained`: the outbox is empty after these; it ends the last upload of a revoked device."""

    device_id: UUID
    sent_at: FieldTime
    operations: list[msgspec.Raw]
    drained: bool = False


class FieldMerge(Answer, frozen=True, kw_only=True):
    field: str
    winner: str
    won: Any
    lost: Any


class Outcome(Answer, frozen=True, kw_only=True):
    """`status`: applied | merged | held | rejected. `version`: the record's version after it."""

    op_id: UuidText
    seq: int
    status: str
    version: int | None = None
    merges: list[FieldMerge] = []
    review_id: UuidText | None = None
    code: str | None = None
    text: str | None = None


class Unreadable(Answer, frozen=True, kw_only=True):
    """An operation without a place in the sequence: the `index`-th of the batch, from 0. It is neither judged nor
    kept, so the device must keep it."""

    index: int
    code: str
    text: str


class PushAnswer(Answer, frozen=True, kw_only=True):
    """`expected_seq` names the gap when the batch had one. `server_time`: epoch ms. `unreadable` is left out when every
    operation had a `seq`."""

    outcomes: list[Outcome]
    last_seq: int
    expected_seq: int | None
    epoch: UUID
    server_time: int
    unreadable: list[Unreadable] | msgspec.UnsetType = msgspec.UNSET


class Change(Answer, frozen=True, kw_only=True):
    """A record of a stream as it stands; `body` null: it left the stream."""

    stream: str
    type: str
    id: UUID
    version: int
    position: int
    body: dict[str, Any] | None


class PullAnswer(Answer, frozen=True, kw_only=True):
    """Replicas change only where `checkpoint` is true. `streams`: all that this reader now has."""

    changes: list[Change]
    cursor: str
    checkpoint: bool
    streams: list[str]
    last_seq: int | None
    epoch: UUID
    server_time: int
