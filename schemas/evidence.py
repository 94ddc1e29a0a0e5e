"""Signed completions."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant


class ManifestPhoto(msgspec.Struct, frozen=True, kw_only=True):
    """A photo as the customer's signature names it: SHA-256 of its bytes, lower-case hexadecimal."""

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, msgspec.Meta(ge=1, le=50_000_000)]
    media_type: Annotated[str, msgspec.Meta(pattern="^image/(jpeg|png|webp|heic)$")]
    taken_at: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    role: Annotated[str, msgspec.Meta(max_length=60)] = "customer"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer signed: argument `manifest` of `job.complete`. `strokes`: lists of [x, y, ms, pressure].
    Signed as canonical JSON (RFC 8785) by the device's key; fields not named here are signed and kept as well."""

    job_id: UUID
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    locale: Annotated[str, msgspec.Meta(pattern="^(zh-CN|en)$")]
    signer: Signer
    photos: Annotated[list[ManifestPhoto], msgspec.Meta(max_length=40)]
    finished_at: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    strokes: Annotated[list[list[list[float]]], msgspec.Meta(max_length=400)] = []
    report: dict[str, Any] = {}
    checklist: dict[str, Any] = {}
    parts: dict[str, int] = {}
    fees: list[dict[str, Any]] = []
    arrival: dict[str, Any] | None = None
    position: dict[str, Any] | None = None
    rating: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None


class Photo(Answer, frozen=True, kw_only=True):
    sha256: str
    size: int
    media_type: str
    received_at: Instant | None


class Completion(Answer, frozen=True, kw_only=True):
    id: UUID
    job_id: UUID
    device_id: UUID
    digest: str
    valid: bool
    fault: str | None
    received_at: Instant
    photos: list[Photo]
    manifest: dict[str, Any]
