"""Judges scans by `rules.suspicion` and raises alarms: of the units that were just scanned, and of codes that are not
on record. Whoever scans next has them judged again, so a look that is lost is made up for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from schemas.scans import ScanDay, ScanEvidence, ScanPlace, ScanTrip
from server.platform import clock, db
from server.products.rules import suspicion
from server.products.rules.suspicion import TERMS, Day, Evidence, Place, Scans, Signal, judge, judge_invented
from server.products.scans import store
from server.products.scans.alarms import tell
from server.products.scans.recording import Written

log = structlog.get_logger()

#: How long places and numbers of unknown codes are kept; nothing older is judged, either.
KEEP = timedelta(days=90)
_SHOWN = 30


async def look(written: Written) -> int:
    """How many alarms were raised."""
    now = clock.now()
    raised = await _look_at_units(written.units, now) if written.units else 0
    raised += await _look_at_models(written.gtins, now) if written.gtins else 0
    return raised + (await _look_at_serials(written.unknown, now) if written.unknown else 0)


async def _look_at_units(unit_ids: Iterable[UUID], now: datetime) -> int:
    first = (now - KEEP).date()
    least = min(TERMS.networks_sold, TERMS.early_networks)
    units = {row["id"]: row for row in await store.worth_a_look(list(unit_ids), first, least)}
    if not units:
        return 0
    places, days = _by_unit(await store.places_of(units)), _by_unit(await store.days_of(units, first))
    closed = await _closed((unit["gtin"], unit["serial"]) for unit in units.values())
    raised = 0
    for unit_id, unit in units.items():
        scans = Scans(
            tuple(_place(row) for row in places.get(unit_id, ())),
            tuple(_day(row) for row in days.get(unit_id, ())),
            unit["sold_on"],
            unit["installed_on"],
        )
        for evidence in judge(scans, now, closed.get((unit["gtin"], unit["serial"]), {})):
            raised += await _raise(evidence, now, unit["gtin"], unit["serial"], unit_id, unit["outlet_id"])
    return raised


async def _look_at_models(gtins: Iterable[str], now: datetime) -> int:
    days: dict[str, list[Day]] = {}
    for row in await store.unknown_days(list(gtins), (now - KEEP).date()):
        days.setdefault(row["gtin"], []).append(_day(row))
    closed = await _closed((gtin, "") for gtin in days) if days else {}
    raised = 0
    for gtin, known in days.items():
        evidence = suspicion.judge_unknown(known, closed.get((gtin, ""), {}).get("unknown_codes"))
        raised += await _raise(evidence, now, gtin) if evidence is not None else 0
    return raised


async def _look_at_serials(found: Mapping[tuple[str, str, date], int], now: datetime) -> int:
    """Only here a serial that is not on record is written down: on that many products it is evidence."""
    closed = await _closed((gtin, serial) for gtin, serial, _ in found)
    waiting = Counter(await store.open_serials({gtin for gtin, _, _ in found}))
    raised = 0
    for (gtin, serial, day), networks in sorted(found.items()):
        if waiting[gtin] >= TERMS.invented_most:
            continue
        waiting[gtin] += 1
        since = closed.get((gtin, serial), {}).get("invented_serial")
        evidence = judge_invented(Day(day, networks, networks), since)
        raised += await _raise(evidence, now, gtin, serial) if evidence is not None else 0
    return raised


async def _closed(codes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], dict[Signal, datetime]]:
    """Since when each code's signals count anew."""
    found: dict[tuple[str, str], dict[Signal, datetime]] = {}
    for row in await store.alarms_of(set(codes)):
        if row["state"] == "closed":
            found.setdefault((row["gtin"], row["serial"]), {})[row["signal"]] = row["closed_at"]
    return found


async def _raise(
    evidence: Evidence,
    now: datetime,
    gtin: str,
    serial: str = "",
    unit_id: UUID | None = None,
    outlet_id: UUID | None = None,
) -> bool:
    """One code and signal, one alarm. The boards that show it are told with the commit."""
    row = {
        "id": clock.new_id(),
        "gtin": gtin,
        "serial": serial,
        "unit_id": unit_id,
        "signal": evidence.signal,
        "found": evidence.found.zh,
        "found_en": evidence.found.en,
        "evidence": msgspec.json.encode(_shown(evidence)).decode(),
        "raised_at": now,
    }
    async with db.transaction():
        alarm_id = await store.raise_alarm(row)
        if alarm_id is not None:
            await tell(outlet_id)
    if alarm_id is not None:
        log.info("scan_alarm_raised", alarm_id=str(alarm_id), signal=evidence.signal)
    return alarm_id is not None


def _shown(evidence: Evidence) -> ScanEvidence:
    places = sorted(evidence.places, key=lambda p: p.at)[-_SHOWN:]
    days = sorted(evidence.days, key=lambda d: d.day)[-_SHOWN:]
    return ScanEvidence(
        places=[_wire(place) for place in places],
        days=[ScanDay(day=d.day, scans=d.scans, networks=d.networks) for d in days],
        trips=[
            ScanTrip(start=_wire(t.start), end=_wire(t.end), km=round(t.km), hours=round(t.hours, 1))
            for t in evidence.trips[-_SHOWN:]
        ],
    )


def _wire(place: Place) -> ScanPlace:
    names = ScanPlace.__struct_fields__
    return ScanPlace(**{name: getattr(place, name) for name in names})


def _by_unit(rows: Iterable[store.Row]) -> dict[UUID, list[store.Row]]:
    found: dict[UUID, list[store.Row]] = {}
    for row in rows:
        found.setdefault(row["unit_id"], []).append(row)
    return found


def _place(row: Mapping[str, Any]) -> Place:
    return Place(**{name: value for name, value in row.items() if name != "unit_id"})


def _day(row: Mapping[str, Any]) -> Day:
    return Day(row["day"], row["scans"], row["networks"])
