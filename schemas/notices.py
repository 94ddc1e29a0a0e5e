"""Recalls, safety notes, and bulletins for technicians."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from schemas.base import Answer, Instant, LongText, Name, Request, ShortText, Slug, Version
from schemas.catalogue import SerialEnd
from schemas.products import Gtin

#: `bulletin`: for technicians only.
NoticeKind = Literal["recall", "safety", "bulletin"]
#: `danger`: stop using it; `warning`: use it with care; `note`: good to know.
NoticeSeverity = Literal["note", "warning", "danger"]
#: https only; empty: none.
Link = Annotated[str, msgspec.Meta(max_length=400, pattern=r"^(https://[^\s<>\"'\\]+)?$")]
LotName = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
_Lots = Annotated[list[LotName], msgspec.Meta(max_length=200)]
_Gtins = Annotated[list[Gtin], msgspec.Meta(max_length=200)]


class Concern(Request, frozen=True, kw_only=True):
    """Which units: of a line, or of these models (one of the two), and of these everything that is said besides:
    `lots`, serials from..to (of one length, compared character by character), manufactured from..to. Ends included."""

    line_code: Slug | None = None
    gtins: _Gtins = []
    lots: _Lots = []
    serial_from: SerialEnd = ""
    serial_to: SerialEnd = ""
    made_from: date | None = None
    made_to: date | None = None


_Concerns = Annotated[list[Concern], msgspec.Meta(min_length=1, max_length=50)]


class NewNotice(Request, frozen=True, kw_only=True):
    """A unit is concerned when any of `concerns` means it. Told from `from_on` to `to_on` (left out: without end)."""

    kind: NoticeKind
    severity: NoticeSeverity
    title: Name
    title_en: ShortText = ""
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    text_en: LongText = ""
    link: Link = ""
    concerns: _Concerns
    from_on: date
    to_on: date | None = None


class Notice(Answer, frozen=True, kw_only=True):
    """`withdrawn_at`: nobody is told any more; it stays for the record."""

    id: UUID
    kind: str
    severity: str
    title: str
    title_en: str
    text: str
    text_en: str
    link: str
    concerns: list[Concern]
    from_on: date
    to_on: date | None
    version: int
    published_at: Instant
    withdrawn_at: Instant | None


class NoticeEdit(Request, frozen=True, kw_only=True):
    """What is left out stays; another `base_version` than the notice's is refused. The kind stays."""

    base_version: Version
    severity: NoticeSeverity | UnsetType = UNSET
    title: Name | UnsetType = UNSET
    title_en: ShortText | UnsetType = UNSET
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)] | UnsetType = UNSET
    text_en: LongText | UnsetType = UNSET
    link: Link | UnsetType = UNSET
    concerns: _Concerns | UnsetType = UNSET
    from_on: date | UnsetType = UNSET
    to_on: date | UnsetType | None = UNSET
    withdrawn: bool | UnsetType = UNSET


class UnitNotice(Answer, frozen=True, kw_only=True):
    """A notice as one unit has it. `certain` false: it depends on a lot or a day of manufacture that is not on record,
    so it may concern the unit. `served`: the unit has had what the notice asks for."""

    id: UUID
    kind: str
    severity: str
    title: str
    title_en: str
    text: str
    text_en: str
    link: str
    from_on: date
    certain: bool
    served: bool


class ConcernedUnit(Answer, frozen=True, kw_only=True):
    """A unit that a notice concerns, for the desk. `served_on` null: it is still open."""

    unit_id: UUID
    gtin: str
    serial: str
    model_name: str
    model_name_en: str
    outlet_id: UUID
    customer_id: UUID | None
    certain: bool
    served_on: date | None
    job_id: UUID | None


class NoticeCounts(Answer, frozen=True, kw_only=True):
    """Units of the caller's subtree: `concerned` for certain, `unsure` (a lot or day is not on record), and how many of
    either are `served`. A unit that was withdrawn (refunded, exchanged away) is not counted."""

    concerned: int
    unsure: int
    served: int


class ServeNotice(Request, frozen=True, kw_only=True):
    """`served_on`: not later than today. `job_id`: the job by which it was done."""

    unit_id: UUID
    served_on: date
    job_id: UUID | None = None
    note: Annotated[str, msgspec.Meta(max_length=400)] = ""
