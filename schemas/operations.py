"""Arguments of every kind of field operation. `KINDS` is the whole list a phone may push."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from schemas.base import LongText, Name, Phone, Request, ShortText


class Place(Request, frozen=True, kw_only=True):
    """Where the phone was: WGS 84 degrees, accuracy in metres."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | None = None


class Nothing(Request, frozen=True, kw_only=True):
    """`job.accept`, `job.start`, `job.resume`."""


class Somewhere(Request, frozen=True, kw_only=True):
    """`job.set_off`, `job.arrive`."""

    place: Place | None = None


class WithReason(Request, frozen=True, kw_only=True):
    """`job.decline`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


#: What stops the clock of a promise.
Cause = Literal["customer_asked_later", "waiting_for_parts", "no_access"]


class Pause(Request, frozen=True, kw_only=True):
    """`job.pause`. `cause`: the promise stands still as well, until work goes on."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    cause: Cause | None = None


class Check(Request, frozen=True, kw_only=True):
    """`job.check`: one item of the checklist."""

    item: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    done: bool
    value: ShortText | None = None


class Note(Request, frozen=True, kw_only=True):
    """`job.note`."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class UsePart(Request, frozen=True, kw_only=True):
    """`job.use_part`: a difference, so that two people's counts both count."""

    part: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    quantity: Annotated[int, msgspec.Meta(ge=-999, le=999)]


class Read(Request, frozen=True, kw_only=True):
    """`job.read`: one reading, e.g. `pressure_kpa`."""

    reading: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    value: float | Annotated[str, msgspec.Meta(max_length=120)]


#: No line end after it, where `$` alone would let one through.
_WHOLE = r"$(?!\n)"
Gtin14 = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{14}" + _WHOLE)]
#: Up to 20 of the characters that GS1 allows in a serial (character set 82).
ScannedSerial = Annotated[str, msgspec.Meta(pattern=r"^[!\"%-?A-Z_a-z]{1,20}" + _WHOLE)]
Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}" + _WHOLE)]


class Scan(Request, frozen=True, kw_only=True):
    """`job.scan`: the code on the product that stands there. `unit_id`: the unit that the phone holds under this code,
    left out when it holds none; the server looks for itself."""

    gtin: Gtin14
    serial: ScannedSerial
    unit_id: Uuid | None = None


class JobPatch(Request, frozen=True, kw_only=True):
    """`job.patch`: fields left out stay as they are; who wins a conflict stands in the ownership table."""

    contact_name: Name | msgspec.UnsetType = msgspec.UNSET
    contact_phone: Phone | msgspec.UnsetType = msgspec.UNSET
    access_notes: LongText | msgspec.UnsetType = msgspec.UNSET
    diagnosis: LongText | msgspec.UnsetType = msgspec.UNSET
    result: LongText | msgspec.UnsetType = msgspec.UNSET
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=400)] | msgspec.UnsetType = msgspec.UNSET
    address: LongText | msgspec.UnsetType = msgspec.UNSET
    priority: Annotated[int, msgspec.Meta(ge=1, le=5)] | msgspec.UnsetType = msgspec.UNSET


class Complete(Request, frozen=True, kw_only=True):
    """`job.complete`: what the customer signed, and the device's detached JWS over its canonical JSON. The manifest's
    own shape is checked where it is kept, as one that breaks it is held for a person, never dropped."""

    manifest: dict[str, Any]
    signature: Annotated[str, msgspec.Meta(max_length=2000)]


class CannotComplete(Request, frozen=True, kw_only=True):
    """`job.cannot_complete`. `cause` as for `job.pause`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    cause: Cause | None = None
    manifest: dict[str, Any] | None = None
    signature: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class Add(Request, frozen=True, kw_only=True):
    """`job.addendum`: what the technician adds to a completion that was signed, and the device's detached JWS over its
    canonical JSON (`schemas.evidence.Addendum`)."""

    manifest: dict[str, Any]
    signature: Annotated[str, msgspec.Meta(max_length=2000)]


class CustomerPatch(Request, frozen=True, kw_only=True):
    """`customer.patch`."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    phone: Phone | msgspec.UnsetType = msgspec.UNSET
    address: LongText | msgspec.UnsetType = msgspec.UNSET
    access_notes: LongText | msgspec.UnsetType = msgspec.UNSET


KINDS: Mapping[str, type[Request]] = {
    "job.accept": Nothing,
    "job.decline": WithReason,
    "job.set_off": Somewhere,
    "job.arrive": Somewhere,
    "job.start": Nothing,
    "job.pause": Pause,
    "job.resume": Nothing,
    "job.check": Check,
    "job.note": Note,
    "job.use_part": UsePart,
    "job.read": Read,
    "job.scan": Scan,
    "job.patch": JobPatch,
    "job.complete": Complete,
    "job.cannot_complete": CannotComplete,
    "job.addendum": Add,
    "customer.patch": CustomerPatch,
}
