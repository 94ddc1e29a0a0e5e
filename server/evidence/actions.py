"""Signed completions as they come in, and the photos that follow them."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.engine import Judged
from offline_sync.operation import Operation, RecordKey
from offline_sync.record import Record
from schemas.errors import Code
from schemas.evidence import Completion, HandedIn, Photo
from server.evidence import rules, store
from server.evidence.images import store as images
from server.evidence.reports import store as reports
from server.evidence.sealing import actions as sealing
from server.evidence.uploads import store as uploads
from server.platform import clock
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.storage import Blobs, DigestMismatch, StorageFull, TooLong

#: How many other devices of a person are asked whether a signature is theirs.
_DEVICES_ASKED = 20

Read = Mapping[str, rules.Statement]


async def read(operations: Iterable[Operation], device: Mapping[str, Any]) -> dict[str, rules.Statement]:
    """op_id → what the operation says was signed, and whether it holds beside what is held already. Operations of
    another shape are left to their own rules. Asks the database only when something was signed."""
    now = clock.now()
    found = {
        o.op_id: rules.read(rules.KINDS[o.kind], o.args, o.record.id, now) for o in operations if _bears_statement(o)
    }
    if not found:
        return {}
    key, technician = msgspec.json.decode(device["public_key"]), _text(device["technician_id"])
    digests = {s.digest for s in found.values()} | {s.adds_to for s in found.values() if s.adds_to is not None}
    held = [rules.Held(**dict(row)) for row in await store.held(digests)]
    for op_id, statement in found.items():
        seen = rules.compared(rules.verified(statement, key), op_id, technician, held)
        if seen.fault is Code.SIGNATURE_INVALID:
            others = await store.other_keys(device["id"], _DEVICES_ASKED)
            seen = rules.attributed(seen, [(msgspec.json.decode(r["public_key"]), r["revoked"]) for r in others])
        found[op_id] = seen
        # What comes after it in this push finds it too.
        held.append(rules.Held(op_id, seen.job_id, seen.kind, seen.digest, seen.fault is None, technician))
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _bears_statement(operation: Operation) -> bool:
    manifest, signature = operation.args.get("manifest"), operation.args.get("signature")
    fits = isinstance(manifest, dict) and (signature is None or isinstance(signature, str))
    return operation.kind in rules.KINDS and fits


def faults(read: Read) -> dict[str, str]:
    """op_id → why what it says was signed does not hold."""
    return {op_id: statement.fault.value for op_id, statement in read.items() if statement.fault is not None}


async def keep(
    judged: Iterable[Judged], jobs: Mapping[RecordKey, Record], device: Mapping[str, Any], read: Read
) -> None:
    """Stores every statement of a push, whatever was decided about it, and what photos it waits for. One of a job that
    is unknown belongs to the outlet of the device."""
    completions, photos = [], []
    for one in judged:
        job = jobs.get(one.operation.record)
        if any(fact.name == "completion" for fact in one.facts):
            statement, place = read[one.operation.op_id], device if job is None else job.fields
            extends = statement.extends if job is not None or statement.own else None
            completions.append(_row(one.operation, statement, extends, place, device))
            photos += _photo_rows(one.operation, statement)
    if completions:
        await store.add_completions(completions)
    if photos:
        await store.expect_photos(photos)


def _row(
    operation: Operation,
    statement: rules.Statement,
    extends: UUID | None,
    place: Mapping[str, Any],
    device: Mapping[str, Any],
) -> tuple[Any, ...]:
    return (
        UUID(operation.op_id),
        UUID(operation.record.id),
        UUID(str(place["centre_id"])),
        UUID(str(place["outlet_id"])),
        device["technician_id"],
        device["id"],
        UUID(operation.op_id),
        statement.kept.decode("utf-8", "backslashreplace"),
        statement.digest,
        statement.signature,
        statement.fault is None,
        statement.fault,
        statement.kind,
        extends,
    )


def _photo_rows(operation: Operation, statement: rules.Statement) -> list[tuple[Any, ...]]:
    job_id = UUID(operation.record.id)
    named = {p.sha256: p for p in statement.shown.photos} if statement.shown else {}
    return [(UUID(operation.op_id), job_id, p.sha256, p.size, p.media_type) for p in named.values()]


async def receive_photo(caller: Caller, blobs: Blobs, digest: str, chunks: AsyncIterator[bytes]) -> bool:
    """Keeps a photo that a completion of the caller's names. False when it was there already, undamaged. Raises
    `Refused`."""
    expected = await store.expected_photo(caller.user_id, digest)
    if expected is None:
        raise Refused(Code.PHOTO_NOT_EXPECTED, digest)
    if not expected["allowed"]:
        raise Refused(Code.DEVICE_REVOKED)
    if expected["received_at"] is not None and await blobs.intact(digest):
        return False
    try:
        await blobs.put(digest, expected["size"], chunks)
    except DigestMismatch as fault:
        raise Refused(Code.DIGEST_MISMATCH) from fault
    except TooLong as fault:
        raise Refused(Code.SIZE_MISMATCH, f"the manifest says {expected['size']} bytes") from fault
    except StorageFull as fault:
        raise Refused(Code.STORAGE_FULL) from fault
    await photo_arrived(digest, expected["size"])
    return True


async def photo_arrived(digest: str, size: int) -> list[UUID]:
    """Its bytes are in the store, whichever way they came: everybody who waits for them learns of it. Returns the jobs
    that waited. The one end of every way in."""
    return await store.photo_received(digest, size, [uploads.received(digest), images.expected([digest])])


_TOLD = (*("id", "job_id", "kind", "extends", "technician_id", "device_id", "digest", "valid", "fault", "received_at"),)


async def completions(caller: Caller, job_id: UUID) -> list[Completion]:
    rows = await store.completions(caller.scope, job_id)
    if not rows:
        return []
    ids = [r["id"] for r in rows]
    seals = await sealing.seals(ids)
    printed: Mapping[UUID, Any] = await reports.states(ids)
    return [
        Completion(
            **{k: r[k] for k in _TOLD},
            manifest=msgspec.json.decode(r["manifest"]),
            photos=msgspec.json.decode(r["photos"], type=list[Photo]),
            seal=seals.get(r["id"]),
            report=printed.get(r["id"]),
        )
        for r in rows
    ]


async def handed_in(caller: Caller, completion_ids: Collection[UUID]) -> list[HandedIn]:
    """How far the caller's own statements are; those that are not here, or not theirs, are left out."""
    rows = await store.handed_in(caller.user_id, completion_ids)
    seals = await sealing.seals([r["id"] for r in rows]) if rows else {}
    return [
        HandedIn(
            **{k: r[k] for k in ("id", "job_id", "kind", "valid", "fault", "received_at")},
            photos=msgspec.json.decode(r["photos"], type=list[Photo]),
            seal=seals.get(r["id"]),
        )
        for r in rows
    ]
