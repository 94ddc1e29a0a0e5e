"""What a client does with its uploads. All raise `Refused`."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from schemas.errors import Code
from server.evidence.actions import photo_arrived
from server.evidence.uploads import rules, store
from server.evidence.uploads.drafts import Busy, Draft, Drafts
from server.evidence.uploads.receiving import Body, Replaced, Stalled
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.storage import Blobs, Kept

_REMEMBERED = 1000
_A_MOMENT = 2.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an upload is. `length` None: the client has not said it yet. `received`: the photo is in the store."""

    id: UUID
    digest: str
    size: int
    length: int | None
    offset: int
    metadata: str
    expires_at: datetime
    received: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a request brings. `announced`: bytes of its body, None when it does not say. `length`: of the whole upload,
    when it says so now."""

    body: Body
    offset: int
    announced: int | None
    checksum: rules.Checksum | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Uploads:
    """`lifetime`: of an upload that is not finished; `largest`: bytes of one upload; `silence`: seconds without a byte
    that a connection may last; `arrived`: called when a photo is in the store."""

    drafts: Drafts
    blobs: Blobs
    lifetime: timedelta
    largest: int
    silence: float = 20.0
    arrived: Callable[[], object] = lambda: None
    _made: dict[UUID, tuple[UUID, float, Standing]] = field(default_factory=dict)
    """Uploads of a moment ago, for their first chunk: whose, when, how they stood."""

    async def create(self, caller: Caller, new: rules.NewUpload) -> Standing:
        """Refuses with `photo_not_expected`, `device_revoked`, `upload_too_large`, `size_mismatch`,
        `uploads_too_many`, `storage_full`."""
        if new.length is not None and new.length > self.largest:
            raise Refused(Code.UPLOAD_TOO_LARGE, f"at most {self.largest} bytes")
        self.blobs.room_now(new.length or 0)
        upload_id, wanted = uuid7(), new.metadata
        named = await store.create(
            upload_id,
            caller.user_id,
            wanted.sha256,
            wanted.job_id,
            new.length,
            wanted.sent,
            self.lifetime,
            self.largest,
        )
        if named is None:
            raise Refused(Code.PHOTO_NOT_EXPECTED, wanted.sha256)
        if named["expires_at"] is None:
            raise self._why_not(named, new)
        begun = Standing(
            upload_id, wanted.sha256, named["size"], new.length, 0, wanted.sent, named["expires_at"], named["received"]
        )
        if begun.received:
            return _received(begun)
        if begun.length == 0:
            async with self._held(upload_id) as draft:
                return await self._settled(begun, draft)
        self._remember(caller, begun)
        return begun

    def _why_not(self, named: Mapping[str, Any], new: rules.NewUpload) -> Refused:
        if not named["allowed"]:
            return Refused(Code.DEVICE_REVOKED)
        if named["size"] > self.largest:
            return Refused(Code.UPLOAD_TOO_LARGE, f"at most {self.largest} bytes")
        if new.length not in (None, named["size"]):
            return Refused(Code.SIZE_MISMATCH, f"the manifest says {named['size']} bytes")
        return Refused(Code.UPLOADS_TOO_MANY, f"{store.MOST_OPEN} at once")

    async def standing(self, caller: Caller, upload_id: UUID) -> Standing:
        """Whoever holds the draft is asked to let go, so that the offset is one from which the client can go on. A
        draft that is whole becomes the photo first: an offset equal to the length is a promise."""
        known = await self._known(caller, upload_id)
        if known.received or not self.drafts.begun(upload_id):
            return known
        async with self._held(upload_id) as draft:
            return await self._settled(_at(known, draft), draft)

    async def append(self, caller: Caller, upload_id: UUID, chunk: Chunk) -> Standing:
        """Refuses with `offset_mismatch`, `upload_too_large`, `size_mismatch`, `upload_locked`, `upload_stalled`,
        `checksum_mismatch`, `digest_mismatch`, `storage_full`; the bytes that came before a stall, a cut or a full disk
        stay, unless they came with a checksum."""
        known = self._recall(caller, upload_id) or await self._known(caller, upload_id)
        if known.received:
            _fits(known, chunk)
            return known
        async with self._held(upload_id) as draft:
            before = _at(known, draft)
            _fits(before, chunk)
            self.blobs.room_now(before.size - before.offset)
            if before.length is None and chunk.length is not None:
                await store.say_length(upload_id, chunk.length)
                before = replace(before, length=chunk.length)
            return await self._take(before, draft, chunk)

    async def begin(self, new: Standing, chunk: Chunk) -> Standing:
        """The bytes that come with the creation. When they were damaged on the way nothing is left of it."""
        if new.received:
            return new
        try:
            _fits(new, chunk)
            async with self._held(new.id) as draft:
                return await self._take(new, draft, chunk)
        except Refused as refusal:
            if refusal.code in (Code.CHECKSUM_MISMATCH, Code.UPLOAD_TOO_LARGE, Code.DIGEST_MISMATCH):
                await self._forget(new.id)
            raise

    async def _take(self, before: Standing, draft: Draft, chunk: Chunk) -> Standing:
        draft.when_wanted = chunk.body.replace
        check = None if chunk.checksum is None else rules.hasher(chunk.checksum)
        draft.begin(before.size - before.offset, check)
        try:
            await _written(before, draft, chunk.body)
        except Stalled:
            raise Refused(Code.UPLOAD_STALLED) from None
        except Replaced:
            raise Refused(Code.UPLOAD_LOCKED, "a newer request goes on with it") from None
        if check is not None and chunk.checksum is not None:
            await draft.flush()
            if not chunk.body.whole or check.digest() != chunk.checksum.digest:  # of a part of it nobody can tell
                await draft.discard()
                raise Refused(Code.CHECKSUM_MISMATCH)
        draft.accept()
        return await self._settled(_at(before, draft), draft)

    async def end(self, caller: Caller, upload_id: UUID) -> None:
        """The upload is no more. A photo that was received stays: it is evidence."""
        await self._known(caller, upload_id)
        await self._forget(upload_id)

    def _remember(self, caller: Caller, made: Standing) -> None:
        if len(self._made) >= _REMEMBERED:
            self._made.clear()
        self._made[made.id] = (caller.user_id, time.monotonic(), made)

    def _recall(self, caller: Caller, upload_id: UUID) -> Standing | None:
        """An upload that this person made here a moment ago, once: most chunks follow their creation. What may
        have happened meanwhile (it was ended elsewhere, its photo came another way) does no harm."""
        user_id, at, made = self._made.get(upload_id, (None, 0.0, None))
        if user_id != caller.user_id:
            return None
        del self._made[upload_id]
        return made if time.monotonic() - at < _A_MOMENT else None

    async def _forget(self, upload_id: UUID) -> None:
        self._made.pop(upload_id, None)
        await store.remove(upload_id)
        if self.drafts.begun(upload_id):
            async with self._held(upload_id) as draft:
                draft.remove()

    async def _known(self, caller: Caller, upload_id: UUID) -> Standing:
        """As the table has it: the offset is 0, but of a photo that has been received."""
        row = await store.upload(upload_id, caller.user_id)
        if row is None:
            raise Refused(Code.NOT_FOUND)
        if row["gone"]:
            raise Refused(Code.UPLOAD_GONE)
        if not row["allowed"]:
            raise Refused(Code.DEVICE_REVOKED)
        known = Standing(
            upload_id, row["digest"], row["size"], row["length"], 0, row["metadata"], row["expires_at"], row["received"]
        )
        return _received(known) if known.received else known

    async def _settled(self, standing: Standing, draft: Draft) -> Standing:
        """When all bytes are here: the photo, or nothing if they are others than those that were signed."""
        if standing.length != standing.offset:
            await draft.flush()
            return standing
        kept = Kept(standing.digest, standing.size)
        if not await draft.finish(standing.digest, lambda path: _adopted(self.blobs, path, kept)):
            raise Refused(Code.DIGEST_MISMATCH, "what came was thrown away; the upload is at 0 again")
        await photo_arrived(standing.digest, standing.size)
        self.arrived()
        return _received(standing)

    @asynccontextmanager
    async def _held(self, upload_id: UUID) -> AsyncIterator[Draft]:
        try:
            async with self.drafts.held(upload_id) as draft:
                yield draft
        except Busy:
            raise Refused(Code.UPLOAD_LOCKED, retry_after=1) from None


async def _written(before: Standing, draft: Draft, body: Body) -> None:
    async for piece in body.pieces():
        if draft.offset + len(piece) > before.size:
            await draft.discard()
            raise _too_much(before)
        await draft.write(piece)


def _adopted(blobs: Blobs, path: Path, kept: Kept) -> None:
    blobs.adopt_now(path, kept)


def _fits(standing: Standing, chunk: Chunk) -> None:
    if chunk.offset != standing.offset:
        raise Refused(Code.OFFSET_MISMATCH, f"it stands at {standing.offset}", offset=standing.offset)
    if chunk.length is not None and standing.length not in (None, chunk.length):
        raise Refused(Code.UPLOAD_HEADER_INVALID, "a length stays as it was said")
    if chunk.length not in (None, standing.size):
        raise Refused(Code.SIZE_MISMATCH, f"the manifest says {standing.size} bytes")
    if chunk.offset + (chunk.announced or 0) > standing.size:
        raise _too_much(standing)


def _too_much(standing: Standing) -> Refused:
    return Refused(Code.UPLOAD_TOO_LARGE, f"more than the {standing.size} bytes that were signed")


def _at(standing: Standing, draft: Draft) -> Standing:
    return replace(standing, offset=draft.offset)


def _received(standing: Standing) -> Standing:
    return replace(standing, offset=standing.size, length=standing.size, received=True)
