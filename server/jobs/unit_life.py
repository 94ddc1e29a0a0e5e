"""A product's life follows its jobs: whatever was written of a job, the repair it is and the day of installation follow
in the same transaction. `publishing.publish` asks for it, so that no action has to think of it.

One chain of records per job stands for its repair (`products.correct_repair`); the job's row lock keeps writers apart.
Repairs are told with the companions, when jobs and units have been written and customers are locked: jobs, then
customers, then units, then streams, as everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from offline_sync.immutable import immutable
from offline_sync.record import Record
from offline_sync.rules import Effect
from server.evidence import store as evidence
from server.jobs.rules import repair as rules
from server.jobs.rules.product import notices_served
from server.jobs.rules.repair import Work, installed_on, repair_of
from server.jobs.written import Written
from server.network import store as network
from server.platform import clock, feed
from server.platform.db import Statement
from server.platform.feed import Change, Deed
from server.platform.records import office_edit
from server.products import actions as products
from server.products import catalogue_store, field_store, notices, publishing
from server.products.publishing import UnitWritten
from server.products.rules.digital_link import gtin14
from server.products.rules.entitlement import Repair
from server.products.rules.policy import WHOLE_UNIT
from server.products.rules.serial import typed_serial

#: What the server itself wrote of a unit, by a job.
_BY_ITS_JOBS = "office:None"


@immutable
class Followed:
    """Units that changed, as the feed takes them; `alongside`: for the same `feed.write`; `done`: jobs of which it is
    to be told what they did to their product (`tell`)."""

    units: Sequence[Change] = ()
    alongside: Sequence[Statement] = ()
    done: Sequence[Written] = ()


async def follow(written: Sequence[Written], customers: Iterable[UUID]) -> Followed:
    """Asks the database nothing for jobs that leave no trace on their product. `customers`: whose records will travel
    with these jobs: they are locked before any unit is."""
    moved = [w for w in written if _is_moved(w)]
    done = [w for w in written if _is_signed(w) or (_is_moved(w) and _is_of(rules.REPAIR, w))]
    if not moved and not done:
        return Followed()
    installed = await _installations([w for w in moved if _is_of(rules.INSTALLATION, w)], set(customers))
    due = {UUID(w.after.id) for w in installed} | {unit_id for w in done for unit_id in units_of(w)}
    return Followed(await publishing.changes_of(installed), [field_store.due(sorted(due))], done)


def seen_on_site(written: Sequence[Written]) -> list[tuple[str, str, datetime, float, float]]:
    """Codes that technicians have just scanned: GTIN-14, serial, when, and where their job is."""
    jobs = [w for w in written if w.after.type == "job" and w.before is not None]
    found = []
    for before, job in ((w.before.fields, w.after.fields) for w in jobs if w.before is not None):
        scanned = job["scanned"]
        gtin = gtin14(scanned["gtin"]) if scanned is not None and scanned != before["scanned"] else None
        if isinstance(gtin, str):
            at = datetime.fromisoformat(scanned["at"])
            found.append((gtin, typed_serial(scanned["serial"]), at, job["lat"], job["lon"]))
    return found


async def tell(done: Sequence[Written]) -> None:
    """Makes what the jobs are, as repairs, what is on record, and notes the notices they served. Asks the database
    nothing where there are none."""
    if not done:
        return
    manifests = await _manifests([w.after for w in done])
    repaired = [w for w in done if _is_of(rules.REPAIR, w)]
    if repaired:
        await _tell_repairs(repaired, manifests)
    for w in done:
        served = notices_served(manifests.get(w.after.fields["completion_id"])) if _is_signed(w) else frozenset()
        if served:
            await _serve(w.after, served)


async def _tell_repairs(repaired: Sequence[Written], manifests: Mapping[str, Any]) -> None:
    zones = await _zones(repaired)
    standing: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in await field_store.standing_repairs(UUID(w.after.id) for w in repaired):
        standing.setdefault(row["job_id"], []).append(row)
    for w in repaired:
        job = w.after.fields
        work = repair_of(job, manifests.get(job["completion_id"]), zones[job["outlet_id"]])
        if work is not None and work.fault_code and work.component == WHOLE_UNIT:
            work = replace(work, component=await _meant_by(work))
        await _stands(UUID(w.after.id), work, standing.get(UUID(w.after.id), ()))


async def _meant_by(work: Work) -> str:
    """The component that the fault code speaks of, by the catalogue."""
    (unit,) = await field_store.units([UUID(work.unit_id)])
    meant = await catalogue_store.fault_component(unit["line_code"], work.fault_code, unit["model_id"])
    return work.component if meant is None else meant[0]


async def _serve(job: Record, served: frozenset[UUID]) -> None:
    """Of these notices, those that concern the job's product. What has been done stays done, whatever becomes of the
    job; the office takes it back where it is wrong."""
    zone = await _zone(job.fields["outlet_id"])
    day = datetime.fromisoformat(job.fields["finished_at"]).astimezone(zone).date()
    (unit,) = await field_store.units([UUID(job.fields["unit_id"])])
    for notice in await notices.notices_for(unit, day, technician=True):
        if notice.id in served:
            await notices.serve(notice.id, unit["id"], UUID(job.id), day)


async def installed_by(job: Record) -> date | None:
    """The day on which the job put its product in."""
    return installed_on(job.fields, await _zone(job.fields["outlet_id"]))


def _is_moved(w: Written) -> bool:
    if w.after.type != "job" or w.before is None:
        return False
    before, after = w.before.fields, w.after.fields
    if all(before[name] == after[name] for name in rules.READ):
        return False
    return rules.leaves_a_trace(before) or rules.leaves_a_trace(after)


def _is_of(kind: str, w: Written) -> bool:
    return any(side is not None and rules.is_kind(side.fields, kind) for side in (w.before, w.after))


def units_of(w: Written) -> set[UUID]:
    named = [side.fields["unit_id"] for side in (w.before, w.after) if side is not None]
    return {UUID(unit_id) for unit_id in named if unit_id is not None}


def _is_signed(w: Written) -> bool:
    """A completion counts for a product, that did not before."""
    if w.after.type != "job" or w.before is None or w.after.fields["unit_id"] is None:
        return False
    names = ("completion_id", "unit_id")
    counts = w.after.fields["completion_id"] is not None and w.after.fields["finished_at"] is not None
    return counts and any(w.before.fields[name] != w.after.fields[name] for name in names)


async def _zones(moved: Sequence[Written]) -> dict[str, ZoneInfo]:
    return {outlet_id: await _zone(outlet_id) for outlet_id in {w.after.fields["outlet_id"] for w in moved}}


async def _zone(outlet_id: str) -> ZoneInfo:
    outlet = await network.outlet(UUID(outlet_id))
    assert outlet is not None, "a job belongs to an outlet that is on record"
    return ZoneInfo(outlet["zone"])


# Repairs


async def _manifests(jobs: Sequence[Record]) -> dict[str, Any]:
    ids = [UUID(job.fields["completion_id"]) for job in jobs if job.fields["completion_id"] is not None]
    found = await evidence.manifests(ids) if ids else {}
    return {str(completion_id): _read(text) for completion_id, text in found.items()}


def _read(manifest: str) -> Any:
    """None for what is kept as it came, and cannot be read."""
    try:
        return msgspec.json.decode(manifest)
    except (msgspec.MsgspecError, UnicodeError):
        return None


async def _stands(job_id: UUID, work: Work | None, standing: Sequence[Mapping[str, Any]]) -> None:
    """Makes `work` what is on record of the job."""
    said = None if work is None else _as_repair(work)
    known = False
    for row in standing:
        if work is None or row["unit_id"] != UUID(work.unit_id) or known:
            await products.correct_repair(row["id"], None)
            continue
        known = True
        if any(row[name] != getattr(said, name) for name in Repair.__struct_fields__):
            await products.correct_repair(row["id"], said)
    if work is not None and said is not None and not known:
        await products.record_repair(UUID(work.unit_id), said, job_id)


def _as_repair(work: Work) -> Repair:
    return Repair(
        component=work.component,
        reported_on=work.reported_on,
        started_on=work.started_on,
        finished_on=work.finished_on,
        cured=work.cured,
        delay=work.delay,
        fault_code=work.fault_code,
    )


# Installations


async def _installations(moved: Sequence[Written], customers: set[UUID]) -> list[UnitWritten]:
    if not moved:
        return []
    zones = await _zones(moved)
    turns = [turn for w in moved for turn in _turns(w, zones[w.after.fields["outlet_id"]])]
    if not turns:
        return []
    if customers:
        await feed.load_for_update("customer", customers)
    found: dict[UUID, UnitWritten] = {}
    locked = await publishing.lock_units(unit_id for unit_id, _, _ in turns)
    for unit_id, was, becomes in turns:
        if unit_id not in locked:  # made in this very transaction, with its day
            continue
        unit = found[unit_id].after if unit_id in found else locked[unit_id]
        if not _follows(unit, was, becomes):
            continue
        day = None if becomes is None else becomes.isoformat()
        deed = Deed("unit.install", clock.now())
        merged, history = office_edit(unit, Effect(force={"installed_on": day}), {}, deed)
        lines = [*found[unit_id].history, *history] if unit_id in found else list(history)
        found[unit_id] = UnitWritten(locked[unit_id], merged.record, lines)
    return list(found.values())


def _turns(w: Written, zone: ZoneInfo) -> list[tuple[UUID, date | None, date | None]]:
    """(unit, the day on which this job had put it in, the day on which it has), where these differ."""
    days: dict[str, list[date | None]] = {}
    for side, record in enumerate((w.before, w.after)):
        if record is not None and record.fields["unit_id"] is not None:
            days.setdefault(record.fields["unit_id"], [None, None])[side] = installed_on(record.fields, zone)
    return [(UUID(unit_id), was, now) for unit_id, (was, now) in days.items() if was != now]


def _follows(unit: Record, was: date | None, becomes: date | None) -> bool:
    """What somebody has entered stands; and nothing is put in before it is made."""
    known, made = unit.fields["installed_on"], unit.fields["manufactured_on"]
    if becomes is not None and made is not None and becomes.isoformat() < made:
        return False
    if known is None:
        return becomes is not None
    ours = unit.field_writers.get("installed_on") == _BY_ITS_JOBS
    return ours and was is not None and known == was.isoformat()
