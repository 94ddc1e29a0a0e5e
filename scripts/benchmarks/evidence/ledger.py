"""Sealing, verifying, and walking the whole ledger: one process beside an embedded PostgreSQL with durable commits."""

import asyncio
import json
import time
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from scripts.benchmarks import scene, sheet
from scripts.benchmarks.evidence import signing
from scripts.benchmarks.scene import Phone
from scripts.benchmarks.server import Cluster, cluster
from scripts.benchmarks.sheet import Goal
from scripts.fieldday.evidence import Key
from server.evidence import rules
from server.evidence.sealing import cases, store
from server.evidence.sealing.checking import Check
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.sealing import seal_ready
from server.evidence.sealing.verifying import Kept, verify
from server.platform import clock, db

MOST_MS = 2.0
COMPLETIONS = 5_000
_VERIFIED = 200


def measure(scale: float) -> bool:
    count = max(100, int(COMPLETIONS * scale))
    sheet.head("Seals", f"{count:,} completions with {signing.POINTS} points and 5 photos each, one process")
    with cluster() as mine:
        return asyncio.run(_measure(mine, count))


async def _measure(mine: Cluster, count: int) -> bool:
    dsn = await mine.migrated("bench_seals")
    firm = await scene.found(mine, dsn, [[0]])
    await _fill(dsn, firm.phones[0], count)
    keys = Keys.of(mine.folder)
    db.use(dsn)
    await db.open_pool(2)
    try:
        began, cpu = time.perf_counter(), time.process_time()
        sealed = 0
        while some := await seal_ready(keys):
            sealed += some
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert sealed == count
        sheet.row("sealed", count / seconds, "seals/s", beside=f"{cpu / count * 1000:.2f} ms of CPU each")
        good = await _verified(keys)
        await _checked(keys)
        return good
    finally:
        await db.close_pool()


async def _checked(keys: Keys) -> None:
    """The whole chain, as `onsite ledger check` walks it."""
    check = Check(keys.known)
    began, cpu = time.perf_counter(), time.process_time()
    found = [wrong async for _, wrong in check.findings()]
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert not found, found
    hundred_thousand = 100_000 / check.entries
    told = f"of {check.entries:,} walked; {cpu * hundred_thousand:,.0f} s of CPU here, the rest PostgreSQL"
    sheet.row("ledger check, 100,000 entries", seconds * hundred_thousand, "s", beside=told)


async def _verified(keys: Keys) -> bool:
    rows = await store.sealed_between(1, _VERIFIED)
    kept = [case for case in map(cases.kept_of, rows) if isinstance(case, Kept)]
    assert len(kept) == len(rows)
    times = []
    for case in kept:
        began = time.process_time()
        found = verify(case, keys.known)
        times.append(time.process_time() - began)
        assert not found, found
    return sheet.row("one verified, neighbours in the chain too", median(times) * 1000, "ms of CPU", Goal(most=MOST_MS))


async def _fill(dsn: str, phone: Phone, count: int) -> None:
    """Completions as pushes leave them, with all their photos received."""
    key, model = Key(), str(uuid4())
    made = signing.manifest(model)
    photos = made["photos"]
    text, now = rules.canonical(made).decode(), datetime.now(UTC)
    connection: Any = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "UPDATE device SET public_key = $2 WHERE id = $1", phone.device_id, json.dumps(key.public)
        )
        centre = await connection.fetchval("SELECT centre_id FROM device WHERE id = $1", phone.device_id)
        completions, named = [], []
        for _ in range(count):
            completion, job = clock.new_id(), uuid4()
            kept = text.replace(model, str(job)).encode()
            place = (UUID(str(centre)), phone.outlet_id, phone.technician_id, phone.device_id)
            signed = (kept.decode(), rules.digest(kept), key.sign(kept), True, now)
            completions.append((completion, job, *place, completion, *signed))
            named += [(completion, job, p["sha256"], p["size"], p["media_type"], now) for p in photos]
        await connection.copy_records_to_table("completion", records=completions, columns=_COMPLETION)
        await connection.copy_records_to_table("completion_photo", records=named, columns=_PHOTO)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


_COMPLETION = [
    "id",
    "job_id",
    "centre_id",
    "outlet_id",
    "technician_id",
    "device_id",
    "op_id",
    "manifest",
    "digest",
    "signature",
    "valid",
    "received_at",
]
_PHOTO = ["completion_id", "job_id", "digest", "size", "media_type", "received_at"]
