"""A phone's key, what the customer signs with it, and photos."""

import base64
import hashlib
import io
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Key:
    """ES256."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None) -> None:
        self._private = private or ec.generate_private_key(ec.SECP256R1())

    @classmethod
    def load(cls, path: Path) -> "Key":
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        return cls(private)

    def save(self, path: Path) -> None:
        pem = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)

    @property
    def public(self) -> dict[str, str]:
        """JWK (RFC 7517)."""
        numbers = self._private.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": _b64(x), "y": _b64(y)}

    def sign(self, payload: bytes) -> str:
        """Detached JWS (RFC 7515, appendix F)."""
        header = _b64(b'{"alg":"ES256"}')
        der = self._private.sign(f"{header}.{_b64(payload)}".encode(), ec.ECDSA(SHA256()))
        r, s = decode_dss_signature(der)
        return f"{header}..{_b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def photo(seed: str) -> bytes:
    """A small JPEG; the same seed gives the same bytes."""
    from PIL import Image, ImageDraw

    dice = random.Random(seed)
    image = Image.new("RGB", (320, 240), (dice.randrange(256), dice.randrange(256), dice.randrange(256)))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        box = sorted(dice.randrange(320) for _ in range(2)), sorted(dice.randrange(240) for _ in range(2))
        draw.rectangle((box[0][0], box[1][0], box[0][1], box[1][1]), fill=tuple(dice.randrange(256) for _ in range(3)))
    draw.text((8, 8), seed, fill=(255, 255, 255))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def manifest(
    job_id: str, job: Mapping[str, Any], finished_at: str, photos: Sequence[bytes], dice: random.Random
) -> Any:
    """What is shown to the customer and signed; `finished_at` in ISO 8601."""
    strokes = [[[float(x), float(dice.randrange(60)), float(x * 12), 0.5] for x in range(0, 120, 4)] for _ in range(3)]
    return {
        "job_id": job_id,
        "text": f"{job['title']}: {job['result'] or 'done'}. 费用 0 元。",
        "locale": dice.choice(("zh-CN", "en")),
        "signer": {"name": job["contact_name"], "role": "customer"},
        "photos": [
            {
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "media_type": "image/jpeg",
                "taken_at": finished_at,
            }
            for content in photos
        ],
        "finished_at": finished_at,
        "strokes": strokes,
        "checklist": job["checklist"],
        "parts": job["parts_used"],
        "rating": dice.randint(3, 5),
    }


def completion(made: Any, key: Key) -> dict[str, Any]:
    """Arguments of `job.complete`."""
    return {"manifest": made, "signature": key.sign(rfc8785.dumps(made))}


def digest(made: Any) -> str:
    """SHA-256 of the canonical manifest, as the server keeps it."""
    return hashlib.sha256(rfc8785.dumps(made)).hexdigest()
