"""Signed completions as they come in, and the photos that follow them."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.engine import Judged
from offline_sync.operation import Operation, RecordKey
from offline_sync.record import Record
from schemas.errors import Code
from schemas.evidence import Completion, Photo
from server.evidence import rules, store
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.storage import Blobs, DigestMismatch, StorageFull, TooLong

_SIGNED = ("job.complete", "job.cannot_complete")


def faults(operations: Iterable[Operation], public_key: Mapping[str, Any]) -> dict[str, str]:
    """op_id → why the completion it carries does not hold. Operations of another shape are left to their own rules."""
    found: dict[str, str] = {}
    now = clock.now()
    for operation in operations:
        manifest, signature = operation.args.get("manifest"), operation.args.get("signature")
        if operation.kind in _SIGNED and isinstance(manifest, dict) and isinstance(signature, str):
            fault = rules.fault(manifest, signature, operation.record.id, public_key, now)
            if fault is not None:
                found[operation.op_id] = fault.value
    return found


async def keep(judged: Iterable[Judged], jobs: Mapping[RecordKey, Record], device: Mapping[str, Any]) -> None:
    """Stores every completion of a push, whatever was decided about it, and what photos it waits for. One of a job that
    is unknown belongs to the outlet of the device."""
    completions, photos = [], []
    for one in judged:
        fact = next((f for f in one.facts if f.name == "completion"), None)
        job = jobs.get(one.operation.record)
        if fact is not None:
            place = device if job is None else job.fields
            completions.append(_row(one.operation, place, device, fact.data["fault"]))
            photos += _photo_rows(one.operation)
    if completions:
        await store.add_completions(completions)
    if photos:
        await store.expect_photos(photos)


def _row(
    operation: Operation, place: Mapping[str, Any], device: Mapping[str, Any], fault: str | None
) -> tuple[Any, ...]:
    manifest = operation.args["manifest"]
    try:
        kept = rules.canonical(manifest)
    except ValueError:
        kept = msgspec.json.encode(manifest)  # held as it came
    return (
        UUID(operation.op_id),
        UUID(operation.record.id),
        UUID(str(place["centre_id"])),
        UUID(str(place["outlet_id"])),
        device["technician_id"],
        device["id"],
        UUID(operation.op_id),
        kept.decode(),
        rules.digest(kept),
        operation.args["signature"],
        fault is None,
        fault,
    )


def _photo_rows(operation: Operation) -> list[tuple[Any, ...]]:
    manifest = rules.read_manifest(operation.args["manifest"])
    job_id = UUID(operation.record.id)
    named = {p.sha256: p for p in manifest.photos} if manifest else {}
    return [(UUID(operation.op_id), job_id, p.sha256, p.size, p.media_type) for p in named.values()]


async def receive_photo(caller: Caller, blobs: Blobs, digest: str, chunks: AsyncIterator[bytes]) -> bool:
    """Keeps a photo that a completion of the caller's names. False when it was there already. Raises `Refused`."""
    expected = await store.expected_photo(caller.user_id, digest)
    if expected is None:
        raise Refused(Code.PHOTO_NOT_EXPECTED, digest)
    if expected["received_at"] is not None:
        return False
    try:
        await blobs.put(digest, expected["size"], chunks)
    except DigestMismatch as fault:
        raise Refused(Code.DIGEST_MISMATCH) from fault
    except TooLong as fault:
        raise Refused(Code.SIZE_MISMATCH, f"the manifest says {expected['size']} bytes") from fault
    except StorageFull as fault:
        raise Refused(Code.STORAGE_FULL) from fault
    async with db.transaction():
        await store.photo_received(digest, expected["size"])
    return True


async def completions(caller: Caller, job_id: UUID) -> list[Completion]:
    rows = await store.completions(caller.scope, job_id)
    return [
        Completion(
            **{k: r[k] for k in ("id", "job_id", "device_id", "digest", "valid", "fault", "received_at")},
            manifest=msgspec.json.decode(r["manifest"]),
            photos=msgspec.json.decode(r["photos"], type=list[Photo]),
        )
        for r in rows
    ]
