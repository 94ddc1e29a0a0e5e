"""What stands on a service report: plain values, whatever they came from. Pure.

Texts of people come as they were written; `typesetting` makes them printable.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from server.products.rules.refusal import Text

#: [x, y, ms, pressure] each point, as the device wrote them.
Strokes = Sequence[Sequence[Sequence[float]]]


class Photo(NamedTuple):
    """`content`: a baseline JPEG, or None when it cannot be shown, `fault` saying why. `digest`: of the original."""

    digest: str
    content: bytes | None = None
    taken_at: datetime | None = None
    caption: str = ""
    fault: Literal["refused", "missing"] = "missing"


class Item(NamedTuple):
    """A point of the checklist."""

    text: Text
    done: bool
    value: str = ""


class Part(NamedTuple):
    number: str
    name: Text
    quantity: int


class Fee(NamedTuple):
    """`amount_minor`: in the smallest unit of the currency."""

    name: str
    amount_minor: int
    currency: str


class Promise(NamedTuple):
    """`goal`: arrive or finish. `kept` None: not judged yet, or never."""

    goal: Literal["arrive", "finish"]
    due: datetime
    kept: bool | None


class Witness(NamedTuple):
    name: str
    role: str
    strokes: Strokes


class Refused(NamedTuple):
    """The customer did not sign."""

    reason: str
    witness: Witness | None


class Addition(NamedTuple):
    """What was added later, signed by the device alone."""

    made_at: datetime | None
    digest: str
    note: str
    photos: Sequence[Photo]


class Seal(NamedTuple):
    """`code`: by which anyone verifies; `url`: where; `digest`: of the manifest that was signed."""

    code: str
    url: str
    digest: str
    sealed_at: datetime


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`zone`: IANA name of the outlet's zone. `signer` empty and `refused` set: nobody signed. `work`, `readings`: by
    field. `earlier`: digest of the edition that this one follows."""

    seal: Seal
    edition: int = 1
    earlier: str = ""
    firm: Text
    hotline: str = ""
    outlet: Text
    technician: Text
    job_number: int
    job_type: Text
    outcome: Literal["completed", "cannot_complete"] = "completed"
    reason: str = ""
    customer_name: str = ""
    customer_address: str = ""
    product: Text
    serial: str = ""
    zone: str = "Asia/Shanghai"
    arrived_at: datetime | None = None
    finished_at: datetime | None = None
    promises: Sequence[Promise] = ()
    work: Mapping[str, str] = {}
    readings: Mapping[str, str] = {}
    parts: Sequence[Part] = ()
    fees: Sequence[Fee] = ()
    checklist: Sequence[Item] = ()
    conduct: bool | None = None
    coverage: str = ""
    text: str
    locale: Literal["zh-CN", "en"]
    signer_name: str = ""
    signer_role: str = ""
    strokes: Strokes = ()
    refused: Refused | None = None
    rating: int | None = None
    photos: Sequence[Photo] = ()
    additions: Sequence[Addition] = ()
