"""A day in basements: phones sign offline, hand in over a bad line, and then everybody is asked what has come of it."""

import asyncio
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from offline_sync.replica.keys import DeviceKey
from scripts.soaking.server import Server
from server.evidence.sealing.checking import Check
from server.evidence.sealing.findings import Finding
from server.evidence.sealing.signing import Known, read_published
from server.platform import db
from tests.cutting import CuttingLine
from tests.journeys.basement import Phone, photo
from tests.journeys.firm import PASSWORD, Firm, found_firm

_PHONES = 3
PHOTOS = 5
_SIZES = (50_000, 70_000, 90_000)
_PEACE = nullcontext()
_SEALED_WITHIN = 30.0  # seconds after the last photo


@dataclass(frozen=True)
class Founded:
    """`desk`: a dispatcher's token; `phones`: to be switched on, each where it is used; `jobs` are theirs in turn."""

    desk: str
    phones: Sequence[Callable[[], Phone]]
    jobs: Sequence[str]


@dataclass(frozen=True)
class Seen:
    """`jobs`: each with its completions as the office reads them; `bundles`: of all completions; `known`: the published
    keys; `rows`: what the database has; `wrong`: what a check of the ledger finds; `drafts`: bytes of
    uploads that were begun and are no photos."""

    jobs: Mapping[str, Sequence[Mapping[str, Any]]]
    bundles: Sequence[bytes]
    known: Known
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    wrong: Sequence[Finding]
    drafts: int

    @property
    def completions(self) -> list[Mapping[str, Any]]:
        return [completion for several in self.jobs.values() for completion in several]


@dataclass(frozen=True)
class Played:
    """`contents`: digest → bytes of every photo taken; `counts`: what phones met on the line; `stayed_out`: phones that
    did not get everything in."""

    server: Server
    completions: int
    contents: Mapping[str, bytes]
    counts: Mapping[str, int]
    line: CuttingLine
    stayed_out: int
    seen: Seen


def play(
    server: Server,
    dsn: str,
    folder: Path,
    completions: int,
    seed: int,
    mischief: AbstractContextManager[object] = _PEACE,
    patience: float = 60.0,
) -> Played:
    """`mischief`: what else goes wrong while phones hand in; `patience`: seconds after which they have not come to
    rest."""
    with CuttingLine(int(server.url.rpartition(":")[2]), seed) as line:
        firm = asyncio.run(_founded(server, line.url, dsn, folder, completions))
        taken = {job: _photos(number) for number, job in enumerate(firm.jobs)}
        counts, stayed_out = _handed_in(firm, taken, line, mischief, time.monotonic() + patience)
    seen = asyncio.run(_seen(server, dsn, firm))
    contents = {hashlib.sha256(content).hexdigest(): content for photos in taken.values() for content in photos}
    return Played(server, completions, contents, counts, line, stayed_out, seen)


def _photos(number: int) -> list[bytes]:
    return [photo(number * PHOTOS + n, _SIZES[n % len(_SIZES)]) for n in range(PHOTOS)]


def _handed_in(
    firm: Founded,
    taken: Mapping[str, Sequence[bytes]],
    line: CuttingLine,
    mischief: AbstractContextManager[object],
    until: float,
) -> tuple[Counter[str], int]:
    """All phones at once, each in a thread of its own from the morning to the evening; how many did not get everything
    in."""
    worked, counts = threading.Barrier(len(firm.phones) + 1), Counter[str]()

    def live(number: int) -> bool:
        phone = firm.phones[number]()
        try:
            phone.replica.sync()
            for job in firm.jobs[number :: len(firm.phones)]:
                phone.work(job, taken[job])
            worked.wait()
            return phone.hand_in(until)
        except BaseException:
            worked.abort()  # nobody waits for one who fell
            raise
        finally:
            counts.update(phone.counts)
            phone.close()

    with ThreadPoolExecutor(len(firm.phones)) as threads:
        lives = [threads.submit(live, number) for number in range(len(firm.phones))]
        with suppress(threading.BrokenBarrierError):
            worked.wait()
        line.cut, line.reach = 0.3, max(_SIZES)
        with line.flickering(up=0.3), mischief:
            stayed_out = sum(not life.result() for life in lives)
    return counts, stayed_out


async def _founded(server: Server, line: str, dsn: str, folder: Path, completions: int) -> Founded:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        db.use(dsn)
        await db.open_pool(2)
        try:
            firm = await found_firm(client)
        finally:
            await db.close_pool()
        desk = await firm.login("desk")
        phones = [await _phone(firm, line, number, folder) for number in range(_PHONES)]
        turns = [(number % _PHONES, 1 + number // _PHONES) for number in range(completions)]
        jobs = [(await firm.assigned(desk, number, hours=hour))["id"] for number, hour in turns]
    return Founded(desk.token, phones, jobs)


async def _phone(firm: Firm, url: str, number: int, folder: Path) -> Callable[[], Phone]:
    answer = await firm.client.post("/auth/login", json={"username": f"tech{number}", "password": PASSWORD})
    login, key = answer.json(), DeviceKey.generate()
    headers = {"authorization": f"Bearer {login['access_token']}"}
    enrolled = await firm.client.post("/devices", json={"public_key": key.public, "name": "phone"}, headers=headers)
    return partial(Phone.switched_on, url, login, enrolled.json()["id"], key, folder)


async def _seen(server: Server, dsn: str, firm: Founded) -> Seen:
    """Once all are sealed, or as it is when that does not happen."""
    headers, until = {"authorization": f"Bearer {firm.desk}"}, time.monotonic() + _SEALED_WITHIN
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as office:
        jobs: dict[str, Any] = {}
        for job in firm.jobs:
            while not _all_sealed(jobs.get(job)) and (time.monotonic() < until or job not in jobs):
                jobs[job] = (await office.get(f"/evidence/jobs/{job}/completions")).json()
                await asyncio.sleep(0 if _all_sealed(jobs[job]) else 0.1)
        ids = [completion["id"] for several in jobs.values() for completion in several]
        bundles = [(await office.get(f"/evidence/completions/{id_}/bundle")).content for id_ in ids]
        known = read_published((await office.get("/.well-known/onsite-keys.json")).content)
    assert known is not None
    rows, wrong = await _kept(dsn, known)
    drafts = sum(draft.stat().st_size for draft in (server.data / "uploads").iterdir())
    return Seen(jobs, bundles, known, rows, wrong, drafts)


def _all_sealed(completions: Sequence[Mapping[str, Any]] | None) -> bool:
    return bool(completions) and all(completion["seal"] for completion in completions or ())


_ROWS = {
    "operations": "SELECT op_id FROM sync_operation WHERE kind = 'job.complete'",
    "photos": "SELECT digest, size, received_at FROM completion_photo",
}


async def _kept(dsn: str, known: Known) -> tuple[dict[str, list[dict[str, Any]]], list[Finding]]:
    connection: Any = await asyncpg.connect(dsn)
    try:
        rows = {name: [dict(row) for row in await connection.fetch(sql)] for name, sql in _ROWS.items()}
    finally:
        await connection.close()
    db.use(dsn)
    await db.open_pool(2)
    try:
        return rows, [found async for _, found in Check(known).findings()]
    finally:
        await db.close_pool()
