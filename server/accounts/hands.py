"""Who sees to a matter of the office: nobody yet, whoever took it, or the colleague to whom it was given.

A matter lies at a place of the network: at an outlet, or at headquarters where it belongs to no outlet. Those may see
to it who may write at a desk that shows it: the outlet's people, its centre's, and headquarters'.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schemas.errors import Code
from schemas.hands import Colleague
from server.accounts import store
from server.network import store as network
from server.platform.auth import OFFICE_WRITERS, Caller, Scope
from server.platform.errors import Refused


@dataclass(frozen=True, slots=True)
class Hands:
    """`holder` sees to it since `since`. `given_by`: who gave it to them; None: they took it themselves."""

    holder: UUID | None = None
    since: datetime | None = None
    given_by: UUID | None = None


NOBODYS = Hands()


def taken(caller: Caller, now: datetime) -> Hands:
    return Hands(caller.user_id, now)


async def given(caller: Caller, to: UUID, place: Scope, now: datetime) -> Hands:
    """Given to oneself it is taken. Raises `Refused(colleague_unknown)`: nobody who may see to matters of `place`."""
    if to == caller.user_id:
        return taken(caller, now)
    if to not in {each.id for each in await store.office_of(place, OFFICE_WRITERS)}:
        raise Refused(Code.COLLEAGUE_UNKNOWN)
    return Hands(to, now, caller.user_id)


async def colleagues(caller: Caller, outlet_id: UUID | None) -> list[Colleague]:
    """To whom matters of this outlet may be given; None: of the caller's own place. Those nearest to it come first.
    Raises `Refused(outlet_unknown)`."""
    place = caller.scope if outlet_id is None else await _place_of(outlet_id, caller.scope)
    found = await store.office_of(place, OFFICE_WRITERS)
    return [Colleague(id=each.id, name=each.name, role=each.role.value, outlet_id=each.outlet_id) for each in found]


async def _place_of(outlet_id: UUID, scope: Scope) -> Scope:
    outlet = await network.outlet(outlet_id, scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    return Scope(outlet["centre_id"], outlet_id)
