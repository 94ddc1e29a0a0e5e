"""Who draws the batches: one task per worker, fed by the rows of the table.

A batch that is asked for is a row `making`; whoever is free claims it for LEASE and keeps renewing that. It is drawn
part by part; each is a blob and a row that names it, so a worker that dies loses one part: its lease runs out, and
another goes on behind the last one. Units that are to be made are made in one transaction with the note of which they
are, so none is made twice. A worker that is stopped gives its batch back at once. What ends ATTEMPTS workers over the
same part has failed (`interrupted`).
"""

import asyncio
import traceback
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

import msgspec
import structlog

from schemas.errors import Code
from schemas.labels import NewSerials
from schemas.products import NewUnit
from server.network import store as network
from server.platform import clock, db
from server.platform.apart import MIB, Apart
from server.platform.auth import Scope
from server.platform.errors import Refused
from server.platform.storage import Blobs, Damaged, Kept, StorageFull, Unreachable
from server.platform.waiting import under_lease, until
from server.products import actions as products
from server.products.codes import label_url, unit_link
from server.products.labels import store
from server.products.labels.drafting import Label, Part, Unfit, Wish, draft, join
from server.products.labels.layout import human_readable
from server.products.labels.store import Claimed

log = structlog.get_logger()

LEASE = timedelta(seconds=20)
ATTEMPTS = 4
KEPT = timedelta(days=7)
"""A finished file can be fetched for so long."""
FORGET = timedelta(days=90)
"""What is over stays readable for so long."""
MEMORY = 1024 * MIB
"""Of the process that draws; a part takes some 150 MiB of it."""
PATIENCE = 120.0
"""Seconds; a part takes one or two."""

_RENEW_SECONDS = 5.0
_LOOK_SECONDS = 3.0
_TIDY_SECONDS = 600.0
_SWEPT = 100


class Labeller:
    """One per process. `wake`: there is a new batch, or one is not wanted any more; else the next look finds out."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._woken = asyncio.Event()
        self._apart = Apart(memory=MEMORY, patience=PATIENCE)
        self._tidied = float("-inf")

    def wake(self) -> None:
        self._woken.set()

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set. A fault of the database is waited out."""
        while not stopping.is_set():
            self._woken.clear()
            try:
                while not stopping.is_set() and (claimed := await self._claimed()):
                    await self._make(claimed, stopping)
                await self._tidy()
            except db.FAULTS as fault:
                log.warning("labels not drawn", fault=str(fault))
            finally:
                await self._apart.close()
            await until(self._woken, stopping, within=_LOOK_SECONDS)

    async def _claimed(self) -> Claimed | None:
        await store.give_up(ATTEMPTS)
        return await store.claim(LEASE)

    async def _make(self, claimed: Claimed, stopping: asyncio.Event) -> None:
        """Until the batch is drawn, is not wanted any more, or this worker stops."""
        await under_lease(
            self._draw(claimed),
            self._woken,
            stopping,
            renew=lambda: store.keep_claim(claimed.id, LEASE),
            release=lambda: store.release(claimed.id),
            every=_RENEW_SECONDS,
        )

    async def _draw(self, claimed: Claimed) -> None:
        try:
            wish = msgspec.json.decode(claimed.wish, type=Wish)
            while True:
                while (part := await store.next_part(claimed.id)) is not None:
                    await self._draw_part(claimed, wish, part)
                if await self._join(claimed, wish):
                    return
        except _Unfit as unfit:
            await store.fail(claimed.id, unfit.code, unfit.text, clock.now())
        except StorageFull:
            await store.fail(claimed.id, Code.STORAGE_FULL.value, "", clock.now())
        except Unreachable:
            await store.release(claimed.id)  # no worker is to blame
            raise
        except db.FAULTS:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, the batch must not stay `making`
            log.error("labels failed", batch=str(claimed.id), trace="".join(traceback.format_exception(fault)))
            await store.fail(claimed.id, "internal", "", clock.now())

    async def _draw_part(self, claimed: Claimed, wish: Wish, part: store.Part) -> None:
        unit_ids = part.unit_ids if part.unit_ids is not None else await _made(claimed, part)
        labels = await _labels(wish, unit_ids, part.number + 1)
        asked = msgspec.json.encode(Part(wish, part.number == 0, labels))
        drawn = await self._apart.run(draft, self._blobs.place, asked)
        if isinstance(drawn, Unfit):
            raise _Unfit(drawn.code, f"{drawn.name}: {drawn.text}")
        async with db.transaction():
            await store.blobs_alone()
            if not await self._blobs.holds(*drawn):
                return  # an equal one was removed under our hands: once more
            noted = await store.note_drawn(claimed.id, part.id, *drawn)
            if not noted and not await store.named([drawn.digest]):
                await self._blobs.discard(drawn.digest)  # the batch was cancelled meanwhile

    async def _join(self, claimed: Claimed, wish: Wish) -> bool:
        """False when parts have to be drawn again first, or their file was removed under our hands."""
        parts = await store.parts_drawn(claimed.id)
        gone = [each["digest"] for each in parts if not await self._blobs.holds(each["digest"], each["size"])]
        whole = None if gone else await self._joined(wish, [each["digest"] for each in parts])
        if not isinstance(whole, Kept):
            useless = {*gone, whole}
            await store.draw_again(claimed.id, [each["id"] for each in parts if each["digest"] in useless])
            return False
        now = clock.now()
        async with db.transaction():
            await store.blobs_alone()
            if not await self._blobs.holds(*whole):
                return False
            await store.finish(claimed.id, *whole, now, now + KEPT)
        await sweep(self._blobs)
        return True

    async def _joined(self, wish: Wish, digests: list[str]) -> Kept | str:
        """Or the digest of a part that is damaged."""
        try:
            return await self._apart.run(join, self._blobs.place, wish.kind, digests)
        except Damaged as fault:
            return fault.digest

    async def _tidy(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._tidied > _TIDY_SECONDS:
            self._tidied = now
            await store.expire(clock.now(), FORGET)
            await sweep(self._blobs)


class _Unfit(Exception):
    """A label cannot be drawn as the batch asks."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


async def _made(claimed: Claimed, part: store.Part) -> list[UUID]:
    """The part's units, made now unless another worker has."""
    assert claimed.making is not None, "a part without units is of a batch that makes them"
    asked = msgspec.json.decode(claimed.making, type=NewSerials)
    new = NewUnit(outlet_id=asked.outlet_id, gtin=asked.gtin, lot=asked.lot, manufactured_on=asked.manufactured_on)
    async with db.transaction():
        locked = await store.lock_part(part.id)
        if locked.unit_ids is not None:
            return locked.unit_ids
        outlet = await network.outlet(asked.outlet_id)
        assert outlet is not None, "outlets are never deleted"
        try:
            made = await products.create_units([(outlet["centre_id"], new)] * part.labels, claimed.made_by)
        except Refused as refusal:
            raise _Unfit(refusal.code.value, refusal.detail) from refusal
        await store.note_units(part.id, made)
    return made


async def _labels(wish: Wish, unit_ids: list[UUID], part: int) -> tuple[Label, ...]:
    rows = await store.units(Scope(None, None), unit_ids)
    assert len(rows) == len(unit_ids), "units are never deleted"
    found = []
    for number, row in enumerate(rows, 1):
        named = wish.public_url, row["gtin"], row["serial"]
        name = f"{part:04d}-{number:04d}_{row['gtin']}_{quote(row['serial'], safe='')}"
        found.append(Label(name, label_url(*named), human_readable(unit_link(*named))))
    return tuple(found)


async def sweep(blobs: Blobs) -> None:
    """Discards what no batch needs any more: parts of those that are over, files of those that have expired. Outside of
    the transaction, as a bucket takes its time; one that is needed again meanwhile is found where it was set aside."""
    while True:
        async with db.transaction():
            await store.blobs_alone()
            found = await store.unneeded(_SWEPT)
            await store.blobs_removed([batch_id for batch_id, _ in found])
        for digest in (digest for _, digests in found for digest in digests):
            await blobs.discard(digest)
        if len(found) < _SWEPT:
            return
