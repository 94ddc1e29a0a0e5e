"""A sealed completion as one JSON file, to be verified anywhere. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from schemas.sealing import BUNDLE_FORMAT, Bundle, BundleDevice, BundleEntry, BundlePhoto, DeviceKey
from server.evidence.sealing.entries import CompletionEntry, PhotoEntry, Written, chain, read
from server.evidence.sealing.findings import Finding, finding
from server.evidence.sealing.signing import Known
from server.evidence.sealing.verifying import Kept, verify

MOST_BYTES: Final = 4 * 1024 * 1024
_FORMAT: Final = BUNDLE_FORMAT.encode()


def bundle_of(completion_id: UUID, kept: Kept) -> bytes:
    after = kept.after
    made = Bundle(
        format="onsite-completion-1",
        id=str(completion_id),
        code=kept.code,
        manifest=kept.manifest,
        device=BundleDevice(
            signature=kept.signature,
            key=DeviceKey(kty="EC", crv="P-256", x=str(kept.device_key["x"]), y=str(kept.device_key["y"])),
        ),
        photos=[
            BundlePhoto(sha256=p.sha256, size=p.size, media_type=p.media_type, received_at=p.received_at)
            for p in kept.photos
        ],
        sealed=BundleEntry(entry=kept.row.text, countersignature=kept.row.signature),
        chain=kept.row.chain,
        after=None if after is None else BundleEntry(entry=after[0], countersignature=after[1]),
    )
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def is_bundle(content: bytes) -> bool:
    """Whether it says so itself, near its beginning."""
    return content.lstrip()[:1] == b"{" and _FORMAT in content[:200]


def verify_bundle(content: bytes, known: Known) -> tuple[CompletionEntry | None, list[Finding]]:
    """Its entry, when it can be read, and everything that is not as it was sealed."""
    try:
        doubled = _doubled(content)
        if doubled is not None:
            return None, [finding("file_doubled", member=doubled)]
        bundle = msgspec.json.decode(content, type=Bundle)
    except (ValueError, RecursionError):
        return None, [finding("file_unreadable")]
    entry = read(bundle.sealed.entry)
    if not isinstance(entry, CompletionEntry):
        return None, [finding("entry_unreadable", seq="?")]
    try:
        kept = _kept(bundle, entry)
    except ValueError:  # times or hashes that are none: never signed by us
        return None, [finding("entry_altered", seq=entry.seq)]
    found = verify(kept, known)
    if bundle.id != entry.completion_id:
        found.append(finding("code_altered"))
    return entry, found


def _kept(bundle: Bundle, entry: CompletionEntry) -> Kept:
    content = bundle.sealed.entry.encode()
    row = Written(
        seq=entry.seq,
        kind=entry.kind,
        at=datetime.fromisoformat(entry.at),
        text=bundle.sealed.entry,
        hash=hashlib.sha256(content).hexdigest(),
        previous=entry.previous,
        chain=bundle.chain,
        signature=bundle.sealed.countersignature,
        kid=entry.kid,
        subject=entry.completion_id,
        centre_id=entry.centre_id,
    )
    chain(entry.previous, content)  # raises where it cannot be computed
    return Kept(
        code=bundle.code,
        manifest=bundle.manifest,
        signature=bundle.device.signature,
        device_key=msgspec.structs.asdict(bundle.device.key),
        row=row,
        photos=[PhotoEntry(p.sha256, p.size, p.media_type, p.received_at) for p in bundle.photos],
        after=None if bundle.after is None else (bundle.after.entry, bundle.after.countersignature),
    )


def _doubled(content: bytes) -> str | None:
    """A member that an object names twice: readers differ in which of the two they take. Raises ValueError."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found.extend(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        return dict(pairs)

    json.loads(content, object_pairs_hook=look)
    return found[0] if found else None
