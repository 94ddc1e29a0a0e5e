"""Wire types of messages to customers, as the desk sees them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from schemas.base import Answer

NotificationState = Literal["queued", "sending", "sent", "desk", "told", "expired"]


class OutboxMessage(Answer, frozen=True, kw_only=True):
    """A message to a customer. `to` is masked; what it says is shown by opening it, which is recorded. `desk`: no
    channel took it, so somebody has to call. `failure`: `no_channel`, `refused` (the channel said no to the last try),
    `perhaps_sent` (nobody knows), `too_many` (to one recipient)."""

    id: UUID
    outlet_id: UUID
    kind: str
    channel: Literal["sms", "email"]
    to: str
    locale: str
    subject: str
    secret: bool
    customer_id: UUID | None
    job_id: UUID | None
    state: NotificationState
    tries: int
    failure: str | None
    made_at: datetime
    next_at: datetime | None
    expires_at: datetime | None
    settled_at: datetime | None
    settled_by: UUID | None
    shown_at: datetime | None
    shown_by: UUID | None


class OpenedMessage(Answer, frozen=True, kw_only=True):
    """Whom to call, and what to say."""

    id: UUID
    to: str
    subject: str
    text: str
