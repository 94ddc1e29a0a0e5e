"""What an owner who has proven it sees of their service, and how they come to follow it without the link."""

from datetime import timedelta
from typing import Any, Final

from server.customers import store as customers
from server.jobs import store as jobs
from server.network.store import EVERYWHERE
from server.platform import clock, db
from server.portal import following, service_store
from server.portal.asking import REPAIR, new_code
from server.portal.following import MOST_LINKS, Following
from server.portal.proving import Visitor
from server.portal.rules.phone import same_phone

_DAY: Final = timedelta(days=1)


async def open_job(known: Visitor) -> dict[str, Any] | None:
    """The unit's open repair, when it was asked for with the owner's own number: somebody else in the house, or an
    owner before, may have asked for it with theirs."""
    job = await jobs.open_of_unit(known.unit_id, REPAIR)
    owner = await customers.load(EVERYWHERE, known.customer_id)
    return job if job is not None and owner is not None and same_phone(job["contact_phone"], owner["phone"]) else None


async def follow(known: Visitor) -> str | None:
    """The code of a new link to that job; None when there is none, or too many links were made for it today."""
    job = await open_job(known)
    if job is None or await service_store.links_since(job["id"], clock.now() - _DAY) >= MOST_LINKS:
        return None
    code = new_code()
    async with db.transaction():
        await following.make_link(
            Following(job["id"], job["centre_id"], job["outlet_id"], job["contact_phone"]), code, None
        )
    return code
