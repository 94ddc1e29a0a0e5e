"""The network tree as it is shown to those who work in it."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from schemas.base import Answer, Instant, Latitude, Longitude, Name, Request, ShortText, Slug, Version


class ServiceCentre(Answer, frozen=True, kw_only=True):
    id: UUID
    name: str
    name_en: str
    version: int


class Outlet(Answer, frozen=True, kw_only=True):
    """`grade`: region grade; `zone`: IANA name, the promise is computed in it. `freeze_minutes`: visits that start
    sooner than this are moved by no plan and no recommendation."""

    id: UUID
    centre_id: UUID
    name: str
    name_en: str
    grade: str
    zone: str
    lat: float
    lon: float
    freeze_minutes: int = 0
    version: int


class Shift(Answer, frozen=True, kw_only=True):
    id: UUID
    starts_at: Instant
    ends_at: Instant


class Technician(Answer, frozen=True, kw_only=True):
    id: UUID
    outlet_id: UUID
    name: str
    name_en: str
    skills: list[str]
    home_lat: float
    home_lon: float
    shifts: list[Shift]
    version: int


class UnfitVisit(Answer, frozen=True, kw_only=True):
    """A visit that nobody could book any more as it stands. `code`: what a booking of it would be refused with;
    `skill`: what its job needs."""

    job_id: UUID
    number: int
    outlet_id: UUID
    starts_at: Instant
    ends_at: Instant
    code: str
    skill: str


class UnfitVisits(Answer, frozen=True, kw_only=True):
    """Of one technician, by their beginning. `elsewhere`: how many more, at outlets outside the caller's subtree."""

    visits: list[UnfitVisit]
    elsewhere: int


class ChangedTechnician(Technician, frozen=True, kw_only=True):
    """`unfit`: visits stay booked whatever is changed; these no longer fit."""

    unfit: UnfitVisits


class NewServiceCentre(Request, frozen=True, kw_only=True):
    name: Name
    name_en: ShortText = ""


class NewOutlet(Request, frozen=True, kw_only=True):
    centre_id: UUID
    name: Name
    name_en: ShortText = ""
    grade: Annotated[str, msgspec.Meta(pattern="^[ABC]$")] = "A"
    zone: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] = "Asia/Shanghai"
    lat: Latitude
    lon: Longitude


class Renaming(Request, frozen=True, kw_only=True):
    """What every edit of a person or a place may say. `base_version`: the version that was looked at; another one is
    refused. What is left out stays."""

    base_version: Version
    name: Name | UnsetType = UNSET
    name_en: ShortText | UnsetType = UNSET


class ServiceCentreEdit(Renaming, frozen=True, kw_only=True):
    """A centre is a name above its outlets."""


class OutletEdit(Renaming, frozen=True, kw_only=True):
    """`centre_id`: the centre it belongs to from now on, with all it has. Zone and grade stay: promises and days were
    told by them."""

    lat: Latitude | UnsetType = UNSET
    lon: Longitude | UnsetType = UNSET
    centre_id: UUID | UnsetType = UNSET


class NewShift(Request, frozen=True, kw_only=True):
    starts_at: Instant
    ends_at: Instant


class NewShifts(Request, frozen=True, kw_only=True):
    shifts: Annotated[list[NewShift], msgspec.Meta(min_length=1, max_length=400)]


Skills = Annotated[list[Slug], msgspec.Meta(max_length=50)]


class NewTechnician(Request, frozen=True, kw_only=True):
    outlet_id: UUID
    name: Name
    name_en: ShortText = ""
    skills: Skills = []
    home_lat: Latitude
    home_lon: Longitude
    shifts: Annotated[list[NewShift], msgspec.Meta(max_length=400)] = []


class TechnicianEdit(Renaming, frozen=True, kw_only=True):
    """`skills`: all of them, as they are from now on. `outlet_id`: where the technician works from now on."""

    skills: Skills | UnsetType = UNSET
    home_lat: Latitude | UnsetType = UNSET
    home_lon: Longitude | UnsetType = UNSET
    outlet_id: UUID | UnsetType = UNSET


#: A part as the firm numbers it.
PartNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
#: Part → how many.
Parts = Annotated[dict[PartNumber, Annotated[int, msgspec.Meta(ge=0, le=100_000)]], msgspec.Meta(max_length=500)]


class DispatchSettings(Request, frozen=True, kw_only=True):
    """How an outlet is dispatched."""

    freeze_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)]


class Skill(Answer, frozen=True, kw_only=True):
    """`needs_certificate`: it counts only while a certificate for it is valid, whatever a technician's list says."""

    code: str
    name: str
    name_en: str
    needs_certificate: bool


class SkillTerms(Request, frozen=True, kw_only=True):
    name: Name
    name_en: ShortText = ""
    needs_certificate: bool = False


class NewCertificate(Request, frozen=True, kw_only=True):
    """Valid in [valid_from, valid_to)."""

    skill: Slug
    number: ShortText = ""
    valid_from: Instant
    valid_to: Instant


class Certificate(Answer, frozen=True, kw_only=True):
    """`withdrawn_at`: from then on as if it had never been shown."""

    id: UUID
    technician_id: UUID
    skill: str
    number: str
    valid_from: Instant
    valid_to: Instant
    added_at: Instant
    withdrawn_at: Instant | None


class AbsenceReason(StrEnum):
    LEAVE = "leave"
    SICK = "sick"
    TRAINING = "training"
    OTHER = "other"


class NewAbsence(Request, frozen=True, kw_only=True):
    """[starts_at, ends_at)."""

    starts_at: Instant
    ends_at: Instant
    reason: AbsenceReason = AbsenceReason.LEAVE
    note: ShortText = ""


class Absence(Answer, frozen=True, kw_only=True):
    id: UUID
    technician_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: AbsenceReason
    note: str
    added_at: Instant
    withdrawn_at: Instant | None


class BorrowingState(StrEnum):
    ASKED = "asked"
    ACTIVE = "active"
    ENDED = "ended"


class NewBorrowing(Request, frozen=True, kw_only=True):
    """`outlet_id`: who borrows, for [starts_at, ends_at)."""

    outlet_id: UUID
    technician_id: UUID
    starts_at: Instant
    ends_at: Instant
    reason: ShortText = ""


class Borrowing(Answer, frozen=True, kw_only=True):
    """`state`: asked until the lender agrees; ended when its period is over, or somebody ended or refused it.
    `may_agree`: the caller is one who could agree now."""

    id: UUID
    outlet_id: UUID
    outlet_name: str
    lender_outlet_id: UUID
    lender_outlet_name: str
    technician_id: UUID
    technician_name: str
    starts_at: Instant
    ends_at: Instant
    state: BorrowingState
    reason: str
    asked_at: Instant
    agreed_at: Instant | None
    ended_at: Instant | None
    may_agree: bool


class Counted(Request, frozen=True, kw_only=True):
    """What was counted, all of it: a part left out is not there."""

    parts: Parts


class StockLine(Answer, frozen=True, kw_only=True):
    """As it was counted."""

    part: str
    quantity: int
    counted_at: Instant
