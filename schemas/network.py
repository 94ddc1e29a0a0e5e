"""The network tree as it is shown to those who work in it."""

from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Latitude, Longitude, Name, Request, ShortText, Slug


class ServiceCentre(Answer, frozen=True, kw_only=True):
    id: UUID
    name: str
    name_en: str


class Outlet(Answer, frozen=True, kw_only=True):
    """`grade`: region grade; `zone`: IANA name, the promise is computed in it."""

    id: UUID
    centre_id: UUID
    name: str
    name_en: str
    grade: str
    zone: str
    lat: float
    lon: float


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


class NewShift(Request, frozen=True, kw_only=True):
    starts_at: Instant
    ends_at: Instant


class NewShifts(Request, frozen=True, kw_only=True):
    shifts: Annotated[list[NewShift], msgspec.Meta(min_length=1, max_length=400)]


class NewTechnician(Request, frozen=True, kw_only=True):
    outlet_id: UUID
    name: Name
    name_en: ShortText = ""
    skills: Annotated[list[Slug], msgspec.Meta(max_length=50)] = []
    home_lat: Latitude
    home_lon: Longitude
    shifts: Annotated[list[NewShift], msgspec.Meta(max_length=400)] = []
