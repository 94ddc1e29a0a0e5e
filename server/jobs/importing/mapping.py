"""What a mapping file (TOML) says: which columns mean what, and where jobs of which kind go.

A *template* is text with columns in braces: "{street}, {zip}". Columns that no template or option names are ignored.
"""

import codecs
import re
import string
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from schemas.base import Latitude, Longitude, Name, ShortText, Slug
from server.jobs.importing.refusals import Fault, ImportRefused

_SLUG_LENGTH = 40

Column = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Template = Annotated[str, msgspec.Meta(max_length=1000)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: an unknown name in it is a mistake, never ignored."""


class Times(_Part, frozen=True, kw_only=True):
    """Columns with instants in the wall time of `zone`. `closed`: the work is over; empty in a row: it is not.
    `oldest`: nothing of this source is older, so an earlier year is a typing error."""

    zone: str
    format: str
    opened: Column
    closed: Column | None = None
    oldest: date


class Promise(_Part, frozen=True, kw_only=True):
    """The source's own target for the end of the work, and what to call it. Closing judges it. `never`: what the source
    writes when there is no target."""

    resolve_by: Column
    never: list[str] = []
    name: Name
    name_en: ShortText = ""


class Fields(_Part, frozen=True, kw_only=True):
    """Job field → template."""

    title: Template
    contact_name: Template
    lat: Template
    lon: Template
    contact_phone: Template = ""
    address: Template = ""
    access_notes: Template = ""


class Area(_Part, frozen=True, kw_only=True):
    """Where the source can have jobs at all; degrees, edges included."""

    south: Latitude
    north: Latitude
    west: Longitude
    east: Longitude

    def holds(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east


class Item(_Part, frozen=True, kw_only=True):
    """One line of a checklist."""

    key: Slug
    text: ShortText
    text_en: ShortText = ""
    required: bool = False


class Kind(_Part, frozen=True, kw_only=True):
    """A job type, and what it is made with when it is missing."""

    code: Slug
    name: Name
    name_en: ShortText = ""
    skill: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{0,40}$")] = ""
    duration_minutes: Annotated[int, msgspec.Meta(ge=5, le=1440)] = 60


class JobTypes(_Part, frozen=True, kw_only=True):
    """`kinds`: value of the column → job type. `create`: makes those that are missing, also for values not listed,
    whose code is then the value itself in small letters. `default`: the code for values not listed, otherwise."""

    column: Column
    create: bool = False
    default: Slug | None = None
    photos_required: Annotated[int, msgspec.Meta(ge=0, le=40)] = 0
    checklist: list[Item] = []
    kinds: dict[str, Kind] = {}

    def kind_of(self, value: str) -> Kind | None:
        """None: a value that means nothing here."""
        listed = self.kinds.get(value)
        if listed is not None:
            return listed
        if self.default is not None:
            return Kind(code=self.default, name=self.default)
        code = slug(value)
        return Kind(code=code, name=value[:120], name_en=value[:120]) if self.create and code else None


class Place(_Part, frozen=True, kw_only=True):
    """An outlet, and what it is made with when it is missing."""

    name: Name
    name_en: ShortText = ""
    grade: Annotated[str, msgspec.Meta(pattern="^[ABC]$")] = "A"
    lat: Latitude
    lon: Longitude


class Outlets(_Part, frozen=True, kw_only=True):
    """`places`: value of the column → outlet of `centre`; `same`: value → value that is listed; `default`: the listed
    value for all others. `create`: makes the centre and those of its outlets that are missing."""

    column: Column
    centre: Name
    centre_en: ShortText = ""
    zone: str
    create: bool = False
    default: str | None = None
    same: dict[str, str] = {}
    places: dict[str, Place]

    def place_of(self, value: str) -> str | None:
        """The listed value that stands for `value`; None: no outlet is meant."""
        value = self.same.get(value, value)
        return value if value in self.places else self.default


class JobMapping(_Part, frozen=True, kw_only=True, dict=True):
    """`source` and the column `key` name a row for ever: imported once, known afterwards."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[a-z0-9_]+$")]
    key: Column
    encoding: str = "utf-8"
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    times: Times
    promise: Promise | None = None
    fields: Fields
    area: Area | None = None
    job_types: JobTypes
    outlets: Outlets

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.times.zone)

    @cached_property
    def templates(self) -> Mapping[str, str]:
        found: dict[str, str] = msgspec.structs.asdict(self.fields)
        return found

    @cached_property
    def columns(self) -> frozenset[str]:
        """Every column the file must have."""
        named = {self.key, self.times.opened, self.job_types.column, self.outlets.column}
        named |= {self.times.closed} if self.times.closed else set()
        named |= {self.promise.resolve_by} if self.promise else set()
        return frozenset(named | {column for t in self.templates.values() for column in columns_in(t)})


def slug(value: str) -> str:
    """ "Signs & Signals" → "signs_signals"."""
    return re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")[:_SLUG_LENGTH].rstrip("_")


def columns_in(template: str) -> Iterator[str]:
    """Raises ValueError for braces that do not hold a column's name alone."""
    for _, column, form, conversion in string.Formatter().parse(template):
        if column is None:
            continue
        if not column or form or conversion:
            raise ValueError(f"{template!r}: between braces stands a column's name and nothing else")
        yield column


def filled(template: str, cells: Mapping[str, str]) -> str:
    """The template with a row's cells in it, white space around and between words reduced to one space."""
    text = "".join(literal + (cells[column] if column else "") for literal, column in _parsed(template))
    return " ".join(text.split())


@lru_cache
def _parsed(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, column) for literal, column, _, _ in string.Formatter().parse(template))


def read_mapping(path: Path) -> JobMapping:
    """Raises `ImportRefused(mapping_invalid)`."""
    try:
        mapping = msgspec.toml.decode(path.read_bytes(), type=JobMapping)
        _check(mapping)
    except (OSError, ValueError, msgspec.MsgspecError) as fault:
        raise ImportRefused(Fault.MAPPING_INVALID, f"{path.name}: {fault}.") from fault
    return mapping


def _check(mapping: JobMapping) -> None:
    """What the shape cannot say. Raises ValueError."""
    for zone in (mapping.times.zone, mapping.outlets.zone):
        try:
            ZoneInfo(zone)
        except (OSError, ValueError, ZoneInfoNotFoundError) as fault:
            raise ValueError(f"there is no time zone {zone!r}") from fault
    try:
        codecs.lookup(mapping.encoding)
    except LookupError as fault:
        raise ValueError(f"there is no encoding {mapping.encoding!r}") from fault
    _check_outlets(mapping.outlets)
    _ = mapping.columns  # reads every template


def _check_outlets(outlets: Outlets) -> None:
    for value in [*outlets.same.values(), *([] if outlets.default is None else [outlets.default])]:
        if value not in outlets.places:
            raise ValueError(f"outlets: {value!r} is not among the places")
