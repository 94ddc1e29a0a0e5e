"""What the customer signs, and what is added to it later: built, made canonical and signed on the device.

`server/web/shared/replica/manifest.ts` is its twin; tests/vectors/manifest.json holds both to the same bytes. What the
server would hold for a person, because it breaks a limit, is refused here, while the customer is still there to sign
again. Beside `keys` the one module of this package that is not made of the standard library alone: the canonical form
(RFC 8785) of numbers is no place for code of one's own. Nothing of the engine or the replica imports it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import rfc8785

Json = Any
Facts = Mapping[str, Json]

FORM = 2
#: As schemas/evidence.py has them; tests hold the two together.
MAX_POINTS = 20_000
MAX_BYTES = 640 * 1024
MAX_PHOTOS = 40
MAX_DEPTH = 30
MAX_PHOTO_BYTES = 50_000_000
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic"})
#: Text → least and most characters; one with a least of 0 may be left out.
LENGTHS: Mapping[str, tuple[int, int]] = {
    "job_id": (1, 36),
    "text": (1, 20_000),
    "finished_at": (1, 40),
    "made_at": (1, 40),
    "extends": (64, 64),
    "name": (1, 120),
    "role": (0, 60),
    "reason": (1, 400),
    "note": (0, 4000),
    "caption": (0, 200),
    "taken_at": (0, 40),
}

_PRESSURE = 1000
_TENTHS = 10
_EXACT = 2**53 - 1
#: From here on a whole number is written with an exponent, and read as a float again.
_EXPONENT = 10**21


class Signs(Protocol):
    def sign(self, payload: bytes) -> str: ...


class ManifestRefused(ValueError):
    """It cannot be signed so. `code`: as the server would say it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


# What a phone asks for: the arguments of an operation, in one call.


def complete(facts: Facts, key: Signs) -> dict[str, Json]:
    """Arguments of `job.complete`. `facts`: as `schemas.evidence.Manifest` names them, in JSON; what is None is left
    out. Either `signer` and `strokes`, or a `refusal`. Raises `ManifestRefused`."""
    return signed(_manifest({**facts, "outcome": "completed"}), key)


def cannot_complete(facts: Facts, reason: str, key: Signs, cause: str | None = None) -> dict[str, Json]:
    """Arguments of `job.cannot_complete`, with what the customer signs of it. `cause`: what stops the promise's clock.
    Raises `ManifestRefused`."""
    manifest = _manifest({**facts, "outcome": "cannot_complete", "reason": reason})
    return {"reason": reason, **({} if cause is None else {"cause": cause}), **signed(manifest, key)}


def addendum(facts: Facts, key: Signs) -> dict[str, Json]:
    """Arguments of `job.addendum`. `facts`: as `schemas.evidence.Addendum` names them. Raises `ManifestRefused`."""
    said = _present(facts)
    if not said.get("note") and not said.get("photos"):
        raise ManifestRefused("manifest_invalid", "an addendum has a note or photos")
    _check_texts(said, "job_id", "extends", "made_at", "note")
    _check_photos(said)
    return signed({**said, "form": FORM}, key)


def signed(manifest: Mapping[str, Json], key: Signs) -> dict[str, Json]:
    """The manifest with the device's signature over its canonical JSON. Raises `ManifestRefused`."""
    return {"manifest": dict(manifest), "signature": key.sign(canonical(manifest))}


# Keeps C-3 of docs/sync-protocol.md.
def canonical(manifest: Mapping[str, Json]) -> bytes:
    """RFC 8785. Raises `ManifestRefused` for what has no such form, or reads as another number afterwards."""
    _check_values(manifest, MAX_DEPTH)
    try:
        made = rfc8785.dumps(dict(manifest))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as fault:
        raise ManifestRefused("manifest_invalid", str(fault)) from fault
    if len(made) > MAX_BYTES:
        raise ManifestRefused("manifest_too_large", f"{len(made)} bytes; at most {MAX_BYTES}")
    return made


def digest(manifest: Mapping[str, Json]) -> str:
    """SHA-256 of the canonical manifest: what an addendum `extends`."""
    return hashlib.sha256(canonical(manifest)).hexdigest()


# What goes into it.


def strokes(pad: Iterable[Sequence[Mapping[str, float]]]) -> list[list[list[int]]]:
    """A pad's strokes, points of `x` and `y` in CSS pixels, `time` in milliseconds and `pressure` from 0 to 1, as
    whole numbers: tenths of a pixel, milliseconds since the first point, thousandths."""
    drawn = [list(stroke) for stroke in pad]
    begun = min((point["time"] for stroke in drawn for point in stroke), default=0)
    return [
        [
            [
                _rounded(point["x"] * _TENTHS),
                _rounded(point["y"] * _TENTHS),
                _rounded(point["time"] - begun),
                min(max(_rounded(point["pressure"] * _PRESSURE), 0), _PRESSURE),
            ]
            for point in stroke
        ]
        for stroke in drawn
        if stroke
    ]


def photo(content: bytes, media_type: str, taken_at: str = "", caption: str = "") -> dict[str, Json]:
    """A photo as a manifest names it: by its original bytes."""
    named = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "media_type": media_type}
    return named | {name: text for name, text in (("taken_at", taken_at), ("caption", caption)) if text}


def _rounded(value: float) -> int:
    """Halves go up, as in every browser."""
    return math.floor(value + 0.5)


def _manifest(facts: Facts) -> dict[str, Json]:
    said = _present(facts)
    _check_texts(said, "job_id", "text", "finished_at", *(["reason"] if "reason" in said else []))
    _check_photos(said)
    _check_signing(said)
    if said.get("rating", 1) not in range(1, 6):
        raise ManifestRefused("manifest_invalid", "a rating is 1 to 5")
    return {**said, "form": FORM, "photos": said.get("photos", [])}


def _present(facts: Facts) -> dict[str, Json]:
    return {name: value for name, value in facts.items() if value is not None}


def _check_texts(said: Facts, *names: str) -> None:
    for name in names:
        least, most = LENGTHS[name]
        if not least <= len(said.get(name, "")) <= most:
            raise ManifestRefused("manifest_invalid", f"{name} has {least} to {most} characters")


def _check_photos(said: Facts) -> None:
    photos = said.get("photos", ())
    if len(photos) > MAX_PHOTOS:
        raise ManifestRefused("manifest_invalid", f"at most {MAX_PHOTOS} photos")
    for photo in photos:
        _check_texts(photo, "caption", "taken_at")
        if photo["media_type"] not in PHOTO_TYPES or not 0 < photo["size"] <= MAX_PHOTO_BYTES:
            raise ManifestRefused("manifest_invalid", "a photo of another type, or too large")


# Keeps C-5 and C-9 of docs/sync-protocol.md.
def _check_signing(said: Facts) -> None:
    """Either a name with strokes or a refusal; never both, never neither."""
    drawn, named, refusal = any(said.get("strokes", ())), "signer" in said, said.get("refusal")
    if (drawn or named) if refusal is not None else not (drawn and named):
        raise ManifestRefused("manifest_unsigned", "either signer and strokes, or a refusal")
    witness = (refusal or {}).get("witness") or {}
    if refusal is not None:
        _check_texts(refusal, "reason")
    for person in (said.get("signer"), witness or None):
        if person is not None:
            _check_texts(person, "name", "role")
    points = sum(map(len, (*said.get("strokes", ()), *witness.get("strokes", ()))))
    if points > MAX_POINTS:
        raise ManifestRefused("strokes_too_many", f"{points} points; at most {MAX_POINTS}")


_CONTROLS = {c for c in range(0x20) if c not in (0x09, 0x0A, 0x0D)} | {0x7F}
_REORDERING = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
#: Characters that no text may hold (docs/sync-protocol.md, "Limits").
FORBIDDEN = frozenset(_CONTROLS | _REORDERING | set(range(0xD800, 0xE000)) | {0xFFFE, 0xFFFF})


def _check_values(value: Json, levels: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, (int, float)):
        _check_number(value)
    elif levels == 0:
        raise ManifestRefused("nested_too_deep", f"nested more than {MAX_DEPTH} deep")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            _check_text(name)
            _check_values(inner, levels - 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _check_values(inner, levels - 1)
    else:
        raise ManifestRefused("manifest_invalid", f"{type(value).__name__} is no JSON")


def _check_text(text: str) -> None:
    if text.isascii() and text.isprintable():
        return
    found = next((c for c in text if ord(c) in FORBIDDEN), None)
    if found is not None:
        raise ManifestRefused("text_forbidden_character", f"U+{ord(found):04X}")


def _check_number(value: float) -> None:
    if not math.isfinite(value):
        raise ManifestRefused("number_not_finite", "a number is not finite")
    if _EXACT < abs(value) < _EXPONENT or (isinstance(value, int) and abs(value) > _EXACT):
        raise ManifestRefused("manifest_invalid", f"{value} cannot be told from its neighbours")
