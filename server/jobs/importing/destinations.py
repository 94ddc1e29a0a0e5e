"""The outlets and job types that a file's rows go to; those that are missing are made when the mapping says so."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec

from schemas.network import NewOutlet, NewServiceCentre, ServiceCentre
from server.jobs import actions, store
from server.jobs.importing.mapping import JobMapping, JobTypes, Kind, Outlets, Place
from server.jobs.importing.reading import Survey
from server.jobs.importing.refusals import Fault, ImportRefused
from server.jobs.importing.rows import Destinations
from server.network import actions as network_actions
from server.network import store as network
from server.platform import clock, db
from server.platform.errors import Refused

_PAGE = 500


async def destinations(mapping: JobMapping, survey: Survey, dry_run: bool) -> Destinations:
    """Only what the file names. A dry run makes nothing: what would be made has an id that nobody else sees."""
    return Destinations(
        outlets=await _outlets(mapping.outlets, survey, dry_run),
        job_types=await _job_types(mapping.job_types, survey, dry_run),
    )


async def _outlets(outlets: Outlets, survey: Survey, dry_run: bool) -> Mapping[str, Mapping[str, Any]]:
    values = {outlets.place_of(value) for value in survey.places} - {None}
    wanted = {value: outlets.places[value] for value in values if value is not None}
    async with db.transaction():
        await network.lock_headquarters()  # of two imports the second finds what the first one made
        centre = await _centre(outlets, dry_run)
        if centre is None:
            return {}
        standing = await _outlets_by_name(centre)
        found = {}
        for value, place in sorted(wanted.items()):
            outlet = standing.get(place.name)
            if outlet is None and outlets.create:
                outlet = await _make_outlet(outlets, centre, place, dry_run)
            if outlet is not None:
                standing[place.name] = found[value] = outlet
        return found


async def _centre(outlets: Outlets, dry_run: bool) -> ServiceCentre | None:
    after = None
    while page := await network.centres_page(network.EVERYWHERE, after, _PAGE):
        for centre in page:
            if centre.name == outlets.centre:
                return centre
        after = page[-1].id
    if not outlets.create:
        return None
    new = NewServiceCentre(name=outlets.centre, name_en=outlets.centre_en)
    if dry_run:
        return ServiceCentre(id=clock.new_id(), name=new.name, name_en=new.name_en, version=1)
    above = await network.headquarters() or await network_actions.create_headquarters("总部", "Headquarters")
    centre_id = await network_actions.create_centre(above, new)
    return ServiceCentre(id=centre_id, name=new.name, name_en=new.name_en, version=1)


async def _outlets_by_name(centre: ServiceCentre) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    after = None
    while page := await network.outlets_page(network.EVERYWHERE, after, _PAGE):
        found |= {o.name: msgspec.structs.asdict(o) for o in page if o.centre_id == centre.id}
        after = page[-1].id
    return found


async def _make_outlet(outlets: Outlets, centre: ServiceCentre, place: Place, dry_run: bool) -> Mapping[str, Any]:
    new = NewOutlet(
        centre_id=centre.id,
        name=place.name,
        name_en=place.name_en,
        grade=place.grade,
        zone=outlets.zone,
        lat=place.lat,
        lon=place.lon,
    )
    if dry_run:
        return msgspec.structs.asdict(new) | {"id": clock.new_id()}
    try:
        outlet_id = await network_actions.create_outlet(new)
    except Refused as refusal:
        raise ImportRefused(Fault.MAPPING_INVALID, refusal.detail) from refusal
    return msgspec.structs.asdict(new) | {"id": outlet_id}


async def _job_types(job_types: JobTypes, survey: Survey, dry_run: bool) -> Mapping[str, Mapping[str, Any]]:
    kinds = {kind.code: kind for value in sorted(survey.kinds) if (kind := job_types.kind_of(value)) is not None}
    found: dict[str, Mapping[str, Any]] = dict(await store.job_types(kinds))
    if job_types.create:
        for code in sorted(kinds.keys() - found.keys()):
            found[code] = await _make_job_type(kinds[code], job_types, dry_run)
    return found


async def _make_job_type(kind: Kind, job_types: JobTypes, dry_run: bool) -> Mapping[str, Any]:
    checklist = [msgspec.structs.asdict(item) for item in job_types.checklist]
    if not dry_run:
        try:
            async with db.transaction():
                await actions.add_job_type(
                    kind.code,
                    kind.name,
                    kind.name_en,
                    skill=kind.skill,
                    duration_minutes=kind.duration_minutes,
                    checklist=checklist,
                    photos_required=job_types.photos_required,
                )
        except asyncpg.UniqueViolationError:  # another import was quicker
            return (await store.job_types([kind.code]))[kind.code]
    return msgspec.structs.asdict(kind) | {"checklist": checklist}
