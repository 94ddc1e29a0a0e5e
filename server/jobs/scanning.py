"""A product that a technician has scanned at their own job, with a network: opened at once, and put on file where
nobody had it. Whose product the job is for is said by `job.scan`, with or without a network."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from schemas.errors import Code
from schemas.unit_life import ScannedUnit
from server.jobs import store
from server.jobs.rules import lifecycle
from server.platform import db, feed
from server.platform.auth import Caller, Scope
from server.platform.errors import Refused
from server.products import on_site
from server.products import store as products


async def open_scanned(caller: Caller, scanned: ScannedUnit) -> tuple[Mapping[str, Any], bool]:
    """The unit's row, and whether it was made. Raises `Refused`: `not_found` (no such job in hand), `gtin_invalid`,
    `serial_invalid`, `model_unknown`; `unit_unknown` for a unit of another centre."""
    job = (await store.rows([scanned.job_id])).get(scanned.job_id)
    if job is None or lifecycle.gone(job) or not _in_hand(caller, job):
        raise Refused(Code.NOT_FOUND)
    named = on_site.Named(UUID(job["centre_id"]), None, scanned.gtin, scanned.serial)
    (known,) = await on_site.find([named])
    made = False
    if known is None:
        made = await _make(caller, job, scanned)
        (known,) = await on_site.find([named])
    row = None if known is None else await products.unit(Scope(UUID(job["centre_id"]), None), UUID(known))
    if row is None:
        raise Refused(Code.UNIT_UNKNOWN)
    return row, made


def _in_hand(caller: Caller, job: Mapping[str, Any]) -> bool:
    theirs = caller.technician_id is not None and job["technician_id"] == str(caller.technician_id)
    return theirs and job["state"] in lifecycle.LIVE


async def _make(caller: Caller, job: Mapping[str, Any], scanned: ScannedUnit) -> bool:
    """False when there is such a unit by now, or elsewhere."""
    owner = job["customer_id"]
    place = on_site.Place(UUID(job["centre_id"]), UUID(job["outlet_id"]), None if owner is None else UUID(owner))
    try:
        async with db.transaction():
            fields = await on_site.made_of_code(place, scanned.gtin, scanned.serial)
            await feed.write([on_site.born_on_site(fields, caller.user_id)])
    except asyncpg.UniqueViolationError:
        return False
    except Refused as refused:
        if refused.code is Code.SERIAL_TAKEN:
            return False
        raise
    return True
