"""One run through a file: first all of it is read, then it is taken batch by batch. Each batch is one transaction with
its own progress, so a run that is cut leaves whole units and knows where it stopped; and a line that is on record is
known, so that the same file once more changes nothing. An import adds units and never overwrites one.
"""

import asyncio
import csv
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec

from schemas.network import Outlet
from schemas.products import Model
from schemas.unit_imports import UnitMapping
from server.network import store as network
from server.platform import clock, db, feed
from server.platform.auth import Scope
from server.platform.db import Statement
from server.platform.spreadsheets import harmless
from server.products import actions
from server.products import store as units
from server.products.importing import store
from server.products.importing.lines import Outlets, Terms, Wanted, differences, judge, key_of, refused
from server.products.importing.reading import Header, Row, read_rows
from server.products.importing.refusals import MEANING, Fault, ImportRefused, RefusedRow
from server.products.importing.repeats import Repeats
from server.products.rules.digital_link import gtin14
from server.products.rules.unit import latest_today

_BATCH = 500
_SLICE = 2000  # lines of the first reading between two looks at what else this process has to do
_SLICE_JUDGED = 100  # the same when they are judged
_TRIES = 4  # two imports of one file meet in a batch at most once per try
_MODELS_REMEMBERED = 20_000
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a run has come. `line`: the last one taken; `refused`: by code."""

    line: int = 1
    imported: int = 0
    known: int = 0
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first reading tells. `lines`: without the header and blank ones; `last`: the number of the last."""

    header: Header
    lines: int
    last: int
    repeats: Repeats


class Keeper(Protocol):
    """Who is told of every batch, inside its transaction."""

    async def is_wanted(self) -> bool:
        """Asked first. False: the run ends."""
        ...

    async def noted(self, tally: Tally, refused: Sequence[RefusedRow]) -> list[Statement]:
        """What is written with the batch."""
        ...


async def survey(path: Path, mapping: UnitMapping, go_on: Callable[[], None] = lambda: None) -> Survey:
    """Reads the whole file once. `go_on` is called now and then, and may raise. Raises `ImportRefused`."""
    repeats, lines, last = Repeats(), 0, 1
    with closing(read_rows(path, mapping)) as rows:
        header = next(rows)
        assert isinstance(header, Header)
        while piece := list(islice(rows, _SLICE)):
            for row in piece:
                if isinstance(row, Row) and row.cells["serial"]:
                    repeats.note(row.line, *key_of(row))
                last = last if isinstance(row, Header) else row.line
            lines += len(piece)
            await asyncio.sleep(0)
            go_on()
    await asyncio.to_thread(repeats.settle)
    return Survey(header, lines, last, repeats)


async def terms_of(scope: Scope, mapping: UnitMapping) -> Terms:
    rows: dict[UUID, Outlet] = {}
    after = None
    while page := await network.outlets_page(scope, after, _PAGE):
        rows |= {outlet.id: outlet for outlet in page}
        after = page[-1].id
    return Terms(Outlets(rows), mapping.outlet, mapping.day_format, latest_today(clock.now()))


@dataclass(slots=True)
class Run:
    """`user_id` None: the one who typed the command."""

    path: Path
    mapping: UnitMapping
    surveyed: Survey
    terms: Terms
    scope: Scope
    keeper: Keeper
    dry_run: bool
    user_id: UUID | None = None
    tally: Tally = field(default_factory=Tally)
    _models: dict[str, Model] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    async def batches(self) -> AsyncIterator[list[RefusedRow]]:
        """Takes one batch after the other and yields its refused lines; ends early when it is not wanted any more."""
        with closing(read_rows(self.path, self.mapping)) as rows:
            ahead = (row for row in rows if not isinstance(row, Header) and row.line > self.tally.line)
            while batch := list(islice(ahead, _BATCH)):
                found = await self._take(batch)
                if found is None:
                    return
                yield found

    async def _take(self, batch: Sequence[Row | RefusedRow]) -> list[RefusedRow] | None:
        await self._learn_models(batch)
        judged: list[Wanted | RefusedRow] = []
        for start in range(0, len(batch), _SLICE_JUDGED):
            judged += map(self._judged, batch[start : start + _SLICE_JUDGED])
            await asyncio.sleep(0)
        for left in reversed(range(_TRIES)):
            try:
                async with db.transaction():
                    if not await self.keeper.is_wanted():
                        return None
                    tally, found = await self._written(judged)
            except asyncpg.UniqueViolationError:
                if not left:
                    raise
            else:
                self.tally = tally
                return found
        raise AssertionError("unreachable")

    def _judged(self, row: Row | RefusedRow) -> Wanted | RefusedRow:
        if isinstance(row, RefusedRow):
            return row
        earlier = self.surveyed.repeats.earlier(row.line, *key_of(row)) if row.cells["serial"] else None
        if earlier is not None:
            return refused(row, Fault.SERIAL_TWICE, f"line {earlier} has it")
        return judge(row, self._models, self.terms)

    async def _learn_models(self, batch: Sequence[Row | RefusedRow]) -> None:
        if len(self._asked) > _MODELS_REMEMBERED:
            self._asked.clear()
            self._models.clear()
        said = {gtin14(row.cells["gtin"]) for row in batch if isinstance(row, Row)}
        new = {gtin for gtin in said if isinstance(gtin, str)} - self._asked
        if new:
            self._asked |= new
            self._models |= await units.models(new)

    async def _written(self, judged: Sequence[Wanted | RefusedRow]) -> tuple[Tally, list[RefusedRow]]:
        """Inside the batch's transaction, which may be tried again."""
        found = [row for row in judged if isinstance(row, RefusedRow)]
        wanted = {(w.new.gtin, w.serial): w for w in judged if isinstance(w, Wanted)}
        on_record = await store.known_units(wanted) if wanted else {}
        new = [w for key, w in wanted.items() if key not in on_record]
        taken = [row for key, unit in on_record.items() if (row := self._taken(wanted[key], unit)) is not None]
        found = sorted([*found, *taken], key=lambda row: row.line)
        tally = Tally(
            line=judged[-1].line,
            imported=self.tally.imported + len(new),
            known=self.tally.known + len(on_record) - len(taken),
            refused=self.tally.refused + Counter(row.fault.value for row in found),
        )
        alongside = await self.keeper.noted(tally, found)
        changes = [] if self.dry_run else await actions.new_units([(w.centre_id, w.new) for w in new], self.user_id)
        if changes:
            await feed.write(changes, alongside=alongside)
        else:
            for statement in alongside:
                await db.run(statement)
        return tally, found

    def _taken(self, wanted: Wanted, unit: Mapping[str, Any]) -> RefusedRow | None:
        """Why a line about a unit that is on record is refused; None when it says nothing new. What units of others are
        like is not told."""
        mine = self.scope.holds(unit["centre_id"], unit["outlet_id"])
        other = differences(wanted, unit) if mine else ["outlet"]
        if not other:
            return None
        detail = f"on record with another {', '.join(other)}" if mine else "on record"
        return RefusedRow(wanted.line, Fault.SERIAL_TAKEN, detail, wanted.new.gtin, wanted.serial)


# -------------------------------------------------------------------------------------------- for the person at a shell

_SHOWN = 20
Progress = Callable[[object], None]


class _Nobody:
    """There is no row of this run; what was taken shows in the units."""

    async def is_wanted(self) -> bool:
        return True

    async def noted(self, tally: Tally, refused: Sequence[RefusedRow]) -> list[Statement]:
        return []


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run; `str()` is for the person who started it. `refusals`: the first few, the tally counts all."""

    file_name: str
    dry_run: bool
    surveyed: Survey
    tally: Tally
    refusals: Sequence[RefusedRow]

    def __str__(self) -> str:
        tally, verb = self.tally, "would be imported" if self.dry_run else "imported"
        counted = sorted(tally.refused.items(), key=lambda item: -item[1])
        ignored = ", ".join(self.surveyed.header.ignored)
        unnamed = tally.refused.total() - len(self.refusals)
        return "\n".join(
            [
                f"{self.file_name}: {self.surveyed.lines:,} lines",
                *([f"  columns not read: {ignored}"] if ignored else []),
                f"  {tally.imported:,} {verb}, {tally.known:,} known already, {tally.refused.total():,} refused",
                *(f"  {count:,} × {code}: {MEANING[Fault(code)].en}" for code, count in counted),
                *(f"  line {row.line}: {row.fault}: {row.detail}" for row in self.refusals),
                *([f"  … and {unnamed:,} more (--rejects FILE has all)"] if unnamed else []),
            ]
        )


def read_mapping(path: Path | None, outlet: str) -> UnitMapping:
    """From a TOML file. `outlet` goes before what the file says. Raises `ImportRefused(mapping_invalid)`."""
    try:
        mapping = UnitMapping() if path is None else msgspec.toml.decode(path.read_bytes(), type=UnitMapping)
    except (OSError, ValueError, msgspec.MsgspecError) as fault:
        raise ImportRefused(Fault.MAPPING_INVALID, str(fault)) from fault
    return msgspec.structs.replace(mapping, outlet=outlet) if outlet else mapping


async def import_file(
    file: Path,
    mapping_file: Path | None = None,
    *,
    outlet: str = "",
    dry_run: bool = False,
    progress: Progress = print,
    rejects: Path | None = None,
) -> Report:
    """Imports what can be imported, to any outlet of the firm. `rejects`: a CSV of all refused lines. Raises
    `ImportRefused` for a file or mapping of which nothing can be taken."""
    mapping = read_mapping(mapping_file, outlet)
    surveyed = await survey(file, mapping)
    everywhere = Scope(None, None)
    terms = await terms_of(everywhere, mapping)
    run = Run(file, mapping, surveyed, terms, everywhere, _Nobody(), dry_run)
    shown: list[RefusedRow] = []
    with _rejects(rejects) as reject:
        async for found in run.batches():
            for row in found:
                reject(row)
            shown += found[: _SHOWN - len(shown)]
            progress(f"{run.tally.line:,} of {surveyed.last:,} lines")
    return Report(file.name, dry_run, surveyed, replace(run.tally), shown)


@contextmanager
def _rejects(path: Path | None) -> Iterator[Callable[[RefusedRow], None]]:
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as fault:
        raise ImportRefused(Fault.FILE_UNREADABLE, f"{path.name}: {fault}.") from fault
    with file:
        writer = csv.writer(file)
        writer.writerow(REJECTS)
        yield lambda row: writer.writerow(as_cells(row.line, row.fault.value, row.detail, row.gtin, row.serial))


REJECTS = ("line", "code", "text_zh", "text_en", "detail", "gtin", "serial")


def as_cells(line: int, code: str, detail: str, gtin: str, serial: str) -> list[str]:
    """A refused line for a spreadsheet, which shall take nothing in it for a formula."""
    meaning = MEANING[Fault(code)]
    return [str(line), code, meaning.zh, meaning.en, *map(harmless, (detail, gtin, serial))]
