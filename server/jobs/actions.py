"""What the office does with jobs: one function per deed, one transaction each; rules and feed as the field's. Who goes
where and when is `booking`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from offline_sync.rules import Effect
from schemas.errors import Code
from schemas.jobs import JobEdit, JobState, Lock, NewJob, NewJobType, SiteHours
from server.commitments import actions as commitments
from server.commitments import clocks
from server.customers import store as customers
from server.jobs import cases as described
from server.jobs import store
from server.jobs.office import after, force, locked, withdraw_visit
from server.jobs.publishing import CATALOGUE, Written, publish
from server.jobs.rules import ownership, site_hours
from server.network import store as network
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import Deed
from server.platform.records import as_change, as_record, born, office_edit
from server.products import store as products

_OLDEST = timedelta(days=366 * 5)
_AHEAD = timedelta(minutes=5)  # clocks of callers' programs differ a little from ours


async def raise_job(caller: Caller, wanted: NewJob) -> UUID:
    """A job from the hotline, with its promise. Raises `Refused`."""
    async with db.transaction():
        outlet = await _outlet(caller, wanted.outlet_id)
        _check_site_hours(wanted.site_hours)
        await _check_references(caller, wanted)
        (job,) = await raise_jobs(outlet, [wanted], caller.user_id)
    return UUID(job["id"])


async def raise_jobs(
    outlet: Mapping[str, Any],
    wanted: Sequence[NewJob],
    user_id: UUID | None,
    source: str = "",
    keys: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Inside a transaction: many jobs of one outlet in a few statements. `keys`: their names in `source`, one each.
    Raises `Refused` when a job type is unknown or a time is out of range."""
    now = clock.now()
    types = await store.job_types({w.job_type for w in wanted})
    numbers = await store.next_numbers(len(wanted))
    cases = await described.of_raised([described.Raised(outlet, w, _opened_at(w, now)) for w in wanted])
    promises = await commitments.promises_for(cases)
    jobs = []
    for index, (w, case, promise) in enumerate(zip(wanted, cases, promises, strict=True)):
        job_type = types.get(w.job_type)
        if job_type is None:
            raise Refused(Code.JOB_TYPE_UNKNOWN, w.job_type)
        fields = new_fields(w, outlet, job_type, numbers[index], case.opened_at, promise)
        fields |= {"source": source, "source_key": keys[index] if keys else None, "created_at": now.isoformat()}
        jobs.append(fields)
    deed = Deed("raise", now, user_id)
    await publish([Written(None, born("job", f), [feed.HistoryLine(1, deed)]) for f in jobs])
    await clocks.make([(UUID(f["id"]), c, p) for f, c, p in zip(jobs, cases, promises, strict=True) if p is not None])
    return jobs


def _opened_at(wanted: NewJob, now: datetime) -> datetime:
    opened = wanted.opened_at or now
    if not now - _OLDEST <= opened <= now + _AHEAD:
        raise Refused(Code.TIME_OUT_OF_RANGE, "opened_at lies in the future or more than five years back")
    return opened


def new_fields(
    wanted: NewJob,
    outlet: Mapping[str, Any],
    job_type: Mapping[str, Any],
    number: int,
    opened_at: datetime,
    promise: commitments.Promise | None,
) -> dict[str, Any]:
    """A job as it begins, JSON-shaped; `job_type`: as the catalogue has it."""
    asked = msgspec.to_builtins(wanted)
    kept = {name: asked[name] for name in _ASKED}
    return {
        **_EMPTY,
        **kept,
        "id": str(clock.new_id()),
        "number": number,
        "centre_id": str(outlet["centre_id"]),
        "outlet_id": str(outlet["id"]),
        "skill": job_type["skill"],
        "duration_minutes": wanted.duration_minutes or job_type["duration_minutes"],
        "checklist": {item["key"]: {"done": False, "value": None} for item in job_type["checklist"]},
        "opened_at": opened_at.isoformat(),
        "policy_name": promise.name if promise else "",
        "policy_name_en": promise.name_en if promise else "",
        "respond_by": _iso(promise.respond_by) if promise else None,
        "resolve_by": _iso(promise.resolve_by) if promise else None,
        "promise_state": "running" if promise else "void",
    }


_ASKED = (
    *("job_type", "title", "contact_name", "contact_phone", "address", "access_notes"),
    *("lat", "lon", "customer_id", "unit_id", "priority", "price_minor", "site_hours", "parts_needed"),
)
_EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(
        ("technician_id", "visit_id", "window_start", "window_end", "arrival", "completion_id", "finished_at")
    ),
    **dict.fromkeys(("appointment_at", "sign_again", "scanned", "deleted_at")),
    **dict.fromkeys(("hold_cause", "diagnosis", "result", "reason"), ""),
    "state": JobState.NEW.value,
    "lock": "none",
    "billing_held": False,
    "readings": {},
    "notes": [],
    "photos": [],
    "parts_used": {},
    "visits_done": [],
}


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None


async def _outlet(caller: Caller, outlet_id: UUID) -> Mapping[str, Any]:
    outlet = await network.outlet(outlet_id)
    if outlet is None or not caller.scope.holds(outlet["centre_id"], outlet["id"]):
        raise Refused(Code.OUTLET_UNKNOWN)
    return outlet


async def _check_references(caller: Caller, wanted: NewJob) -> None:
    if wanted.customer_id is not None and await customers.load(caller.scope, wanted.customer_id) is None:
        raise Refused(Code.CUSTOMER_UNKNOWN)
    await _check_unit(caller, wanted.unit_id)


def _check_site_hours(windows: Sequence[SiteHours] | msgspec.UnsetType) -> None:
    fault = site_hours.fault(windows) if windows is not msgspec.UNSET else None
    if fault is not None:
        raise Refused(*fault)


async def _check_unit(caller: Caller, unit_id: UUID | str | None) -> None:
    if unit_id is not None and await products.unit(caller.scope, UUID(str(unit_id))) is None:
        raise Refused(Code.UNIT_UNKNOWN)


async def make_job_type(caller: Caller, new: NewJobType) -> UUID:
    """What headquarters adds to the catalogue. Raises `Refused(invalid)` for a code that is taken."""
    plain = msgspec.to_builtins(new)
    try:
        async with db.transaction():
            return await add_job_type(plain.pop("code"), plain.pop("name"), **plain, user_id=caller.user_id)
    except asyncpg.UniqueViolationError as fault:
        raise Refused(Code.INVALID, f"code: there is a job type {new.code}") from fault


async def add_job_type(
    code: str,
    name: str,
    name_en: str = "",
    *,
    skill: str = "",
    duration_minutes: int = 60,
    checklist: Sequence[Mapping[str, Any]] = (),
    photos_required: int = 0,
    user_id: UUID | None = None,
) -> UUID:
    """Inside a transaction: a job type for the catalogue that every phone and board holds."""
    type_id = clock.new_id()
    fields = {
        "id": str(type_id),
        "code": code,
        "name": name,
        "name_en": name_en,
        "skill": skill,
        "duration_minutes": duration_minutes,
        "checklist": list(checklist),
        "photos_required": photos_required,
    }
    line = feed.HistoryLine(1, Deed("add", clock.now(), user_id))
    await feed.write([as_change(born("job_type", fields), frozenset({CATALOGUE}), [line])])
    return type_id


async def cancel(caller: Caller, job_id: UUID, reason: str) -> None:
    """The technician keeps seeing the job, as cancelled; a promise that was not yet judged is void."""
    async with db.transaction():
        job = await locked(caller, job_id)
        fields = {"state": after("cancel", job), "reason": reason}
        if job.fields["promise_state"] in ("running", "paused", "at_risk"):
            fields["promise_state"] = "void"
        await withdraw_visit(job)
        await force(job, fields, "cancel", caller)


async def delete(caller: Caller, job_id: UUID, reason: str) -> None:
    """Takes a job that was raised by mistake off every board and phone. Its row stays: work that comes in from the
    field all the same brings it back as a review. Raises `Refused(transition_illegal)` once work was done."""
    async with db.transaction():
        job = await locked(caller, job_id)
        if job.fields["visits_done"]:
            raise Refused(Code.TRANSITION_ILLEGAL, "delete: work was done", state=job.fields["state"])
        fields = {"state": after("delete", job), "reason": reason, "deleted_at": clock.now().isoformat()}
        if job.fields["promise_state"] in ("running", "paused", "at_risk"):
            fields["promise_state"] = "void"
        await withdraw_visit(job)
        await force(job, fields, "delete", caller)


async def lock(caller: Caller, job_id: UUID, wanted: Lock) -> None:
    """Fixes the person, the time or both of the visit, or frees it. Raises `Refused(transition_illegal)` for a job that
    nobody has."""
    async with db.transaction():
        job = await locked(caller, job_id)
        if wanted is not Lock.NONE and job.fields["visit_id"] is None:
            raise Refused(Code.TRANSITION_ILLEGAL, "lock: nobody has the job", state=job.fields["state"])
        await force(job, {"lock": wanted.value}, "lock", caller)


async def close(caller: Caller, job_id: UUID) -> None:
    async with db.transaction():
        job = await locked(caller, job_id)
        await force(job, {"state": after("close", job)}, "close", caller)


async def edit(caller: Caller, job_id: UUID, wanted: JobEdit) -> None:
    """Merged field by field against `base_version`: who wins stands in the ownership table."""
    changes: dict[str, Any] = msgspec.to_builtins(wanted)
    base_version = changes.pop("base_version")
    _check_site_hours(wanted.site_hours)
    if (wanted.lat is msgspec.UNSET) != (wanted.lon is msgspec.UNSET):
        raise Refused(Code.INVALID, "lat and lon: give both")
    async with db.transaction():
        await _check_unit(caller, changes.get("unit_id"))
        job = await locked(caller, job_id)
        if base_version > job.version:
            raise Refused(Code.VERSION_STALE, f"the job is at version {job.version}")
        deed = Deed("edit", clock.now(), caller.user_id)
        merged, history = office_edit(job, Effect(set=changes), ownership.JOB, deed, base_version)
        if history:
            await publish([Written(job, merged.record, history)])


async def add_note(job_id: UUID, text: str) -> None:
    """What a customer tells about their job, for desk and technician to read with it. Joins the running transaction and
    comes last in it; a job that is gone keeps no notes."""
    rows = await feed.load_for_update("job", [job_id])
    if job_id not in rows:
        return
    job, now = as_record("job", rows[job_id]), clock.now()
    entry = {"id": str(clock.new_id()), "text": text, "by": None, "at": now.isoformat(), "grade": "exact"}
    merged, history = office_edit(job, Effect(append={"notes": [entry]}), ownership.JOB, Deed("note", now))
    await publish([Written(job, merged.record, history)])
