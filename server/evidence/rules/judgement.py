"""Does what was signed hold? Pure: values, bytes and keys in, a `Statement` out.

| it | and then |
| --- | --- |
| is larger, or drawn with more points, than anybody signs | `manifest_too_large`, `strokes_too_many` |
| has no canonical form, or breaks its shape | `manifest_invalid` |
| was signed for another job | `manifest_other_job` |
| was signed for another outcome, or another reason, than is reported | `manifest_other_outcome` |
| bears neither a signature nor a refusal | `manifest_unsigned` |
| says that it happened before 2000, or after tomorrow | `time_out_of_range` |
| adds to nothing that we hold of the job | `addendum_unmatched` |
| was handed in before, under another operation | `manifest_replayed` |
| is signed by another device of the same person, one that is revoked, or nobody we know | `signature_other_device`, |
| | `signature_revoked_device`, `signature_invalid` |

The first that is true is told. Whatever is told, the statement is kept as it came.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from offline_sync.operation import canonical as as_it_came
from schemas.errors import Code
from schemas.evidence import MAX_MANIFEST_BYTES, MAX_POINTS, Addendum, Manifest
from server.evidence.rules.forms import addendum_of, manifest_of
from server.evidence.rules.proof import canonical, digest, signed_by

Kind = Literal["completed", "cannot_complete", "addendum"]

#: Operations that carry what was signed. `cannot_complete` may.
KINDS: Mapping[str, Kind] = {
    "job.complete": "completed",
    "job.cannot_complete": "cannot_complete",
    "job.addendum": "addendum",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What was signed, as it came. `kept`: its canonical JSON, or what comes nearest where it has none; `shown`: read
    in its shape, None where it breaks it. `extends`: the completion that an addendum adds to; `own`: that is the same
    technician's."""

    kind: Kind
    job_id: str
    kept: bytes
    digest: str
    signature: str
    shown: Manifest | Addendum | None
    fault: Code | None
    extends: UUID | None = None
    own: bool = False

    @property
    def adds_to(self) -> str | None:
        """The digest of what an addendum adds to."""
        return self.shown.extends if isinstance(self.shown, Addendum) else None


@dataclass(frozen=True, slots=True)
class Held:
    """A statement that was kept before."""

    id: str
    job_id: str
    kind: str
    digest: str
    valid: bool
    technician_id: str | None


# Keeps C-7 of docs/sync-protocol.md.
def read(kind: Kind, args: Mapping[str, Any], job_id: str, now: datetime) -> Statement:
    """What can be said of it by itself; nobody has looked at the signature yet. `args`: of the operation."""
    manifest, signature = args["manifest"], args.get("signature") or ""
    fault, kept = _measured(manifest)
    shown: Manifest | Addendum | None = None
    if fault is None:
        shown = addendum_of(kept) if kind == "addendum" else manifest_of(kept)
        fault = Code.MANIFEST_INVALID if shown is None else _broken(kind, shown, args, job_id, now)
    return Statement(kind, job_id, kept, digest(kept), signature, shown, fault)


def _measured(manifest: Mapping[str, Any]) -> tuple[Code | None, bytes]:
    """The bytes to keep. What is too much is found before much work is done about it."""
    if _drawn(manifest) > MAX_POINTS:
        return Code.STROKES_TOO_MANY, as_it_came(manifest)
    try:
        if len(msgspec.json.encode(manifest)) > 2 * MAX_MANIFEST_BYTES:
            return Code.MANIFEST_TOO_LARGE, as_it_came(manifest)
        kept = canonical(manifest)
    except (ValueError, OverflowError):
        return Code.MANIFEST_INVALID, as_it_came(manifest)
    return (Code.MANIFEST_TOO_LARGE if len(kept) > MAX_MANIFEST_BYTES else None), kept


def _drawn(manifest: Mapping[str, Any]) -> int:
    """How many points the signer and a witness drew."""
    refusal = manifest.get("refusal")
    witness = refusal.get("witness") if isinstance(refusal, dict) else None
    drawings = [manifest.get("strokes"), witness.get("strokes") if isinstance(witness, dict) else None]
    return sum(
        len(stroke) if isinstance(stroke, list) else 1
        for strokes in drawings
        if isinstance(strokes, list)
        for stroke in strokes
    )


def _broken(kind: Kind, shown: Manifest | Addendum, args: Mapping[str, Any], job_id: str, now: datetime) -> Code | None:
    if str(shown.job_id) != job_id:
        return Code.MANIFEST_OTHER_JOB
    if isinstance(shown, Addendum):
        if not (shown.note or shown.photos):
            return Code.MANIFEST_INVALID
        return None if _believable(shown.made_at, now) else Code.TIME_OUT_OF_RANGE
    if shown.form > 1:
        if shown.outcome != kind or (kind == "cannot_complete" and shown.reason != args.get("reason")):
            return Code.MANIFEST_OTHER_OUTCOME
        if not _either_or(shown):
            return Code.MANIFEST_UNSIGNED
    told = [shown.finished_at, *([shown.arrival.at] if shown.arrival else [])]
    return None if all(_believable(instant, now) for instant in told) else Code.TIME_OUT_OF_RANGE


def _either_or(manifest: Manifest) -> bool:
    """A name with strokes, or a refusal; never both, never neither."""
    drawn, named = any(manifest.strokes), manifest.signer is not None
    return not (drawn or named) if manifest.refusal is not None else drawn and named


_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


def _believable(instant: str, now: datetime) -> bool:
    """Whether a signed instant lies between 2000 and tomorrow. What is no ISO date and time is only words."""
    try:
        parsed = datetime.fromisoformat(instant)
        stamp = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return _EARLIEST <= stamp <= now + _AHEAD
    except ValueError:
        return True
    except OverflowError:
        return False


def verified(statement: Statement, public_key: Mapping[str, Any]) -> Statement:
    """With the signature looked at. `public_key`: the device's JWK."""
    if statement.fault is None and not signed_by(public_key, statement.kept, statement.signature):
        return replace(statement, fault=Code.SIGNATURE_INVALID)
    return statement


# Keeps C-8 of docs/sync-protocol.md.
def compared(statement: Statement, op_id: str, technician_id: str | None, held: Iterable[Held]) -> Statement:
    """Beside what is held already. `technician_id`: whose it is; `held`: at least what has the statement's digest, or
    the one it adds to."""
    standing = [h for h in held if h.id != op_id]
    original = next((h for h in standing if h.digest == statement.adds_to and h.kind != "addendum"), None)
    if statement.adds_to is not None:
        if original is None or original.job_id != statement.job_id:
            return _at_fault(statement, Code.ADDENDUM_UNMATCHED)
        own = technician_id is not None and original.technician_id == technician_id
        statement = replace(statement, extends=UUID(original.id), own=own)
    replayed = any(h.valid and h.digest == statement.digest for h in standing)
    return _at_fault(statement, Code.MANIFEST_REPLAYED) if replayed else statement


def _at_fault(statement: Statement, code: Code) -> Statement:
    """What is known of the signature is less telling than this; what is known of the content is more."""
    if statement.fault in (None, Code.SIGNATURE_INVALID):
        return replace(statement, fault=code)
    return statement


def attributed(statement: Statement, others: Sequence[tuple[Mapping[str, Any], bool]]) -> Statement:
    """Whose signature it is, when it is not this device's. `others`: the person's other devices, key and whether it is
    revoked."""
    if statement.fault is not Code.SIGNATURE_INVALID:
        return statement
    for public_key, revoked in others:
        if signed_by(public_key, statement.kept, statement.signature):
            return replace(statement, fault=Code.SIGNATURE_REVOKED_DEVICE if revoked else Code.SIGNATURE_OTHER_DEVICE)
    return statement


def fault(
    manifest: Mapping[str, Any], signature: str, job_id: str, public_key: Mapping[str, Any], now: datetime
) -> Code | None:
    """Why a completion does not hold, told without what else is held; None when it does."""
    args = {"manifest": manifest, "signature": signature, "reason": manifest.get("reason")}
    kind: Kind = "cannot_complete" if manifest.get("outcome") == "cannot_complete" else "completed"
    return verified(read(kind, args, job_id, now), public_key).fault


def read_manifest(manifest: Mapping[str, Any]) -> Manifest | None:
    """The manifest in its shape; None when it breaks it."""
    try:
        return manifest_of(canonical(manifest))
    except ValueError:
        return None


def read_addendum(manifest: Mapping[str, Any]) -> Addendum | None:
    """The addendum in its shape; None when it breaks it."""
    try:
        return addendum_of(canonical(manifest))
    except ValueError:
        return None
