"""The bytes that are signed, their digest, and whether a device's signature over them holds. Pure."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import rfc8785
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

_ALGORITHM = "ES256"


#: What JSON of nothing but lists and whole numbers is made of; and, every digit taken for a 0, a number that may have
#: more of them than a float keeps.
_OF_WHOLE_NUMBERS = b"[],-0123456789"
_AS_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_MANY_DIGITS = b"0" * 16


# Keeps C-3 of docs/sync-protocol.md.
def canonical(manifest: Mapping[str, Any]) -> bytes:
    """RFC 8785. Raises `ValueError` for what it cannot express (integers beyond 2^53, NaN, lone surrogates).

    Strokes are most of a manifest, and the library writes numbers one by one: 1.2 of the 2 ms that verifying may take.
    Lists of whole numbers look the same in any compact JSON, so these are written at once.
    """
    try:
        names = sorted(manifest, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(rfc8785.dumps(name) + b":" + _value(manifest[name]) for name in names) + b"}"
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as fault:
        raise ValueError(str(fault)) from fault


def _value(value: Any) -> bytes:
    if isinstance(value, list):
        try:
            written = msgspec.json.encode(value)
        except (UnicodeEncodeError, OverflowError):
            return rfc8785.dumps(value)
        if not written.translate(None, _OF_WHOLE_NUMBERS) and _MANY_DIGITS not in written.translate(_AS_ZEROS):
            return written
    return rfc8785.dumps(value)


def digest(canonical_manifest: bytes) -> str:
    """SHA-256, lower-case hexadecimal."""
    return hashlib.sha256(canonical_manifest).hexdigest()


def signed_by(public_key: Mapping[str, Any], payload: bytes, signature: str) -> bool:
    """Whether `signature`, a detached JWS (RFC 7515, appendix F; ES256), is this key's over `payload`. `public_key`: a
    JWK."""
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
