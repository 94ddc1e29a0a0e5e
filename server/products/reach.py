"""Which unit a caller may open."""

from uuid import UUID

from schemas.accounts import Role
from schemas.errors import Code
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.products import store


async def open_unit(caller: Caller, unit_id: UUID) -> store.Row:
    """All columns. The office opens the units of its subtree, a technician those of the jobs they hold. Raises
    `Refused(not_found)`."""
    if caller.role is Role.TECHNICIAN:
        known = await store.unit_held_by(caller.technician_id, unit_id) if caller.technician_id else None
    else:
        known = await store.unit(caller.scope, unit_id)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    return known
