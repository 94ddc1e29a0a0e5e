"""One row of a file in the light of the mapping: a job as it was elsewhere, or why it is not one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any
from uuid import UUID

import msgspec

from schemas.jobs import NewJob
from server.jobs.importing.mapping import JobMapping, Kind, filled
from server.jobs.importing.reading import Row
from server.jobs.importing.refusals import Fault, RefusedRow
from server.platform.text import forbidden_in

_KEY_LENGTH = 80
_AHEAD = timedelta(minutes=5)  # clocks of other systems differ a little from ours
_FURTHEST_TARGET = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where rows may go. `outlets`: listed value → the outlet's row; `job_types`: code → the job type."""

    outlets: Mapping[str, Mapping[str, Any]]
    job_types: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PastJob:
    """A job that another system has kept until now. `finished_at` None: it is still open; instants in UTC."""

    line: int
    key: str
    wanted: NewJob
    outlet: Mapping[str, Any]
    job_type: Mapping[str, Any]
    opened_at: datetime
    finished_at: datetime | None
    resolve_by: datetime | None


class _Refused(Exception):
    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault, self.reason = fault, reason


def judge(row: Row, mapping: JobMapping, destinations: Destinations, now: datetime) -> PastJob | RefusedRow:
    """`now`: nothing of another system's past lies after it."""
    try:
        return _judged(row, mapping, destinations, now)
    except _Refused as refusal:
        return RefusedRow(row.line, refusal.fault, refusal.reason, row.values)


def _judged(row: Row, mapping: JobMapping, destinations: Destinations, now: datetime) -> PastJob:
    found = forbidden_in([row.cells[column] for column in mapping.columns])
    if found is not None:
        raise _Refused(Fault.TEXT_FORBIDDEN_CHARACTER, f"the text holds {found}")
    key = _key(row, mapping)
    opened, finished, target = _times(row, mapping, now)
    outlet = _outlet(row, mapping, destinations)
    job_type = _job_type(row, mapping, destinations)
    return PastJob(
        line=row.line,
        key=key,
        wanted=_wanted(row, mapping, outlet["id"], job_type["code"]),
        outlet=outlet,
        job_type=job_type,
        opened_at=opened,
        finished_at=finished,
        resolve_by=target,
    )


def _key(row: Row, mapping: JobMapping) -> str:
    key = row.cells[mapping.key].strip()
    if not key:
        raise _Refused(Fault.KEY_MISSING, f"{mapping.key} is empty, so a repeat could not be told from a new job")
    if len(key) > _KEY_LENGTH:
        raise _Refused(Fault.INVALID, f"{mapping.key} is longer than {_KEY_LENGTH} characters")
    return key


def _times(row: Row, mapping: JobMapping, now: datetime) -> tuple[datetime, datetime | None, datetime | None]:
    times, promise = mapping.times, mapping.promise
    opened = _instant(row, times.opened, mapping)
    if opened is None:
        raise _Refused(Fault.TIME_UNREADABLE, f"{times.opened} is empty")
    oldest = datetime(times.oldest.year, times.oldest.month, times.oldest.day, tzinfo=mapping.zone)
    if not oldest <= opened <= now + _AHEAD:
        raise _Refused(Fault.TIME_OUT_OF_RANGE, f"{times.opened} lies before {times.oldest} or in the future")
    finished = _instant(row, times.closed, mapping) if times.closed else None
    if finished is not None and not opened <= finished <= now + _AHEAD:
        raise _Refused(Fault.TIME_OUT_OF_RANGE, f"{times.closed} lies before {times.opened} or in the future")
    promised = promise is not None and row.cells[promise.resolve_by].strip() not in promise.never
    target = _instant(row, promise.resolve_by, mapping) if promise and promised else None
    if promise and target is not None and not oldest <= target <= opened + _FURTHEST_TARGET:
        raise _Refused(Fault.TIME_OUT_OF_RANGE, f"{promise.resolve_by} lies ten years or more from {times.opened}")
    return opened, finished, target


def _instant(row: Row, column: str, mapping: JobMapping) -> datetime | None:
    """The cell's wall time in the mapping's zone, as an instant in UTC; None when it is empty. Of an hour that the
    clock ran through twice, the first one is meant."""
    text = row.cells[column].strip()
    if not text:
        return None
    try:
        said = datetime.strptime(text, mapping.times.format)  # noqa: DTZ007 - the zone is the mapping's
        local = said if said.tzinfo else said.replace(tzinfo=mapping.zone)
        instant = local.astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise _Refused(Fault.TIME_UNREADABLE, f"{column}: {text[:40]!r} is not {mapping.times.format!r}") from fault
    if not said.tzinfo and instant.astimezone(mapping.zone).replace(tzinfo=None) != said:
        raise _Refused(Fault.TIME_UNREADABLE, f"{column}: the clocks skipped {text!r} in {mapping.times.zone}")
    return instant


def _outlet(row: Row, mapping: JobMapping, destinations: Destinations) -> Mapping[str, Any]:
    value = row.cells[mapping.outlets.column].strip()
    outlet = destinations.outlets.get(mapping.outlets.place_of(value) or "")
    if outlet is None:
        raise _Refused(Fault.OUTLET_UNKNOWN, f"{mapping.outlets.column}: no outlet for {value[:80]!r}")
    return outlet


def _job_type(row: Row, mapping: JobMapping, destinations: Destinations) -> Mapping[str, Any]:
    value = row.cells[mapping.job_types.column].strip()
    kind: Kind | None = mapping.job_types.kind_of(value)
    job_type = destinations.job_types.get(kind.code) if kind else None
    if job_type is None:
        raise _Refused(Fault.JOB_TYPE_UNKNOWN, f"{mapping.job_types.column}: no job type for {value[:80]!r}")
    return job_type


def _wanted(row: Row, mapping: JobMapping, outlet_id: UUID, job_type: str) -> NewJob:
    """The same shape, with the same limits, as a job that the hotline raises."""
    texts = {field: filled(template, row.cells) for field, template in mapping.templates.items()}
    lat, lon = _degrees("lat", texts.pop("lat"), 90), _degrees("lon", texts.pop("lon"), 180)
    if lat == 0 and lon == 0:
        raise _Refused(Fault.COORDINATES_MISSING, "0, 0 is what systems write when they do not know")
    if mapping.area is not None and not mapping.area.holds(lat, lon):
        raise _Refused(Fault.COORDINATES_OUT_OF_RANGE, f"{lat}, {lon} lies outside the area of {mapping.source}")
    try:
        return msgspec.convert(
            {**texts, "outlet_id": str(outlet_id), "job_type": job_type, "lat": lat, "lon": lon}, NewJob
        )
    except msgspec.ValidationError as fault:
        raise _Refused(Fault.INVALID, str(fault)) from fault


def _degrees(name: str, text: str, limit: int) -> float:
    if not text:
        raise _Refused(Fault.COORDINATES_MISSING, f"{name} is empty")
    try:
        degrees = float(text)
    except ValueError as fault:
        raise _Refused(Fault.COORDINATES_OUT_OF_RANGE, f"{name}: {text[:40]!r} is not a number") from fault
    if not isfinite(degrees) or abs(degrees) > limit:
        raise _Refused(Fault.COORDINATES_OUT_OF_RANGE, f"{name}: {text[:40]} is not between -{limit} and {limit}")
    return degrees
