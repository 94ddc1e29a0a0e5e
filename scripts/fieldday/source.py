"""The requests of one day from a file of another system, read as the importer reads them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from scripts.fieldday.timeline import Day
from server.jobs.importing.mapping import JobMapping, Kind
from server.jobs.importing.reading import Row, read_rows, survey
from server.jobs.importing.rows import Destinations, PastJob, judge

_NOWHERE = UUID(int=0)
_PREFIX = "fd_"


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller wants. `opened_at`: on the played day; `fields`: of a new job, without outlet and job type."""

    key: str
    opened_at: datetime
    kind: Kind
    fields: dict[str, Any]

    @property
    def job_type(self) -> str:
        """Kinds of this tool's own, so that nobody's catalogue and promises are touched."""
        return job_type_of(self.kind)


def job_type_of(kind: Kind) -> str:
    return (_PREFIX + kind.code)[:40]


def requests_of(file: Path, mapping: JobMapping, day: Day, limit: int, seed: int) -> list[Request]:
    """At most `limit` of the chosen day's requests, drawn by `seed`, in the order of their opening. Raises
    `ImportRefused` for a file that cannot be read."""
    survey(file, mapping)
    found = [_request(job, row, mapping, day) for job, row in _jobs_of(file, mapping, day.chosen)]
    if len(found) > limit:
        found = random.Random(seed).sample(found, limit)
    return sorted(found, key=lambda request: (request.opened_at, request.key))


def _jobs_of(file: Path, mapping: JobMapping, day: date) -> Iterator[tuple[PastJob, Row]]:
    now = datetime.now(UTC)
    destinations = _anywhere(mapping)
    for row in read_rows(file, mapping):
        judged = judge(row, mapping, destinations, now) if isinstance(row, Row) else row
        if isinstance(judged, PastJob) and judged.opened_at.astimezone(mapping.zone).date() == day:
            assert isinstance(row, Row)
            yield judged, row


def _anywhere(mapping: JobMapping) -> Destinations:
    kinds = mapping.job_types.kinds.values()
    return Destinations(
        outlets={value: {"id": _NOWHERE} for value in mapping.outlets.places},
        job_types={kind.code: {"code": kind.code} for kind in kinds},
    )


def _request(job: PastJob, row: Row, mapping: JobMapping, day: Day) -> Request:
    kind = mapping.job_types.kind_of(row.cells[mapping.job_types.column].strip())
    assert kind is not None
    wanted = job.wanted
    fields = {
        "title": wanted.title,
        "contact_name": wanted.contact_name,
        "address": wanted.address,
        "lat": wanted.lat,
        "lon": wanted.lon,
    }
    return Request(job.key, day.moved(job.opened_at), kind, fields)
