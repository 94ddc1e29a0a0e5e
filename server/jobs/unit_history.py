"""What has happened to a unit, from everyone who knows: its jobs and visits, repairs, exchanges, owners, outlets, and
the corrections of its file; in one order, the newest first.

A unit's life is short enough to be read whole and paged here: at most `MOST_JOBS` jobs, a deliberate limit.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from schemas.accounts import Role
from schemas.unit_life import UnitEvent, UnitEventKind
from server.jobs import store
from server.platform import clock
from server.platform.auth import Caller
from server.platform.paging import decode_cursor, encode_cursor
from server.products import actions as products
from server.products import coverage_store, field_store, holding_store, taking_back
from server.products.rules.knowledge import repairs_known

MOST_JOBS = 500

Row = Mapping[str, Any]


async def page(caller: Caller, unit: Row, cursor: str | None, limit: int) -> tuple[list[UnitEvent], str | None]:
    """Whether the caller may see the unit (its row) is asked before. Raises `Refused(cursor_invalid)`."""
    before = decode_cursor(cursor, tuple[str, str, str]) if cursor else None
    events = sorted(await _events(caller, unit), key=_place, reverse=True)
    left = [event for event in events if before is None or _place(event) < before]
    shown = left[:limit]
    return shown, encode_cursor(*_place(shown[-1])) if len(left) > limit else None


def _place(event: UnitEvent) -> tuple[str, str, str]:
    at = "" if event.at is None else event.at.astimezone(clock.UTC).isoformat()
    return event.on.isoformat(), at, event.id


async def _events(caller: Caller, unit: Row) -> list[UnitEvent]:
    zone = await products.zone_of(unit)
    of_people = caller.role is not Role.TECHNICIAN
    return [
        *_days(unit),
        *await _file(unit, zone, of_people),
        *(await _owners(caller, unit) if of_people else ()),
        *await _repairs(unit),
        *await _taken_back(unit, of_people),
        *await _jobs(caller, unit, zone, of_people),
    ]


# What the unit's own file says


def _days(unit: Row) -> Iterable[UnitEvent]:
    kinds: dict[str, UnitEventKind] = {"sold_on": "sold", "installed_on": "installed", "registered_on": "registered"}
    for name, kind in kinds.items():
        if unit[name] is not None:
            yield UnitEvent(id=kind, kind=kind, on=unit[name], at=None, detail={})


async def _file(unit: Row, zone: tzinfo, of_people: bool) -> list[UnitEvent]:
    events = []
    for line in await field_store.changes_of(unit["id"]):
        kind = _kind_of(line)
        if kind is None or (kind == "corrected" and not of_people):
            continue
        events.append(
            UnitEvent(
                id=f"{kind}:{line['id']}",
                kind=kind,
                on=line["happened_at"].astimezone(zone).date(),
                at=line["happened_at"],
                user_id=line["user_id"] if of_people else None,
                detail=_detail(kind, line["changes"]),
            )
        )
    return events


def _kind_of(line: Row) -> UnitEventKind | None:
    """Owners, exchanges and days of installation have their own record."""
    if not line["changes"]:
        return "added"
    return {"unit.move": "moved", "unit.change": "corrected"}.get(line["action"])  # type: ignore[return-value]


def _detail(kind: UnitEventKind, changes: Row) -> dict[str, Any]:
    if kind == "moved":
        before, after = changes.get("outlet_id", (None, None))
        return {"from_outlet_id": before, "to_outlet_id": after}
    return dict(changes) if kind == "corrected" else {}


async def _owners(caller: Caller, unit: Row) -> list[UnitEvent]:
    """Since when nobody knows is told on the day it ended, or was sold."""
    events = []
    for place, owner in enumerate(await holding_store.owners(unit, caller.scope)):
        day = owner.from_on or owner.until_on
        if day is None or (owner.name is None and not owner.elsewhere):
            continue
        named = {"customer_id": owner.customer_id, "name": owner.name, "elsewhere": owner.elsewhere}
        until = None if owner.until_on is None else owner.until_on.isoformat()
        detail = {name: value for name, value in named.items() if value} | {"until_on": until}
        events.append(UnitEvent(id=f"owner:{-place}", kind="owner", on=day, at=None, detail=detail))
    return events


# What was done to it


async def _repairs(unit: Row) -> list[UnitEvent]:
    events = []
    for known in repairs_known(await coverage_store.repair_records(unit["id"])):
        repair = known.repair
        detail = {
            "component": repair.component,
            "fault_code": repair.fault_code,
            "finished_on": None if repair.finished_on is None else repair.finished_on.isoformat(),
            "cured": repair.cured,
            "delay": repair.delay,
        }
        events.append(
            UnitEvent(
                id=f"repair:{known.id}",
                kind="repair",
                on=repair.started_on,
                at=None,
                job_id=known.job_id,
                detail=detail,
            )
        )
    return events


async def _taken_back(unit: Row, of_people: bool) -> list[UnitEvent]:
    events = []
    for row in await taking_back.of_units([unit["id"]]):
        given = row["successor_id"] == unit["id"]
        kind: UnitEventKind = "given_in_exchange" if given else "exchanged" if row["kind"] == "exchange" else "refunded"
        other = row["unit_id"] if given else row["successor_id"]
        said = {name: row[name] for name in ("source", "rule", "paid_by", "reason")} if of_people else {}
        events.append(
            UnitEvent(
                id=f"{kind}:{row['id']}",
                kind=kind,
                on=row["given_on"],
                at=row["decided_at"],
                job_id=row["job_id"],
                user_id=row["decided_by"] if of_people else None,
                detail=({} if other is None else {"unit_id": str(other)}) | said,
            )
        )
    return events


async def _jobs(caller: Caller, unit: Row, zone: tzinfo, of_people: bool) -> list[UnitEvent]:
    events = []
    for job in await store.of_unit(unit["id"], MOST_JOBS):
        seen = of_people and caller.scope.holds(job["centre_id"], job["outlet_id"])
        detail = {name: job[name] for name in ("job_type", "state", *(("number", "title") if seen else ()))}
        job_id = job["id"] if seen or not of_people else None
        events.append(_of_job("job", str(job["id"]), job["opened_at"], job_id, detail, zone))
        for line in job["visits_done"]:
            said = {name: line[name] for name in ("event", "cause") if line.get(name)}
            if seen:
                said["technician_id"] = line["technician_id"]
            events.append(_of_job("visit", line["id"], datetime.fromisoformat(line["at"]), job_id, said, zone))
    return events


def _of_job(
    kind: UnitEventKind, name: str, at: datetime, job_id: UUID | None, detail: dict[str, Any], zone: tzinfo
) -> UnitEvent:
    on: date = at.astimezone(zone).date()
    return UnitEvent(id=f"{kind}:{name}", kind=kind, on=on, at=at, job_id=job_id, detail=detail)
