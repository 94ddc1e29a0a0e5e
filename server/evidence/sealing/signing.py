"""Ed25519 signatures over bytes, as JSON Web Signatures. Pure: keys and bytes in, signatures and reasons out.

`alg` is `Ed25519` (RFC 9864), `kid` the RFC 7638 thumbprint of the public key. What is signed lies beside its signature
(detached, RFC 7515 appendix F) or in it (compact). A signature has one spelling: base64url that decodes to the same
bytes but is written otherwise is refused, so that no byte of it may be changed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

_OURS: Final = "Ed25519"
_DEVICES: Final = "ES256"
_LONGEST: Final = 4096

#: kid → public key.
Known = Mapping[str, OKPKey]
Reason = Literal["key_unknown", "signature_invalid"]


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A private key and its name."""

    kid: str
    key: OKPKey

    def detached(self, payload: bytes) -> str:
        header, _, signature = self.compact(payload).split(".")
        return f"{header}..{signature}"

    def compact(self, payload: bytes) -> str:
        return jws.serialize_compact({"alg": _OURS, "kid": self.kid}, payload, self.key, algorithms=[_OURS])


def signer_of(pem: str) -> Signer:
    """Of a private Ed25519 key in PEM. Raises ValueError."""
    try:
        private = load_pem_private_key(pem.encode(), None)
    except (TypeError, ValueError) as fault:
        raise ValueError("no private key in PEM without a password") from fault
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")
    key = OKPKey.import_key(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Signer(key.thumbprint(), key)


def known_of(pems: Iterable[str]) -> dict[str, OKPKey]:
    """Public keys in PEM. Raises ValueError."""
    found = {}
    for pem in pems:
        key = OKPKey.import_key(pem)
        if not isinstance(key.public_key, Ed25519PublicKey):
            raise ValueError("not an Ed25519 key")
        found[key.thumbprint()] = key
    return found


def published(known: Known) -> dict[str, Any]:
    """The public keys as a JWK set (RFC 7517)."""
    named = {"use": "sig", "alg": _OURS}
    return {"keys": [{**key.as_dict(private=False), "kid": kid, **named} for kid, key in known.items()]}


def read_published(content: bytes) -> dict[str, OKPKey] | None:
    """Keys of a JWK set by their thumbprints, whatever it calls them; others than Ed25519 are left out. None: it is no
    JWK set, or has none of ours."""
    try:
        keys = msgspec.json.decode(content, type=_KeySet).keys
    except (msgspec.DecodeError, RecursionError):
        return None
    found: dict[str, OKPKey] = {}
    for jwk in keys[:100]:
        if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519":
            try:
                key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": str(jwk.get("x", ""))})
                found[key.thumbprint()] = key
            except (JoseError, ValueError, TypeError):
                continue
    return found or None


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


def holds(payload: bytes, detached: str, known: Known) -> Reason | None:
    """Why a detached signature of ours does not hold over `payload`; None when it does."""
    header, dots, signature = detached.partition("..")
    if not dots or "." in header or "." in signature:
        return "signature_invalid"
    opened = read_compact(f"{header}.{_b64(payload)}.{signature}", known, longest=None)
    return opened if isinstance(opened, str) else None


def read_compact(compact: str, known: Known, longest: int | None = _LONGEST) -> bytes | Reason:
    """What a compact signature of ours signs, or why it does not hold."""
    parts = compact.split(".")
    if len(parts) != 3 or (longest is not None and len(compact) > longest) or not all(map(_one_spelling, parts)):
        return "signature_invalid"
    key = known.get(kid_of(compact))
    if key is None:
        return "key_unknown"
    try:
        return jws.deserialize_compact(compact, key, algorithms=[_OURS]).payload
    except (JoseError, ValueError, TypeError, RecursionError):
        return "signature_invalid"


def device_signed(payload: bytes, detached: str, jwk: Mapping[str, Any]) -> bool:
    """Whether a phone's detached ES256 signature holds over `payload`."""
    header, dots, signature = detached.partition("..")
    if not dots or not _one_spelling(header) or not _one_spelling(signature):
        return False
    try:
        key = _device_key(jwk)
        jws.deserialize_compact(f"{header}.{_b64(payload)}.{signature}", key, algorithms=[_DEVICES])
    except (JoseError, ValueError, TypeError, RecursionError):
        return False
    return True


def thumbprint(jwk: Mapping[str, Any]) -> str | None:
    """RFC 7638, of a phone's public key; None when it is none."""
    try:
        return _device_key(jwk).thumbprint()
    except (JoseError, ValueError, TypeError):
        return None


def _device_key(jwk: Mapping[str, Any]) -> ECKey:
    """Raises ValueError or JoseError. A number has one spelling, as a signature has."""
    kind, curve, x, y = (str(jwk.get(name, "")) for name in ("kty", "crv", "x", "y"))
    if (kind, curve) != ("EC", "P-256") or not _one_spelling(x) or not _one_spelling(y):
        raise ValueError("no P-256 key")
    return ECKey.import_key({"kty": kind, "crv": curve, "x": x, "y": y})


def kid_of(signature: str) -> str:
    """The key a signature names, empty when it names none. Nobody has vouched for it yet: what is signed names its key
    as well, and the two must agree, or a changed name would pass for a key that is only unknown here."""
    try:
        named = msgspec.json.decode(_bytes(signature.partition(".")[0]), type=_Header)
    except (msgspec.DecodeError, ValueError):
        return ""
    return named.kid


class _Header(msgspec.Struct):
    kid: str = ""


def _one_spelling(text: str) -> bool:
    try:
        return bool(text) and text.isascii() and _b64(_bytes(text)) == text
    except (binascii.Error, ValueError):
        return False


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
