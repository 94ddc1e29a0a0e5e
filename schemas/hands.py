"""Who of the office sees to a matter: an alarm about a promise or about scans, something that happened in the field. It
is given to a colleague, and put back for everybody."""

from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Request

#: Of the matter, as whoever acts saw it: when it has changed hands since, nothing is done.
SeenVersion = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class SeeTo(Request, frozen=True, kw_only=True):
    version: SeenVersion


class Give(Request, frozen=True, kw_only=True):
    """`to`: a colleague (`GET /colleagues`)."""

    to: UUID
    version: SeenVersion


class PutBack(Request, frozen=True, kw_only=True):
    version: SeenVersion


class Colleague(Answer, frozen=True, kw_only=True):
    """Somebody of the office to whom a matter may be given. `outlet_id` null: of the centre, or of headquarters."""

    id: UUID
    name: str
    role: str
    outlet_id: UUID | None
