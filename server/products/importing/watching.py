"""Who takes in the files that were sent: one task per worker, fed by the rows of the table.

The file lies in the data directory, so a worker takes only what lies in its own. A worker that dies leaves a lease that
runs out, and another goes on behind the last batch; one that is stopped gives its import back at once. What cuts its
workers ATTEMPTS times has failed (`interrupted`), and so has what nobody has the file of; the same file sent again
takes in the rest.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import structlog

from schemas.unit_imports import UnitMapping
from server.platform import clock, db
from server.platform.auth import Scope
from server.platform.db import Statement
from server.platform.waiting import until
from server.products.importing import store
from server.products.importing.refusals import Fault, ImportRefused, RefusedRow
from server.products.importing.run import Run, Tally, survey, terms_of
from server.products.importing.store import Claimed

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""Longer than the first reading of the longest file."""

ATTEMPTS = 3
FORGET = timedelta(days=30)
"""What is over stays readable for so long."""

_UNCLAIMED = timedelta(hours=1)
_LOOK_SECONDS = 3.0
_TIDY_SECONDS = 600.0


class Intake:
    """One per process. `wake`: a file has come; else the next look finds out. `folder`: where files wait."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._woken = asyncio.Event()
        self._tidied = float("-inf")

    def wake(self) -> None:
        self._woken.set()

    def place(self, import_id: UUID) -> Path:
        return self.folder / f"{import_id}.csv"

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set. A fault of the database is waited out."""
        while not stopping.is_set():
            self._woken.clear()
            try:
                while not stopping.is_set() and (claimed := await self._claimed()):
                    await self._take(claimed, stopping)
                await self._tidy()
            except db.FAULTS as fault:
                log.warning("units not imported", fault=str(fault))
            await until(self._woken, stopping, within=_LOOK_SECONDS)

    def _here(self) -> list[UUID]:
        """The imports whose file lies in this data directory; none as a rule."""
        if not self.folder.is_dir():
            return []
        found = []
        for path in self.folder.glob("*.csv"):
            with contextlib.suppress(ValueError):
                found.append(UUID(path.stem))
        return found

    async def _claimed(self) -> Claimed | None:
        here = self._here()
        return await store.claim(here, LEASE) if here else None

    async def _take(self, claimed: Claimed, stopping: asyncio.Event) -> None:
        def go_on() -> None:
            if stopping.is_set():
                raise _Stopped

        try:
            run = await opened(self.place(claimed.id), claimed, go_on)
            async for _ in run.batches():
                go_on()
        except _Stopped:
            await store.release(claimed)
            return
        except ImportRefused as refusal:
            over = await store.end(claimed, refusal.fault.value, refusal.detail)
        except db.FAULTS:
            raise
        except Exception as fault:
            log.exception("import failed", unit_import=str(claimed.id), fault=type(fault).__name__)
            over = await store.end(claimed, Fault.INTERNAL.value, "")
        else:
            over = await store.end(claimed, None, "")
        if over:
            self.place(claimed.id).unlink(missing_ok=True)

    async def _tidy(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._tidied < _TIDY_SECONDS:
            return
        self._tidied = now
        await store.give_up(ATTEMPTS, _UNCLAIMED)
        await store.forget(clock.now() - FORGET)
        here = self._here()
        for import_id in set(here) - await store.unfinished(here):
            self.place(import_id).unlink(missing_ok=True)
        for path in self.folder.glob("*.part"):  # of a worker that died while it came
            if time.time() - path.stat().st_mtime > _UNCLAIMED.total_seconds():
                path.unlink(missing_ok=True)


class _Stopped(Exception):
    """Before the file was through."""


async def opened(path: Path, claimed: Claimed, go_on: Callable[[], None] = lambda: None) -> Run:
    """The run where it stands: read through once, and behind the last batch that was taken."""
    mapping = msgspec.json.decode(claimed.mapping, type=UnitMapping)
    scope = Scope(claimed.centre_id, claimed.outlet_id)
    surveyed = await survey(path, mapping, go_on)
    await store.keep_claim(claimed, LEASE, surveyed.lines)
    refused = Counter(msgspec.json.decode(claimed.refused, type=dict[str, int]))
    tally = Tally(max(claimed.lines, 1), claimed.imported, claimed.known, refused)
    terms = await terms_of(scope, mapping)
    return Run(path, mapping, surveyed, terms, scope, _Row(claimed), claimed.dry_run, claimed.begun_by, tally)


class _Row:
    """Keeps the row of an import."""

    def __init__(self, claimed: Claimed) -> None:
        self._claimed = claimed

    async def is_wanted(self) -> bool:
        return await store.still_ours(self._claimed)

    async def noted(self, tally: Tally, refused: Sequence[RefusedRow]) -> list[Statement]:
        before = tally.refused.total() - len(refused)
        room = max(store.MOST_REFUSALS - before, 0)
        written = store.progress(self._claimed, LEASE, tally.line, tally.imported, tally.known, dict(tally.refused))
        return [written, *await store.keep_refusals(self._claimed.id, refused[:room])]
