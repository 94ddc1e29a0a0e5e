"""What a sealed completion shows of its seal. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SealedPhoto:
    sha256: str
    size: int
    media_type: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """`kind`: of its entry in the ledger, `completion` or `addendum`. `code`: as it is printed. `seq`: its place in the
    ledger. Hashes in lower-case hexadecimal."""

    completion_id: UUID
    job_id: UUID
    centre_id: UUID
    outlet_id: UUID
    kind: str
    code: str
    verify_url: str
    seq: int
    kid: str
    sealed_at: datetime
    received_at: datetime
    manifest_digest: str
    entry_hash: str
    chain: str
    photos: tuple[SealedPhoto, ...]


def verify_url(public_url: str, code: str) -> str:
    return f"{public_url}/verify/{code}"
