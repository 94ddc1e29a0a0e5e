"""The history of a synced record: every change, and every value that did not win (guarantee 9)."""

from typing import Any
from uuid import UUID

from schemas.base import Answer, Instant


class RefusedOperation(Answer, frozen=True, kw_only=True):
    """Why the server refused the operation: a stable code, and a text for people who read logs."""

    code: str
    text: str


class HistoryLine(Answer, frozen=True, kw_only=True):
    """One deed. `changes`: field → [old, new]; `lost`: field → the value that did not win (for a refused operation:
    everything that was handed in). A field is a name, or `name/key` for an entry of one. `version`: the record's after
    it; None when the record was unknown then. `happened_at`, `happened_grade`: when it was done, and how sure that is;
    `recorded_at`: when the server learned of it. `refused`: set when it had no effect at all."""

    version: int | None
    action: str
    user_id: UUID | None
    user_name: str | None
    device_id: UUID | None
    device_name: str | None
    op_id: UUID | None
    happened_at: Instant
    happened_grade: str
    recorded_at: Instant
    changes: dict[str, Any]
    lost: dict[str, Any]
    refused: RefusedOperation | None
