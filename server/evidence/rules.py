"""Does a signed completion hold? Pure: bytes and keys in, a reason out."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import rfc8785
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from schemas.errors import Code
from schemas.evidence import Manifest

_ALGORITHM = "ES256"


# Keeps C-3 of docs/sync-protocol.md.
def canonical(manifest: Mapping[str, Any]) -> bytes:
    """RFC 8785. Raises `ValueError` for what it cannot express (integers beyond 2^53, NaN, lone surrogates)."""
    try:
        return rfc8785.dumps(dict(manifest))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as fault:
        raise ValueError(str(fault)) from fault


def digest(canonical_manifest: bytes) -> str:
    return hashlib.sha256(canonical_manifest).hexdigest()


def read_manifest(manifest: Mapping[str, Any]) -> Manifest | None:
    """The manifest in its shape; None when it breaks it."""
    try:
        return msgspec.convert(manifest, Manifest)
    except msgspec.ValidationError:
        return None


def fault(
    manifest: Mapping[str, Any], signature: str, job_id: str, public_key: Mapping[str, Any], now: datetime
) -> Code | None:
    """Why the completion does not hold; None when it does. `signature`: detached JWS (RFC 7515, appendix F) over the
    canonical manifest; `public_key`: the device's JWK."""
    shaped = read_manifest(manifest)
    if shaped is None or str(shaped.job_id) != job_id:
        return Code.MANIFEST_INVALID
    if not _believable(shaped.finished_at, now):
        return Code.TIME_OUT_OF_RANGE
    try:
        payload = canonical(manifest)
    except ValueError:
        return Code.MANIFEST_INVALID
    return None if _signed(payload, signature, public_key) else Code.SIGNATURE_INVALID


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


def _signed(payload: bytes, signature: str, public_key: Mapping[str, Any]) -> bool:
    header, dot, rest = signature.partition("..")
    if not dot or "." in header or "." in rest:
        return False
    compact = f"{header}.{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}.{rest}"
    try:
        key = ECKey.import_key({k: v for k, v in public_key.items() if k in ("kty", "crv", "x", "y")})
        jws.deserialize_compact(compact, key, algorithms=[_ALGORITHM])
    except (JoseError, ValueError, TypeError):
        return False
    return True
