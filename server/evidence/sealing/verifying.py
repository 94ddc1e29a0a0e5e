"""Does a sealed completion still stand as it was sealed? Pure: what is kept and keys in, findings out.

What is judged, in this order:
1. the ledger entry: the server's signature over its bytes, and that everything kept beside it says the same;
2. what was signed on site: digest, device's signature, device's key, photos, record, code, against the entry;
3. its neighbours: it goes on from the entry before, and the next one goes on from it.

Nothing is re-canonicalised: signatures are over the bytes that are kept, and those are hashed as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from server.evidence.sealing.codes import code_of
from server.evidence.sealing.entries import (
    AnyEntry,
    CompletionEntry,
    PhotoEntry,
    Written,
    chain,
    changed_parts,
    parts_of,
    read,
)
from server.evidence.sealing.findings import Finding, finding, members, short
from server.evidence.sealing.signing import Known, device_signed, holds, kid_of, thumbprint
from server.products.rules.refusal import Text


@dataclass(frozen=True, slots=True)
class Kept:
    """A sealed completion as it is kept, in the database or in a bundle. `record`: what the database says about it, by
    the names that the entry has for it (a bundle has none). `after`: text and signature of the next entry, once there
    is one; `chain_before`: the chain hash that the entry before is kept with."""

    code: str
    manifest: str
    signature: str
    device_key: Mapping[str, Any]
    row: Written
    photos: Sequence[PhotoEntry]
    record: Mapping[str, str | None] = field(default_factory=dict)
    chain_before: str | None = None
    after: tuple[str, str] | None = None


def verify(kept: Kept, known: Known) -> list[Finding]:
    """Everything that is not as it was sealed."""
    entry, found = entry_findings(kept.row, known)
    if kept.chain_before is not None and kept.chain_before != kept.row.previous:
        found.append(finding("chain_broken", seq=kept.row.seq))
    if isinstance(entry, CompletionEntry):
        found += completion_findings(kept, entry)
    elif entry is not None:
        found.append(finding("entry_altered", seq=kept.row.seq))
    elif not device_signed(kept.manifest.encode("utf-8", "surrogatepass"), kept.signature, kept.device_key):
        found.append(finding("signature_invalid"))
    if kept.after is not None:
        found += _after(kept, known)
    return found


def entry_findings(row: Written, known: Known) -> tuple[AnyEntry | None, list[Finding]]:
    """The entry, when its signature holds or could hold by a key that is not known here, and what is wrong."""
    seq = row.seq
    entry = read(row.text)
    if entry is None:
        return None, [finding("entry_unreadable", seq=seq)]
    content = row.text.encode()
    hashed = hashlib.sha256(content).hexdigest()
    reason = holds(content, row.signature, known)
    if kid_of(row.signature) != entry.kid:
        reason = "signature_invalid"
    if reason == "signature_invalid":
        changed = "entry_altered" if hashed != row.hash else "countersignature_invalid"
        return None, [finding(changed, seq=seq)]
    found = [] if reason is None else [finding("key_unknown", kid=entry.kid)]
    return entry, found + [
        finding("entry_column", seq=seq, column=_COLUMNS[name])
        for name, says in _said(entry, content, hashed).items()
        if getattr(row, name) != says
    ]


def _said(entry: AnyEntry, content: bytes, hashed: str) -> dict[str, object]:
    """What must stand beside the entry. The instant is compared as it is written."""
    try:
        chained = chain(entry.previous, content)
    except ValueError:
        chained = ""
    return {
        "seq": entry.seq,
        "kind": entry.kind,
        "at_text": entry.at,
        "hash": hashed,
        "previous": entry.previous,
        "chain": chained,
        "kid": entry.kid,
        "subject": getattr(entry, "completion_id", None),
        "centre_id": getattr(entry, "centre_id", None),
    }


def completion_findings(kept: Kept, entry: CompletionEntry) -> list[Finding]:
    """What of the completion is not what the entry says."""
    found = _signed_findings(kept, entry)
    found += [finding("photos_altered", photo=short(digest)) for digest in _changed_photos(kept.photos, entry.photos)]
    found += [
        finding("record_altered", column=_COLUMNS[name])
        for name, value in kept.record.items()
        if value != getattr(entry, name)
    ]
    if not kept.code == entry.code == _code_of(entry):
        found.append(finding("code_altered"))
    return found


def _signed_findings(kept: Kept, entry: CompletionEntry) -> list[Finding]:
    found = []
    content = kept.manifest.encode("utf-8", "surrogatepass")
    if hashlib.sha256(content).hexdigest() != entry.manifest.sha256:
        found.append(_manifest_finding(kept, entry))
    if hashlib.sha256(kept.signature.encode("utf-8", "surrogatepass")).hexdigest() != entry.signature:
        found.append(finding("signature_altered"))
    if thumbprint(kept.device_key) != entry.device_key:
        found.append(finding("device_key_altered"))
    if not found and not device_signed(content, kept.signature, kept.device_key):
        found.append(finding("signature_invalid"))
    return found


def _manifest_finding(kept: Kept, entry: CompletionEntry) -> Finding:
    now = parts_of(kept.manifest, kept.signature)
    changed = changed_parts(now, entry.manifest.parts) if now is not None else ()
    if now is None or not changed or len(changed) == len({*now, *entry.manifest.parts}):
        return finding("manifest_unreadable" if now is None else "manifest_reordered")
    return finding("manifest_altered", parts=members(changed))


def _changed_photos(now: Sequence[PhotoEntry], sealed: Sequence[PhotoEntry]) -> list[str]:
    return sorted({photo.sha256 for photo in set(now) ^ set(sealed)}) or (
        [] if len(now) == len(sealed) else [now[0].sha256 if now else sealed[0].sha256]
    )


def _code_of(entry: CompletionEntry) -> str | None:
    try:
        return code_of(UUID(entry.completion_id), entry.manifest.sha256)
    except ValueError:
        return None


def _after(kept: Kept, known: Known) -> list[Finding]:
    """The next entry is signed too, and names the chain hash of this one."""
    assert kept.after is not None
    text, signature = kept.after
    entry = read(text)
    reason = holds(text.encode("utf-8", "surrogatepass"), signature, known)
    if entry is None or reason == "signature_invalid" or kid_of(signature) != entry.kid:
        return [finding("entry_altered", seq=kept.row.seq + 1)]
    if entry.seq != kept.row.seq + 1 or entry.previous != kept.row.chain:
        return [finding("next_broken", seq=kept.row.seq)]
    return [] if reason is None else [finding("key_unknown", kid=entry.kid)]


_COLUMNS: Final[dict[str, Text]] = {
    name: Text(zh, en)
    for name, (zh, en) in {
        "seq": ("序号", "place"),
        "kind": ("类别", "kind"),
        "at_text": ("时间", "time"),
        "hash": ("哈希", "hash"),
        "previous": ("前一条的链哈希", "chain hash before"),
        "chain": ("链哈希", "chain hash"),
        "kid": ("密钥", "key"),
        "subject": ("所属完工记录", "completion"),
        "completion_id": ("编号", "id"),
        "centre_id": ("服务中心", "service centre"),
        "outlet_id": ("网点", "outlet"),
        "job_id": ("工单", "job"),
        "technician_id": ("技师", "technician"),
        "device_id": ("设备", "device"),
        "outcome": ("结果", "outcome"),
        "extends": ("所补充的记录", "what it adds to"),
        "received_at": ("收到时间", "time of receipt"),
        "digest": ("摘要", "digest"),
        "valid": ("有效", "valid"),
        "sealed_at": ("签封时间", "time of sealing"),
    }.items()
}
