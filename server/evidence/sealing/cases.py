"""What the database keeps of a sealed completion, as verification takes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from server.evidence.sealing import store
from server.evidence.sealing.entries import CompletionEntry, PhotoEntry, Written, instant, read
from server.evidence.sealing.findings import Finding, finding
from server.evidence.sealing.sealed import Sealed, SealedPhoto, verify_url
from server.evidence.sealing.sealing import photos_of, record_of
from server.evidence.sealing.verifying import Kept

Row = Mapping[str, Any]


def kept_of(row: Row) -> Kept | list[Finding]:
    """`row`: of `store.by_code` and its like. When something of it is gone, that."""
    if row["seal_fault"] is not None:
        return [finding("not_sealed", completion=row["completion_id"])]
    ledger_row = ledger_row_of(row)
    missing = []
    if row["id"] is None:
        missing.append(finding("record_missing"))
    if ledger_row is None:
        missing.append(finding("entry_missing", seq=row["seq"]))
    if row["chain_before"] is None and (row["seq"] or 0) > 1:
        missing.append(finding("entry_missing", seq=row["seq"] - 1))
    if missing or ledger_row is None:
        return missing
    return Kept(
        code=row["code"],
        manifest=row["manifest"],
        signature=row["signature"],
        device_key=_key(row["device_key"]),
        row=ledger_row,
        photos=[PhotoEntry(**photo) for photo in photos_of(row)],
        record=_record(row),
        chain_before=row["chain_before"],
        after=None if row["after"] is None else msgspec.json.decode(row["after"], type=tuple[str, str]),
    )


def ledger_row_of(row: Row) -> Written | None:
    kept = msgspec.json.decode(row["ledger_row"]) if row["ledger_row"] else None
    if kept is None:
        return None
    try:
        at = datetime.fromisoformat(kept["at"])
    except ValueError:  # `infinity`: no entry says so
        at = _NEVER
    return store.written({**kept, "at": at})


_NEVER = datetime.min.replace(tzinfo=UTC)


def sealed_of(row: Row, public_url: str) -> Sealed | None:
    """None when it is not sealed, or its entry cannot be read any more. Nothing is verified here."""
    ledger_row = ledger_row_of(row)
    entry = None if ledger_row is None else read(ledger_row.text)
    if ledger_row is None or not isinstance(entry, CompletionEntry):
        return None
    try:
        return _sealed(row, ledger_row, entry, public_url)
    except ValueError:
        return None


def _sealed(row: Row, ledger_row: Written, entry: CompletionEntry, public_url: str) -> Sealed:
    return Sealed(
        completion_id=row["completion_id"],
        job_id=UUID(entry.job_id),
        centre_id=UUID(entry.centre_id),
        outlet_id=UUID(entry.outlet_id),
        kind=entry.kind,
        code=entry.code,
        verify_url=verify_url(public_url, entry.code),
        seq=entry.seq,
        kid=entry.kid,
        sealed_at=datetime.fromisoformat(entry.at),
        received_at=datetime.fromisoformat(entry.received_at),
        manifest_digest=entry.manifest.sha256,
        entry_hash=ledger_row.hash,
        chain=ledger_row.chain,
        photos=tuple(
            SealedPhoto(p.sha256, p.size, p.media_type, datetime.fromisoformat(p.received_at)) for p in entry.photos
        ),
    )


def _record(row: Row) -> dict[str, str | None]:
    """What the database says, by the names an entry has for it."""
    same = row["seal_at"] == row["sealed_at"] is not None
    says = {
        **record_of(row),
        "digest": row["digest"],
        "valid": "true" if row["valid"] and row["fault"] is None else "false",
        "sealed_at": instant(row["sealed_at"]) if same else None,
    }
    for name in ("centre_id", "outlet_id"):
        if row[name] != row[f"seal_{name}"]:
            says[name] = f"{row[name]}, {row[f'seal_{name}']}"
    if row["centre_id"] == row["seal_centre_id"] == row["home_centre_id"]:
        del says["centre_id"]  # an outlet that moved since takes along all it has: the centre is that of the outlet
    return says


def _key(text: str) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
