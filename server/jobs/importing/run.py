"""One import run: survey, destinations, then batch by batch. Each batch is one transaction, so a run that is stopped
leaves whole jobs, and the next one goes on: a key that is there is known, and the unique constraint is the judge."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from server.jobs import store
from server.jobs.importing.destinations import destinations
from server.jobs.importing.mapping import JobMapping, read_mapping
from server.jobs.importing.reading import Row, Survey, read_rows, survey
from server.jobs.importing.refusals import Fault, ImportRefused, RefusedRow
from server.jobs.importing.rows import Destinations, PastJob, judge
from server.jobs.importing.taking_over import take_over
from server.platform import clock, db

_BATCH = 500
_TRIES = 4  # two imports of one file meet in a batch at most once per try
_SHOWN = 20

Progress = Callable[[object], None]


@dataclass
class Report:
    """What came of a run; `str()` is for the person who started it. `refusals`: the first few, `refused` counts all."""

    file_name: str
    dry_run: bool
    rows: int = 0
    imported: int = 0
    closed: int = 0
    known: int = 0
    refused: Counter[Fault] = field(default_factory=Counter)
    refusals: list[RefusedRow] = field(default_factory=list)

    def refuse(self, row: RefusedRow) -> None:
        self.refused[row.fault] += 1
        if len(self.refusals) < _SHOWN:
            self.refusals.append(row)

    def __str__(self) -> str:
        verb = "would be imported" if self.dry_run else "imported"
        counts = f"{self.imported:,} {verb} ({self.closed:,} of them closed), {self.known:,} known already"
        lines = [
            f"{self.file_name}: {self.rows:,} rows",
            f"  {counts}, {self.refused.total():,} refused",
            *(f"  {count:,} × {fault}" for fault, count in self.refused.most_common()),
            *(f"  line {row.line}: {row.fault}: {row.reason}" for row in self.refusals),
        ]
        unnamed = self.refused.total() - len(self.refusals)
        return "\n".join([*lines, *([f"  … and {unnamed:,} more (--rejects FILE has all)"] if unnamed else [])])


async def import_jobs(
    file: Path, mapping_file: Path, dry_run: bool = False, progress: Progress = print, rejects: Path | None = None
) -> Report:
    """Imports what can be imported. `rejects`: a CSV of all refused rows. Raises `ImportRefused` for a file or mapping
    of which nothing can be taken."""
    mapping = read_mapping(mapping_file)
    surveyed = survey(file, mapping)
    places = await destinations(mapping, surveyed, dry_run)
    report = Report(file.name, dry_run)
    with _rejects(rejects, surveyed) as reject:
        run = _Run(mapping, places, report, reject, clock.now())
        if not dry_run:
            await store.begin_import(run.id, file.name[:200], surveyed.digest)
        rows = read_rows(file, mapping)
        while batch := list(islice(rows, _BATCH)):
            await run.take(batch)
            progress(f"{report.rows:,} of {surveyed.rows:,} rows")
    return report


@dataclass
class _Run:
    mapping: JobMapping
    destinations: Destinations
    report: Report
    reject: Callable[[RefusedRow], None]
    now: datetime
    id: UUID = field(default_factory=clock.new_id)

    async def take(self, batch: Sequence[Row | RefusedRow]) -> None:
        report = self.report
        jobs: dict[str, PastJob] = {}
        for row in batch:
            judged = judge(row, self.mapping, self.destinations, self.now) if isinstance(row, Row) else row
            if isinstance(judged, PastJob):
                jobs.setdefault(judged.key, judged)  # of rows with one key the first counts
                report.known += jobs[judged.key] is not judged
            else:
                report.refuse(judged)
                self.reject(judged)
        new = await self._import(jobs)
        report.rows += len(batch)
        report.imported += len(new)
        report.closed += sum(job.finished_at is not None for job in new)
        report.known += len(jobs) - len(new)
        if not report.dry_run:
            await store.note_import(self.id, report.imported, report.known, report.refused.total())

    async def _import(self, jobs: dict[str, PastJob]) -> list[PastJob]:
        """Those that were not there; the database decides when somebody else imports the same."""
        source = self.mapping.source
        for left in reversed(range(_TRIES)):
            try:
                async with db.transaction():
                    known = await store.known_source_keys(source, list(jobs))
                    new = [job for key, job in jobs.items() if key not in known]
                    if new and not self.report.dry_run:
                        await take_over(new, source, self.mapping.promise)
                    return new
            except asyncpg.UniqueViolationError:
                if not left:
                    raise
        raise AssertionError("unreachable")


@contextmanager
def _rejects(path: Path | None, surveyed: Survey) -> Iterator[Callable[[RefusedRow], None]]:
    """Writes refused rows as they were, after line, code and reason; once mended they can be imported."""
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as fault:
        raise ImportRefused(Fault.FILE_UNREADABLE, f"{path.name}: {fault}.") from fault
    with file:
        writer = csv.writer(file)
        writer.writerow(("line", "code", "reason", *surveyed.header))
        yield lambda row: _write(writer, row)


def _write(writer: Any, row: RefusedRow) -> None:
    writer.writerow((row.line, row.fault.value, row.reason, *row.cells))
