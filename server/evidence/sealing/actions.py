"""What is done with seals: read, verified, handed out; reports appended; the key changed."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import rfc8785

from schemas.errors import Code
from schemas.sealing import LedgerHead, Seal
from server.evidence.sealing import store
from server.evidence.sealing.bundles import bundle_of
from server.evidence.sealing.cases import Row, kept_of, ledger_row_of, sealed_of
from server.evidence.sealing.entries import CompletionEntry, PhotoEntry, ReportEntry, instant, read
from server.evidence.sealing.findings import Finding, finding, short
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.sealed import Sealed
from server.evidence.sealing.sealing import Book
from server.evidence.sealing.signing import signer_of
from server.evidence.sealing.trailer import Trailer
from server.evidence.sealing.verifying import entry_findings, verify
from server.platform import clock, db, secrets
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.secrets import Secrets
from server.platform.storage import Blobs, Damaged


async def sealed(completion_id: UUID, public_url: str) -> Sealed | None:
    """The seal of a completion; None while it has none. Whether it may be shown is asked before."""
    row = await store.of_completion(completion_id)
    return None if row is None else sealed_of(row, public_url)


async def sealed_after(seq: int, limit: int, public_url: str) -> list[Sealed]:
    """Completions and addenda sealed behind that place in the ledger, in its order."""
    found = [sealed_of(row, public_url) for row in await store.sealed_after(seq, limit)]
    return [one for one in found if one is not None]


async def append_report(keys: Keys, of: Sealed, digest: str, size: int) -> int:
    """Notes in the ledger that this file (SHA-256 and size of all its bytes) was made of that completion; its place.
    Joins the running transaction and holds the ledger until it ends: call it last. The same file twice is one entry."""
    book = await Book.opened(keys)
    for known in await store.reports_of(of.completion_id):
        entry = read(known.text)
        if isinstance(entry, ReportEntry) and entry.sha256 == digest:
            return known.seq
    body = {
        "completion_id": str(of.completion_id),
        "centre_id": str(of.centre_id),
        "code": of.code,
        "of": of.seq,
        "sha256": digest,
        "size": size,
    }
    row = book.add("report", body)
    await book.close()
    return row.seq


async def seals(completion_ids: Sequence[UUID]) -> dict[UUID, Seal]:
    """Completion → its seal. Whether they may be shown is asked before."""
    return {
        completion_id: Seal(
            code=row["code"],
            verify_path=f"/verify/{row['code']}",
            sealed_at=row["sealed_at"],
            seq=row["seq"],
            kid=row["kid"],
            fault=row["fault"],
        )
        for completion_id, row in (await store.seals_of(completion_ids)).items()
    }


async def bundle(caller: Caller, completion_id: UUID) -> tuple[UUID, str, bytes]:
    """Its job, its code, and the file to verify it by. Raises `Refused`: `not_found`, also for what is not sealed yet,
    or cannot be put together any more."""
    row = await store.by_completion(caller.scope, completion_id)
    kept = None if row is None else kept_of(row)
    if row is None or kept is None or isinstance(kept, list):
        raise Refused(Code.NOT_FOUND)
    return row["job_id"], kept.code, bundle_of(completion_id, kept)


async def head(keys: Keys) -> LedgerHead:
    """The end of the ledger, signed."""
    found, at = await store.head(), clock.now()
    said: dict[str, int | str] = {"seq": found.seq, "chain": found.chain, "at": instant(at)}
    signer = keys.fresh().signer
    signed = signer.compact(rfc8785.dumps(said))
    return LedgerHead(seq=found.seq, chain=found.chain, at=at, kid=signer.kid, signed=signed)


async def rotate(data_dir: Path) -> tuple[str, str]:
    """Another key signs from now on: (the one so far, the new one). The ledger says so, signed by the one so far; of
    that only the public half stays. Should the commit fail after the file was replaced, the new key says so itself."""
    async with db.transaction():
        await store.alone()  # of two rotations the second replaces the key of the first
        kept = Secrets.load_or_make(data_dir)
        after = secrets.with_new_signing_key(kept)
        keys, new = Keys(kept), signer_of(after.server_signing_key)
        book = await Book.opened(keys)
        book.follow(new)
        await book.close()
        secrets.replace(data_dir, after)
    return keys.signer.kid, new.kid


# ---- verification by code -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """`entry`: None when it cannot be believed; `photos_here`: how many are in storage."""

    row: Row
    entry: CompletionEntry | None
    findings: list[Finding]
    photos_here: int
    reports: tuple[str, ...]
    entry_hash: str = ""
    chain: str = ""


async def verify_code(code: str, keys: Keys, photos: Photos) -> Judged | None:
    """`code`: as `codes.read_code` gives it. None: there is no such code."""
    row = await store.by_code(code)
    if row is None:
        return None
    known = keys.fresh().known
    kept = kept_of(row)
    ledger_row = ledger_row_of(row)
    entry, doubts = (None, []) if ledger_row is None else entry_findings(ledger_row, known)
    found = ours(kept if isinstance(kept, list) else verify(kept, known), row["seq"])
    if not isinstance(entry, CompletionEntry) or any(doubt.code == "key_unknown" for doubt in doubts):
        return Judged(row, None, found, 0, ())
    here, missing = await photos.look(entry.photos)
    reports = [read(report.text) for report in await store.reports_of(row["completion_id"])]
    digests = tuple(report.sha256 for report in reports if isinstance(report, ReportEntry))
    assert ledger_row is not None
    return Judged(row, entry, found + missing, here, digests, ledger_row.hash, ledger_row.chain)


async def is_in_ledger(report: Trailer, content: bytes) -> bool:
    """Whether the ledger has the digest of this file."""
    seal = await store.by_code(report.code)
    if seal is None:
        return False
    digest = hashlib.sha256(content).hexdigest()
    reports = [read(report.text) for report in await store.reports_of(seal["completion_id"])]
    return any(isinstance(report, ReportEntry) and report.sha256 == digest for report in reports)


def ours(found: Sequence[Finding], seq: int | None) -> list[Finding]:
    """Of our own records: a signature by a key that was never ours is none."""
    return [finding("countersignature_invalid", seq=seq or 0) if f.code == "key_unknown" else f for f in found]


class Photos:
    """Whether photos are in storage, and whole. A request asks; what is found holds for a while, so that nobody makes
    the server read photos all day: presence is asked for again after PRESENCE_AGAIN seconds, bytes are read again after
    BYTES_AGAIN, one request after the other, and at most AT_ONCE of them for one. `ledger check --photos` always reads
    everything."""

    PRESENCE_AGAIN = 60.0
    BYTES_AGAIN = 3600.0
    AT_ONCE = 64 * 1024 * 1024
    _MOST = 4096

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._reading = asyncio.Lock()
        self._known: OrderedDict[str, _Seen] = OrderedDict()

    async def look(self, photos: Sequence[PhotoEntry]) -> tuple[int, list[Finding]]:
        """How many are whole, and what is wrong with the others."""
        read, found = 0, []
        for photo in photos:
            seen = await self._present(photo)
            if seen.wrong is None and seen.read_again <= time.monotonic() and (read < self.AT_ONCE or seen.doubted):
                read += photo.size
                seen = await self._read(photo)
            found.append((photo, seen.wrong))
        return (
            sum(wrong is None for _, wrong in found),
            [finding(wrong, photo=short(photo.sha256)) for photo, wrong in found if wrong is not None],
        )

    async def _present(self, photo: PhotoEntry) -> _Seen:
        known, now = self._known.get(photo.sha256), time.monotonic()
        if known is not None and now < known.look_again:
            return known
        wrong = None if await self._blobs.holds(photo.sha256, photo.size) else await _absent(self._blobs, photo.sha256)
        doubted = known is not None and known.wrong is not None
        read_again = known.read_again if known is not None and not doubted else now
        return self._note(photo, _Seen(now + self.PRESENCE_AGAIN, read_again, wrong, doubted))

    async def _read(self, photo: PhotoEntry) -> _Seen:
        async with self._reading:
            whole = await self._blobs.intact(photo.sha256)
        now = time.monotonic()
        wrong = None if whole else "photo_altered"
        return self._note(photo, _Seen(now + self.PRESENCE_AGAIN, now + self.BYTES_AGAIN, wrong))

    def _note(self, photo: PhotoEntry, seen: _Seen) -> _Seen:
        self._known[photo.sha256] = seen
        self._known.move_to_end(photo.sha256)
        if len(self._known) > self._MOST:
            self._known.popitem(last=False)
        return seen


@dataclass(frozen=True, slots=True)
class _Seen:
    """Until when it is believed to be there, and to be whole (seconds, monotonic); what is wrong with it. `doubted`:
    something was wrong the last time, so it is read whatever else is."""

    look_again: float
    read_again: float
    wrong: str | None
    doubted: bool = False


async def _absent(blobs: Blobs, digest: str) -> str:
    """Nothing lies in its place, or something else."""
    try:
        return "photo_missing" if await blobs.get(digest) is None else "photo_altered"
    except Damaged:
        return "photo_altered"
