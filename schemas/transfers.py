"""Moving people and places in the network tree."""

from uuid import UUID

from schemas.base import Request


class TechnicianTransfer(Request, frozen=True, kw_only=True):
    """The outlet where the technician works from now on."""

    outlet_id: UUID


class OutletTransfer(Request, frozen=True, kw_only=True):
    """The centre that the outlet belongs to from now on."""

    centre_id: UUID
