"""What anyone is told who asks whether a report still stands as it was sealed: by its code, or by its file.

A code that does not exist and one that cannot exist are answered alike. Nothing personal is told: what kind of work, of
which product, when, how many photos, and hashes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from schemas.sealing import Names, Standing, Verified, Words
from server.evidence.sealing.actions import Judged, Photos, is_in_ledger, verify_code
from server.evidence.sealing.codes import read_code
from server.evidence.sealing.entries import CompletionEntry
from server.evidence.sealing.files import JudgedFile, judge_report
from server.evidence.sealing.findings import Finding, finding, status_of
from server.evidence.sealing.keys import Keys
from server.jobs import store as jobs
from server.network import store as network
from server.portal.firm import Firm
from server.portal.rendering import render
from server.products import store as products
from server.products.rules.refusal import Text
from server.products.texts import Locale

MOST_MEGABYTES: Final = 20
UNKNOWN: Final = Verified(status="unknown")
_NOTHING: Final[Mapping[str, str]] = {}


async def verified(typed: str, keys: Keys, photos: Photos) -> Verified:
    """By a code as somebody typed it."""
    code = read_code(typed)
    judged = None if code is None else await verify_code(code, keys, photos)
    if judged is None:
        return UNKNOWN
    return Verified(
        status=status_of(judged.findings),
        code=code,
        findings=_words(judged.findings),
        standing=None if judged.entry is None else await _standing(judged, judged.entry),
    )


async def _standing(judged: Judged, entry: CompletionEntry) -> Standing:
    work, product, zone = await _told_of(entry)
    return Standing(
        kind="addendum" if entry.kind == "addendum" else "completion",
        work=work,
        product=product,
        finished_at=_finished(judged.row["manifest"], zone),
        received_at=datetime.fromisoformat(entry.received_at).astimezone(zone),
        sealed_at=datetime.fromisoformat(entry.at).astimezone(zone),
        photos=len(entry.photos),
        photos_here=judged.photos_here,
        seq=entry.seq,
        kid=entry.kid,
        entry_hash=judged.entry_hash,
        chain=judged.chain,
        manifest_sha256=entry.manifest.sha256,
        reports=list(judged.reports),
    )


async def _told_of(entry: CompletionEntry) -> tuple[Names | None, Names | None, ZoneInfo]:
    """The kind of work and the product, as far as they are on record, and the zone of the outlet."""
    outlet = await network.outlet(UUID(entry.outlet_id))
    zone = ZoneInfo(outlet["zone"] if outlet is not None else "Asia/Shanghai")
    job = (await jobs.rows([UUID(entry.job_id)])).get(UUID(entry.job_id))
    if job is None:
        return None, None, zone
    known = (await jobs.job_types([job["job_type"]])).get(job["job_type"])
    unit = await products.unit(network.EVERYWHERE, UUID(job["unit_id"])) if job["unit_id"] is not None else None
    return (
        None if known is None else Names(zh=known["name"], en=known["name_en"]),
        None if unit is None else Names(zh=unit["model_name"], en=unit["model_name_en"]),
        zone,
    )


class _Said(msgspec.Struct):
    finished_at: str = ""


def _finished(manifest: str, zone: ZoneInfo) -> datetime | None:
    """What the phone's clock said; None when that is no instant."""
    try:
        said = datetime.fromisoformat(msgspec.json.decode(manifest, type=_Said).finished_at)
        return said.astimezone(zone) if said.tzinfo else None
    except (msgspec.DecodeError, ValueError, OverflowError):
        return None


def _words(findings: Sequence[Finding]) -> list[Words]:
    return [Words(code=each.code, zh=each.words.zh, en=each.words.en) for each in findings]


# ---- pages --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """`state`, `sign`: colour and drawing, beside words that say the same."""

    status: str
    state: str
    sign: str
    title: str
    detail: str
    findings: Sequence[Text]
    to_code: str = ""


_LOOKS: Final = {
    "intact": ("genuine", "tick"),
    "altered": ("not_covered", "warning"),
    "unknown": ("unknown", "question"),
}


def form(ours: Firm, locale: Locale, faults: Mapping[str, str] = _NOTHING) -> str:
    return _page(ours, locale, None, None, faults, switches=not faults)


def by_code(told: Verified, ours: Firm, locale: Locale) -> str:
    state, sign = _LOOKS[told.status]
    title, detail = f"verify_{told.status}_title", f"verify_{told.status}_detail"
    findings = [Text(each.zh, each.en) for each in told.findings]
    return _page(ours, locale, _Told(told.status, state, sign, title, detail, findings), told)


async def judged_file(content: bytes, keys: Keys) -> JudgedFile:
    """The file itself, and whether our ledger knows it: who got hold of our key could sign, but not be in there."""
    judged = await asyncio.to_thread(judge_report, content, keys.fresh().known)
    trailer = judged.trailer
    if judged.status == "intact" and trailer is not None and not await is_in_ledger(trailer, content):
        return JudgedFile([finding("not_in_ledger")], trailer=trailer)
    return judged


def by_file(judged: JudgedFile, ours: Firm, locale: Locale) -> str:
    state, sign = _LOOKS[judged.status]
    words = [each.words for each in judged.findings]
    if judged.status == "altered":
        title, detail = "verify_altered_title", "verify_altered_detail"
    elif judged.status == "intact":
        title, detail = "verify_file_intact_title", "verify_file_intact_detail"
    else:
        title, detail = "verify_file_unknown_title", ""
    to_code = f"/verify/{judged.code}?lang={locale}" if judged.code and judged.status == "intact" else ""
    return _page(ours, locale, _Told(judged.status, state, sign, title, detail, words, to_code), None, switches=False)


def _page(
    ours: Firm,
    locale: Locale,
    told: _Told | None,
    verified: Verified | None,
    faults: Mapping[str, str] = _NOTHING,
    *,
    switches: bool = True,
) -> str:
    return render(
        "verify.html",
        locale,
        brand=ours.brand,
        hotline=ours.hotline,
        told=told,
        standing=_shown(verified),
        faults=faults,
        switches=switches,
        megabytes=MOST_MEGABYTES,
    )


def _shown(told: Verified | None) -> Mapping[str, Any] | None:
    if told is None or told.standing is None:
        return None
    standing = told.standing
    return {
        "code": told.code,
        "kind": standing.kind,
        "work": _text(standing.work),
        "product": _text(standing.product),
        "finished_at": standing.finished_at,
        "received_at": standing.received_at,
        "sealed_at": standing.sealed_at,
        "photos": standing.photos,
        "here": standing.photos_here,
        "seq": standing.seq,
        "digest": standing.manifest_sha256,
        "chain": standing.chain,
        "kid": standing.kid,
    }


def _text(names: Names | None) -> Text | None:
    return None if names is None else Text(names.zh, names.en)
