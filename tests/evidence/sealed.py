"""A completion sealed in memory, and its ledger: the builder of the tests of sealing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import rfc8785

from server.evidence.sealing.cases import kept_of, sealed_of
from server.evidence.sealing.entries import EMPTY, Written
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.sealed import Sealed
from server.evidence.sealing.sealing import Book, body_of
from server.evidence.sealing.verifying import Kept
from server.platform.secrets import Secrets, _make, with_new_signing_key
from tests.journeys.firm import Key

EPOCH = "0d5b2d6e-4b33-4f0e-8d0e-5f3f3a3f6a11"
RECEIVED = "2026-11-20T09:31:04.123456+00:00"


def some_secrets(retired: int = 0) -> Secrets:
    kept = _make()
    for _ in range(retired):
        kept = with_new_signing_key(kept)
    return kept


def some_manifest(photos: int = 2, points: int = 40, job_id: UUID | None = None) -> dict[str, Any]:
    return {
        "form": 2,
        "job_id": str(job_id or uuid4()),
        "outcome": "completed",
        "text": "压缩机已更换，运行正常。\nThe compressor was replaced.",
        "locale": "zh-CN",
        "signer": {"name": "李梅", "role": "customer"},
        "strokes": [[[n, n * 7 % 300, n * 12, 500 + n % 300] for n in range(points)]],
        "photos": [some_photo(bytes([n]) * 100) for n in range(photos)],
        "finished_at": "2026-11-20T09:30:00+08:00",
        "arrival": {"at": "2026-11-20T08:50:00+08:00", "reading": None},
        "fees": [{"name": "上门费", "amount_minor": 5000, "currency": "CNY"}],
        "rating": 5,
    }


def some_photo(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "media_type": "image/jpeg"}


def signed_row(manifest: dict[str, Any], key: Key) -> dict[str, Any]:
    """As `store.to_seal` gives it."""
    content = rfc8785.dumps(manifest)
    return {
        "id": uuid4(),
        "job_id": UUID(manifest["job_id"]),
        "centre_id": uuid4(),
        "outlet_id": uuid4(),
        "technician_id": uuid4(),
        "device_id": uuid4(),
        "manifest": content.decode(),
        "digest": hashlib.sha256(content).hexdigest(),
        "signature": key.sign(content),
        "kind": "completed",
        "extends": None,
        "received_at": datetime.fromisoformat(RECEIVED),
        "sealed_at": None,
        "valid": True,
        "fault": None,
        "photos": msgspec.json.encode([{**p, "received_at": RECEIVED} for p in manifest["photos"]]).decode(),
        "device_key": msgspec.json.encode(key.jwk).decode(),
    }


@dataclass
class Case:
    """`row`: as `store.by_code` gives it."""

    keys: Keys
    row: dict[str, Any]
    sealed: Sealed

    @property
    def kept(self) -> Kept:
        kept = kept_of(self.row)
        assert isinstance(kept, Kept)
        return kept


class _Book(Book):
    """Written into memory."""

    @property
    def rows(self) -> list[Written]:
        return self._rows


def a_sealed_case(secrets: Secrets | None = None, **of_manifest: Any) -> Case:
    """The second of three entries: one before it, one after it."""
    keys, phone = Keys(secrets or some_secrets()), Key()
    row = signed_row(some_manifest(**of_manifest), phone)
    body = body_of(row)
    assert isinstance(body, dict), body
    book = _Book(EMPTY, EPOCH, keys.signer)
    book.add("restored", {"before": EPOCH})
    entry = book.add("completion", body)
    book.add("restored", {"before": EPOCH})
    first, _, third = book.rows
    row |= {
        "seal_fault": None,
        "seal_centre_id": row["centre_id"],
        "seal_outlet_id": row["outlet_id"],
        "home_centre_id": row["centre_id"],
        "completion_id": row["id"],
        "code": body["code"],
        "seq": entry.seq,
        "sealed_at": book.at.astimezone(UTC),
        "seal_at": book.at.astimezone(UTC),
        "ledger_row": as_json(entry),
        "chain_before": first.chain,
        "after": msgspec.json.encode([third.text, third.signature]).decode(),
    }
    sealed = sealed_of(row, "https://service.example.com")
    assert sealed is not None
    return Case(keys, row, sealed)


def as_json(entry: Written) -> str:
    columns = (
        msgspec.structs.asdict(entry)
        if isinstance(entry, msgspec.Struct)
        else {name: getattr(entry, name) for name in Written.__slots__}
    )
    columns["entry"] = columns.pop("text")
    columns["at"] = entry.at.isoformat()
    return msgspec.json.encode(columns).decode()
