"""Signed completions: what a customer signs, what may be added to it later, and what the office reads of both.

A manifest is signed as canonical JSON (RFC 8785) by the device's key. Members that are not named here are signed and
kept as well. `form` says by which release of this file a manifest was made:

| form | differs in |
| --- | --- |
| 1 | has no `form`; strokes are floats (CSS pixels, pressure 0 to 1); may bear neither strokes nor a refusal |
| 2 | as below |
"""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant
from schemas.sealing import Seal

FORM = 2
#: Points of all strokes of a manifest together, a witness's included.
MAX_POINTS = 20_000
#: Bytes of canonical JSON.
MAX_MANIFEST_BYTES = 640 * 1024
MAX_PHOTOS = 40

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
#: ISO 8601, as the phone's clock had it.
Said = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
SignersName = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
SignersRole = Annotated[str, msgspec.Meta(max_length=60)]
Locale = Literal["zh-CN", "en"]

_Offset = Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)]
#: x and y in tenths of a CSS pixel from the pad's upper left corner, milliseconds since the first point of all,
#: pressure in thousandths.
Point = tuple[
    _Offset, _Offset, Annotated[int, msgspec.Meta(ge=0, le=86_400_000)], Annotated[int, msgspec.Meta(ge=0, le=1000)]
]
Strokes = Annotated[list[list[Point]], msgspec.Meta(max_length=2000)]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The device's clocks, raw: epoch milliseconds, milliseconds on a clock that never jumps, and the span in which
    those can be compared."""

    wall_ms: int
    monotonic_ms: int
    boot_id: Annotated[str, msgspec.Meta(max_length=80)]


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """The server's clock (epoch milliseconds), as it answered what the device sent when its own clocks said
    `reading`."""

    server_ms: int
    reading: Reading


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    at: Said
    reading: Reading | None = None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """WGS 84 degrees; accuracy in metres."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | None = None


class Fee(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    amount_minor: Annotated[int, msgspec.Meta(ge=-(10**12), le=10**12)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "CNY"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the checklist. `text`: as it was shown to the customer."""

    done: bool
    text: Annotated[str, msgspec.Meta(max_length=400)] = ""
    value: Annotated[str, msgspec.Meta(max_length=400)] | None = None


class ManifestPhoto(msgspec.Struct, frozen=True, kw_only=True):
    """A photo as the customer's signature names it: SHA-256 of its bytes, lower-case hexadecimal."""

    sha256: Sha256
    size: Annotated[int, msgspec.Meta(ge=1, le=50_000_000)]
    media_type: Annotated[str, msgspec.Meta(pattern="^image/(jpeg|png|webp|heic)$")]
    taken_at: Annotated[str, msgspec.Meta(max_length=40)] = ""
    caption: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    name: SignersName
    role: SignersRole = "customer"


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who confirms that the customer would not, or could not, sign."""

    name: SignersName
    role: SignersRole = ""
    strokes: Strokes = []


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The customer did not sign: why, as the technician puts it, and who saw it."""

    reason: Words
    witness: Witness | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer signed: argument `manifest` of `job.complete` and `job.cannot_complete`. Either `signer` with
    `strokes`, or a `refusal`. `reason`: why the work cannot be completed, as the operation says it. `finish`: the raw
    clocks of `finished_at`. `conduct`: whether the customer confirms that the rules of conduct were kept. Of `report`
    the server reads what docs/sync-protocol.md, "Products on site", names; `policy` and `coverage` are the warranty's
    version and basis as the customer was told."""

    form: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    job_id: UUID
    outcome: Literal["completed", "cannot_complete"] = "completed"
    reason: Annotated[str, msgspec.Meta(max_length=400)] = ""
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    locale: Locale
    signer: Signer | None = None
    strokes: Strokes = []
    refusal: Refusal | None = None
    photos: Annotated[list[ManifestPhoto], msgspec.Meta(max_length=MAX_PHOTOS)]
    finished_at: Said
    finish: Reading | None = None
    arrival: Moment | None = None
    anchors: Annotated[list[Anchor], msgspec.Meta(max_length=8)] = []
    report: dict[str, Any] = {}
    checklist: dict[str, Checked] = {}
    conduct: bool | None = None
    parts: dict[str, int] = {}
    fees: list[Fee] = []
    position: Position | None = None
    rating: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None


class Addendum(msgspec.Struct, frozen=True, kw_only=True):
    """What is added to a completion after it was signed: argument `manifest` of `job.addendum`. `extends`: SHA-256 of
    the canonical manifest it adds to. The technician says it, not the customer; it changes nothing of the original."""

    form: Annotated[int, msgspec.Meta(ge=2, le=1000)]
    job_id: UUID
    extends: Sha256
    note: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    photos: Annotated[list[ManifestPhoto], msgspec.Meta(max_length=MAX_PHOTOS)] = []
    locale: Locale = "zh-CN"
    made_at: Said
    reading: Reading | None = None
    anchors: Annotated[list[Anchor], msgspec.Meta(max_length=8)] = []


class Photo(Answer, frozen=True, kw_only=True):
    """A photo that was signed. `state`: `awaited` (on the phone still, since `awaited_since`), `received` (here, not
    judged yet), `ready` (it can be shown), `refused` (it cannot, `code` says why; the original is kept). `code` of one
    that is ready: `image_type_differs`, as it is not of the type that was signed. `width`, `height`: upright."""

    sha256: str
    size: int
    media_type: str
    received_at: Instant | None
    awaited_since: Instant | None = None
    state: Literal["awaited", "received", "ready", "refused"] = "awaited"
    code: str | None = None
    width: int | None = None
    height: int | None = None


class Completion(Answer, frozen=True, kw_only=True):
    """`kind`: an addendum is a statement of its own, with its own digest and photos, that `extends` another one; null
    when the server does not hold that. `fault`: why it does not hold. `report`: the state of its PDF; null while none
    was asked for."""

    id: UUID
    job_id: UUID
    kind: Literal["completed", "cannot_complete", "addendum"] = "completed"
    extends: UUID | None = None
    technician_id: UUID | None = None
    device_id: UUID
    digest: str
    valid: bool
    fault: str | None
    received_at: Instant
    photos: list[Photo]
    manifest: dict[str, Any]
    seal: Seal | None = None
    report: Literal["making", "ready", "failed"] | None = None


class HandedIn(Answer, frozen=True, kw_only=True):
    """How far a statement is, for whoever handed it in. `id`: also of the operation that bore it."""

    id: UUID
    job_id: UUID
    kind: Literal["completed", "cannot_complete", "addendum"]
    valid: bool
    fault: str | None
    received_at: Instant
    photos: list[Photo]
    seal: Seal | None = None


class AwaitedPhotos(Answer, frozen=True, kw_only=True):
    """A completion some of whose photos have not come. `number`, `title`: of the job; null when the server does not
    know it. `awaited_since`: when the completion came."""

    completion_id: UUID
    job_id: UUID
    outlet_id: UUID
    technician_id: UUID | None
    kind: Literal["completed", "cannot_complete", "addendum"]
    number: int | None
    title: str | None
    photos: int
    received: int
    awaited_since: Instant
