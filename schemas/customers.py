"""Customers over HTTP. A customer is a synced record: `version` counts its accepted changes."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from schemas.base import Answer, Latitude, Longitude, LongText, Name, Phone, Request
from schemas.sync import FieldMerge

Tier = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[a-z0-9_]*$")]


class Customer(Answer, frozen=True, kw_only=True):
    """`lat`/`lon`: WGS 84 degrees, both or neither. `tier`: what policies of promises may ask for; empty: none."""

    id: UUID
    centre_id: UUID
    outlet_id: UUID
    name: str
    phone: str
    address: str
    access_notes: str
    lat: float | None
    lon: float | None
    version: int
    tier: str = ""


class ChangedCustomer(Customer, frozen=True, kw_only=True):
    """`merges`: the fields that somebody else had changed since `base_version`, with the value that did not win."""

    merges: list[FieldMerge]


class NewCustomer(Request, frozen=True, kw_only=True):
    """`lat` and `lon`: both or neither."""

    outlet_id: UUID
    name: Name
    phone: Phone = ""
    address: LongText = ""
    access_notes: LongText = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    tier: Tier = ""


class CustomerEdit(Request, frozen=True, kw_only=True):
    """`base_version`: the version the person was looking at. What is left out stays; `lat` and `lon` go together."""

    base_version: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    name: Name | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    address: LongText | UnsetType = UNSET
    access_notes: LongText | UnsetType = UNSET
    lat: Latitude | UnsetType | None = UNSET
    lon: Longitude | UnsetType | None = UNSET
    tier: Tier | UnsetType = UNSET
