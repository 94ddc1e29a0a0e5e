"""The device's key: ES256, made at enrolment. It signs what customers sign, never requests.

The one module of this package, beside `manifest`, that is not made of the standard library alone: elliptic curves are
no place for code of one's own. Nothing of the engine or the replica imports it, so a device that signs nothing, and
the server, do without.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

_BYTES = 32
_HEADER = {"alg": "ES256"}


# Keeps E-5 of docs/sync-protocol.md.
class DeviceKey:
    """A private key on P-256. `public`: its public half as a JWK (RFC 7517), for `POST /devices`."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        if not isinstance(private.curve, ec.SECP256R1):
            raise ValueError("a device's key is on P-256")
        self._private = private

    @classmethod
    def generate(cls) -> DeviceKey:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, path: Path) -> DeviceKey:
        """Raises `ValueError` for a file that holds no such key."""
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise ValueError("a device's key is on P-256")
        return cls(private)

    def save(self, path: Path) -> None:
        """For its owner's eyes only, from the first byte on, and on the disk when it returns. Raises `FileExistsError`:
        an identity is never written over."""
        pem = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())

    @property
    def public(self) -> dict[str, str]:
        numbers = self._private.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _base64(_bytes(numbers.x)), "y": _base64(_bytes(numbers.y))}

    def sign(self, payload: bytes) -> str:
        """A detached JWS (RFC 7515, appendix F) over `payload`."""
        header = _base64(json.dumps(_HEADER, separators=(",", ":")).encode())
        r, s = decode_dss_signature(self._private.sign(f"{header}.{_base64(payload)}".encode(), ec.ECDSA(SHA256())))
        return f"{header}..{_base64(_bytes(r) + _bytes(s))}"


def _bytes(number: int) -> bytes:
    return number.to_bytes(_BYTES, "big")


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
