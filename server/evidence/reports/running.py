"""Who makes the reports: one task per worker, fed by the rows of the table.

Every completion that is sealed, and every addendum, asks for a report in the language it was signed in: in the order of
the ledger, by one worker at a time, so that none is left out. Whoever is free claims a row for LEASE; when every photo
has been judged, the report is drawn in a process of its own, gets its signed trailer, is stored, and is noted in the
same transaction that appends its digest to the ledger. So a worker that dies costs a retry, and each report is in the
ledger once. One that ends ATTEMPTS workers has failed (`interrupted`).
"""

import asyncio
import traceback
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from pebble import ProcessExpired

from schemas.evidence import Addendum, Manifest
from schemas.reports import ReportTerms
from server.evidence import rules
from server.evidence.images import store as images
from server.evidence.reports import gathering, store
from server.evidence.reports.content import Photo, Report, Seal
from server.evidence.reports.drawing import Look, draw
from server.evidence.reports.gathering import Jobs
from server.evidence.reports.reading import Added, Edition, report_of
from server.evidence.reports.store import Claimed, Made, Signed
from server.evidence.sealing import actions as sealing
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.sealed import Sealed
from server.evidence.sealing.trailer import sealed_pdf
from server.platform import db
from server.platform.apart import MIB, Apart
from server.platform.storage import Blobs, Damaged
from server.platform.waiting import unless_stopped, until
from server.products.texts import Locale

log = structlog.get_logger()

MEMORY: Final = 1024 * MIB
PATIENCE: Final = 60.0
"""Seconds; a report of four photos takes a fifth of one, one of forty and 20,000 characters two."""
LEASE: Final = timedelta(seconds=150)
ATTEMPTS: Final = 4
_WAIT_FOR_PHOTOS: Final = timedelta(seconds=3)
_AFTER_FAULT: Final = timedelta(seconds=30)
_LOOK_SECONDS: Final = 2.0
_AT_ONCE: Final = 200


class _NotYet(Exception):
    """Something it needs is still to come."""


class Reporter:
    """One per process. `wake`: something was sealed, or judged, or a report was asked for; else the next look finds
    out."""

    def __init__(self, blobs: Blobs, keys: Keys, jobs: Jobs, public_url: str) -> None:
        self._blobs, self._keys, self._jobs, self.public_url = blobs, keys, jobs, public_url
        self._woken = asyncio.Event()
        self.apart = Apart(memory=MEMORY, patience=PATIENCE)
        self._read = 0
        self._judged = False

    def wake(self) -> None:
        self._woken.set()

    def judged(self) -> None:
        """A photo has its verdict: those that wait for it are looked at at once."""
        self._judged = True
        self._woken.set()

    async def drawn(self, report: Report, look: Look, locale: Locale) -> bytes:
        """In the process of its own. Raises TimeoutError, `ProcessExpired`, MemoryError."""
        return await self.apart.run(draw, report, look, locale)

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set. A fault of the database or of the storage is waited out."""
        try:
            while not stopping.is_set():
                self._woken.clear()
                try:
                    await self._ask()
                    while not stopping.is_set() and (claimed := await store.claim(LEASE)) is not None:
                        release = partial(store.put_off, claimed.id, timedelta(0), forgiven=True)
                        await unless_stopped(self._make(claimed), stopping, release=release)
                except db.FAULTS as fault:
                    log.warning("reports_not_made", fault=str(fault))
                await until(self._woken, stopping, within=_LOOK_SECONDS)
        finally:
            await self.apart.close()

    # -------------------------------------------------------------------------------------------------------- asking

    async def _ask(self) -> None:
        """A report of everything that was sealed since."""
        if self._judged:
            self._judged = False
            await store.look_again_now()
        more = True
        while more:
            async with db.transaction():
                if not await store.alone():
                    return
                after = max(self._read, await store.last_upto())
                found = await sealing.sealed_after(after, _AT_ONCE, self.public_url)
                for sealed in found:
                    await self._ask_for(sealed)
            more = len(found) == _AT_ONCE
            self._read = found[-1].seq if found else after

    async def _ask_for(self, sealed: Sealed) -> None:
        signed = await store.signed(sealed.completion_id)
        of = None if signed is None else signed if sealed.kind == "completion" else await _extended(signed)
        if of is None or (manifest := rules.manifest_of(of.manifest.encode())) is None:
            return
        editions = [standing.edition for standing in await store.standings(of.id)]
        if sealed.kind == "completion" or editions:  # an addendum that was sealed first is in the first edition
            await store.ask(of.id, max(editions, default=0) + 1, manifest.locale, sealed.seq)

    # -------------------------------------------------------------------------------------------------------- making

    async def _make(self, claimed: Claimed) -> None:
        try:
            if claimed.attempts > ATTEMPTS:
                await store.fail(claimed.id, "interrupted")
                return
            await self._made(claimed)
        except _NotYet:
            await store.put_off(claimed.id, _WAIT_FOR_PHOTOS, forgiven=True)
        except (ProcessExpired, TimeoutError, MemoryError) as fault:
            log.warning("report_not_drawn", report=str(claimed.id), fault=type(fault).__name__)
            await store.put_off(claimed.id, _AFTER_FAULT, forgiven=False)
        except db.FAULTS:
            await store.put_off(claimed.id, _AFTER_FAULT, forgiven=True)
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, others are waiting behind it
            log.error("report_failed", report=str(claimed.id), trace="".join(traceback.format_exception(fault)))
            await store.put_off(claimed.id, _AFTER_FAULT, forgiven=False)

    async def _made(self, claimed: Claimed) -> None:
        sealed, signed, manifest = await self._subject(claimed.completion_id)
        edition = await self._edition(claimed)
        frozen = await store.frozen(signed.id)
        if frozen is not None:
            facts, template_id = frozen.facts, frozen.template_id
        else:
            facts, template = await gathering.gather(signed, manifest.report, self._jobs)
            template_id = None if template is None else template.template_id
        photos = await self._photos(_digests(manifest, edition))
        locale: Locale = "en" if claimed.locale == "en" else "zh-CN"
        report = report_of(manifest, facts, _seal(sealed), photos, edition, locale)
        look = Look(facts.terms, await store.logo(facts.terms.logo) if facts.terms.logo else None)
        whole = sealed_pdf(await self.drawn(report, look, locale), sealed, self._keys)
        kept = await self._blobs.keep(whole)
        async with db.transaction():
            if await store.lock_unmade(claimed.id):
                seq = await sealing.append_report(self._keys, sealed, kept.digest, kept.size)
                first = None if frozen is not None else facts
                made = Made(kept.digest, kept.size, seq, first, template_id, facts.template_version)
                await store.note_made(claimed.id, made)

    async def unsaved(self, signed: Signed, locale: Locale) -> tuple[Report, ReportTerms] | None:
        """What the first edition would show if it were made now, and by which template; None while something of it is
        still to come."""
        try:
            sealed, _, manifest = await self._subject(signed.id)
            facts, _ = await gathering.gather(signed, manifest.report, self._jobs)
            photos = await self._photos(_digests(manifest, Edition()))
        except _NotYet:
            return None
        return report_of(manifest, facts, _seal(sealed), photos, Edition(), locale), facts.terms

    async def _subject(self, completion_id: UUID) -> tuple[Sealed, Signed, Manifest]:
        sealed = await sealing.sealed(completion_id, self.public_url)
        signed = await store.signed(completion_id)
        if sealed is None or signed is None:
            raise _NotYet
        manifest = rules.manifest_of(signed.manifest.encode())
        assert manifest is not None, "what is sealed can be read"
        return sealed, signed, manifest

    async def _edition(self, claimed: Claimed) -> Edition:
        """Raises `_NotYet` while the edition before, or the first one of all, is still to be made."""
        standings = await store.standings(claimed.completion_id)
        before = [s for s in standings if s.edition == claimed.edition - 1]
        if any(s.digest is None and s.failure is None for s in before):
            raise _NotYet
        earlier = next((s.digest for s in before if s.digest is not None), None)
        added = []
        for each in await store.added_to(claimed.completion_id):
            sealed = await sealing.sealed(each.id, self.public_url)
            said = rules.addendum_of(each.manifest.encode())
            if sealed is not None and said is not None and sealed.seq <= claimed.upto:
                added.append(Added(digest=each.digest, addendum=said))
        return Edition(number=claimed.edition, earlier=earlier or "", added=added)

    async def _photos(self, digests: Iterable[str]) -> dict[str, Photo]:
        """Raises `_NotYet` while one of them has no verdict, or its copy is being made again."""
        wanted = list(dict.fromkeys(digests))
        verdicts = await images.verdicts(wanted)
        if any(digest not in verdicts or verdicts[digest].state == "waiting" for digest in wanted):
            raise _NotYet
        found = {}
        for digest in wanted:
            shown = verdicts[digest].shown_digest
            content = await self._copy(digest, shown) if shown is not None else None
            found[digest] = Photo(digest, content, fault="refused")
        return found

    async def _copy(self, digest: str, shown: str) -> bytes:
        try:
            content = await self._blobs.get(shown)
        except Damaged:
            content = None
        if content is None:
            await images.again(digest)
            raise _NotYet
        return content


def _seal(sealed: Sealed) -> Seal:
    return Seal(sealed.code, sealed.verify_url, sealed.manifest_digest, sealed.sealed_at)


async def _extended(addendum: Signed) -> Signed | None:
    return None if addendum.extends is None else await store.signed(addendum.extends)


def _digests(manifest: Manifest, edition: Edition) -> list[str]:
    said: list[Manifest | Addendum] = [manifest, *(each.addendum for each in edition.added)]
    return [photo.sha256 for one in said for photo in one.photos]
