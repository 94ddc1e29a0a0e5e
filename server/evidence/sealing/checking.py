"""`onsite ledger check`: the whole chain, and all that hangs on it.

Each entry from the first (or from behind `since`) to the last: its bytes and its signature, its place, that it goes on
from the one before; of completions also what was signed, the device's signature, record and photos; then what is there
without an entry, and whether the chain still has the end that somebody noted. Entries that come meanwhile are left for
the next check. Reads in its own order, so that memory stays flat.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from server.evidence.sealing import store
from server.evidence.sealing.actions import ours
from server.evidence.sealing.cases import kept_of
from server.evidence.sealing.entries import (
    EMPTY,
    AnyEntry,
    CompletionEntry,
    Head,
    ReportEntry,
    Written,
    named_key,
    read,
)
from server.evidence.sealing.findings import Finding, finding, short
from server.evidence.sealing.signing import Known
from server.evidence.sealing.verifying import completion_findings, entry_findings
from server.platform.storage import Blobs, Damaged

_BATCH: Final = 500
_HEAD: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@dataclass(slots=True)
class Check:
    """`since`: entries up to it were checked before and are believed; `noted`: an end of the chain that somebody kept;
    `blobs`: to read every photo and report as well; `told`: is called now and then with the place reached."""

    known: Known
    since: int = 0
    noted: Head | None = None
    blobs: Blobs | None = None
    told: Callable[[int], None] = lambda _: None
    entries: int = 0
    completions: int = 0
    photos: int = 0
    head: Head = EMPTY
    key: str | None = None

    async def findings(self) -> AsyncIterator[tuple[int, Finding]]:
        """(place in the ledger, what is wrong there), in the order of the ledger; 0 for what has no place."""
        end = await store.head()
        before = await self._before()
        if before is None:
            yield self.since, finding("entry_missing", seq=self.since)
            before = Head(self.since, "")
        self.head, self.key = before, named_key(read(await store.last_key(self.since) or ""))
        async for rows in store.entries(self.since, end.seq, _BATCH):
            sealed = {row["seq"]: row for row in await store.sealed_between(rows[0].seq, rows[-1].seq)}
            for row in rows:
                entry, wrong = entry_findings(row, self.known)
                for found in (*self._place(row), *ours(wrong, row.seq), *self._by_its_key(entry)):
                    yield row.seq, found
                if isinstance(entry, CompletionEntry) and row.seq in sealed:  # else it is among the strays
                    async for found in self._sealed(entry, sealed[row.seq]):
                        yield row.seq, found
                elif isinstance(entry, ReportEntry) and (lacking := await self._stored(entry.sha256)) is not None:
                    yield row.seq, finding(f"report_{lacking}", report=short(entry.sha256))
            self.told(self.head.seq)
        for stray in await store.strays():
            yield 0, finding(stray["wrong"], completion=stray["id"])
        if (cut := await self._end()) is not None:
            yield self.head.seq, cut

    async def _before(self) -> Head | None:
        if self.since == 0:
            return EMPTY
        row = await store.entry(self.since)
        return None if row is None else row.head

    def _place(self, row: Written) -> list[Finding]:
        """Whether it goes on from the one before."""
        before, self.head = self.head, row.head
        self.entries += 1
        if row.seq != before.seq + 1:
            return [finding("entry_missing", seq=before.seq + 1)]
        if before.chain and row.previous != before.chain:
            return [finding("chain_broken", seq=row.seq)]
        return []

    def _by_its_key(self, entry: AnyEntry | None) -> list[Finding]:
        """Each is signed by the key that an entry before it has named; one that names a key, by that or by the one so
        far."""
        before, self.key = self.key, named_key(entry) or self.key
        if entry is None or entry.kid in (before, named_key(entry)):
            return []
        return [finding("key_not_in_force", seq=entry.seq, kid=entry.kid)]

    async def _sealed(self, entry: CompletionEntry, case: Mapping[str, Any]) -> AsyncIterator[Finding]:
        """What is wrong with the completion that the entry is about."""
        self.completions += 1
        kept = kept_of(case)
        for found in kept if isinstance(kept, list) else completion_findings(kept, entry):
            yield found
        for photo in entry.photos if self.blobs is not None else ():
            self.photos += 1
            if (lacking := await self._stored(photo.sha256)) is not None:
                yield finding(f"photo_{lacking}", photo=short(photo.sha256))

    async def _stored(self, digest: str) -> str | None:
        """What is wrong with the bytes of that digest, when they are to be read."""
        if self.blobs is None or await self.blobs.intact(digest):
            return None
        try:
            return "missing" if await self.blobs.get(digest) is None else "altered"
        except Damaged:
            return "altered"

    async def _end(self) -> Finding | None:
        if self.noted is None or self.noted.seq == 0:
            return None
        if self.noted.seq > self.head.seq:
            return finding("head_missing", seq=self.head.seq, noted=self.noted.seq)
        row = await store.entry(self.noted.seq)
        same = row is not None and row.chain == self.noted.chain
        return None if same else finding("head_differs", seq=self.noted.seq)


def read_head(text: str) -> Head | None:
    """`SEQ:CHAIN`, as `onsite ledger head` prints it; None when it is none."""
    read = _HEAD.fullmatch(text.strip().lower())
    return None if read is None else Head(int(read[1]), read[2])
