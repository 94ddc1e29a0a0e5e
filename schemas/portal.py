"""Wire types of what customers say on their pages, as the desk sees it: registrations of units."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schemas.base import Answer, Request

RegistrationState = Literal["open", "accepted", "refused"]


class Registration(Answer, frozen=True, kw_only=True):
    """Somebody said that a unit is theirs. `contested`: it was on somebody else's name, so nothing was changed yet.
    `customer_id`: the file it was put to. `proof_media_type` empty: without a proof of purchase. Name and phone are
    masked for those who only read, and erased three months after it was settled."""

    id: UUID
    outlet_id: UUID
    unit_id: UUID
    gtin: str
    serial: str
    model_name: str
    model_name_en: str
    name: str
    phone: str
    purchased_on: date | None
    proof_media_type: str
    contested: bool
    customer_id: UUID | None
    state: RegistrationState
    made_at: datetime
    settled_at: datetime | None
    settled_by: UUID | None
    note: str


class AcceptRegistration(Request, frozen=True, kw_only=True):
    """`sold_on`: the day of sale the proof shows; left out, what the unit has stays. `proof`: what the proof of
    purchase is worth; left out, what the unit has stays."""

    sold_on: date | None = None
    proof: Literal["valid", "missing", "altered", "other_serial"] | None = None


class RefuseRegistration(Request, frozen=True, kw_only=True):
    note: Annotated[str, msgspec.Meta(max_length=400)] = ""
