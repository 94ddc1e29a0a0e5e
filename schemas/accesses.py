"""Wire types of who read a customer's file."""

from enum import StrEnum
from uuid import UUID

from schemas.base import Answer, Instant


class Read(StrEnum):
    """What was read: `list`: name, phone and address in a list of customers; `file`: the customer's file; `history`: of
    the file; `owners`: the name among a unit's owners; `registration`: name and phone; `proof`: of purchase; `request`:
    what they wrote when they asked for service; `photo`: that they sent with it; `message`: to them, with their
    number; `original`: a photo taken at a visit, byte for byte, with what the camera wrote into it;
    `report`: the service report of a visit."""

    LIST = "list"
    FILE = "file"
    HISTORY = "history"
    OWNERS = "owners"
    REGISTRATION = "registration"
    PROOF = "proof"
    REQUEST = "request"
    PHOTO = "photo"
    MESSAGE = "message"
    ORIGINAL = "original"
    REPORT = "report"


class Why(StrEnum):
    """`stated`: they said so (`reason`). `job`: the customer had this live job, or it was read with this job. `none`:
    no reason is known."""

    STATED = "stated"
    JOB = "job"
    NONE = "none"


class FileAccess(Answer, frozen=True, kw_only=True):
    """`record_id`: of what was read, where it is not the file itself."""

    id: int
    at: Instant
    user_id: UUID
    user_name: str | None
    role: str
    what: Read
    record_id: UUID | None
    why: Why
    reason: str
    job_id: UUID | None
