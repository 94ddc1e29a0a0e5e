"""What was signed, read from its canonical bytes, whichever form it was made in. Pure.

Only for reading: what is kept, verified and shown as signed are always the bytes. Form 1 left most of its members open;
what of them does not fit today's shape is as if it were not said.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from schemas.evidence import (
    MAX_PHOTOS,
    Addendum,
    Checked,
    Fee,
    Locale,
    Manifest,
    ManifestPhoto,
    Moment,
    Point,
    Position,
    Said,
    Signer,
)

T = TypeVar("T")


class _Form(msgspec.Struct, frozen=True):
    form: int = 1


class _Form1(msgspec.Struct, frozen=True, kw_only=True):
    """As apps of the first releases signed it. `strokes`: lists of [x, y, ms, pressure]."""

    job_id: UUID
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    locale: Locale
    signer: Signer
    photos: Annotated[list[ManifestPhoto], msgspec.Meta(max_length=MAX_PHOTOS)]
    finished_at: Said
    strokes: Annotated[list[list[list[float]]], msgspec.Meta(max_length=400)] = []
    report: dict[str, Any] = {}
    checklist: dict[str, Any] = {}
    parts: dict[str, int] = {}
    fees: list[dict[str, Any]] = []
    arrival: dict[str, Any] | None = None
    position: dict[str, Any] | None = None
    rating: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None


_FORM = msgspec.json.Decoder(_Form)
_FORM_1 = msgspec.json.Decoder(_Form1)
_MANIFEST = msgspec.json.Decoder(Manifest)
_ADDENDUM = msgspec.json.Decoder(Addendum)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def manifest_of(signed: bytes) -> Manifest | None:
    """The manifest in its shape; None when it breaks it. `signed`: JSON."""
    try:
        if _FORM.decode(signed).form == 1:
            return _today(_FORM_1.decode(signed))
        return _MANIFEST.decode(signed)
    except _UNREADABLE:
        return None


def addendum_of(signed: bytes) -> Addendum | None:
    """The same for an addendum."""
    try:
        return _ADDENDUM.decode(signed)
    except _UNREADABLE:
        return None


def _today(old: _Form1) -> Manifest:
    return Manifest(
        job_id=old.job_id,
        text=old.text,
        locale=old.locale,
        signer=old.signer,
        strokes=[[_point(point) for point in stroke if len(point) >= 2] for stroke in old.strokes],
        photos=old.photos,
        finished_at=old.finished_at,
        arrival=_fitting(old.arrival, Moment),
        report=old.report,
        checklist={item: checked for item, said in old.checklist.items() if (checked := _checked(said)) is not None},
        parts=old.parts,
        fees=[fee for said in old.fees if (fee := _fitting(said, Fee)) is not None],
        position=_fitting(old.position, Position),
        rating=old.rating,
    )


def _fitting(said: Mapping[str, Any] | None, type_: type[T]) -> T | None:
    try:
        return None if said is None else msgspec.convert(said, type_)
    except msgspec.ValidationError:
        return None


def _checked(said: Any) -> Checked | None:
    return Checked(done=said) if isinstance(said, bool) else _fitting(said, Checked) if said is not None else None


def _point(said: list[float]) -> Point:
    """CSS pixels and pressures from 0 to 1, in today's units."""
    x, y, ms, pressure = [*said, 0.0, 0.5][:4] if len(said) < 4 else said[:4]
    most = 1_000_000
    return (
        round(min(max(x * 10, -most), most)),
        round(min(max(y * 10, -most), most)),
        round(min(max(ms, 0), 86_400_000)),
        round(min(max(pressure * 1000, 0), 1000)),
    )
