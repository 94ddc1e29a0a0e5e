"""The catalogue: component groups, main parts, fault codes, and edits of lines and models.

What is in it is retired, never deleted: `retired` is one of the fields of an edit. `base_version`: the version that the
person was looking at; another one is refused (`version_stale`), as one manager corrects one word at a time."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from schemas.base import Answer, Name, Request, ShortText, Slug, Version

#: As warranty terms name components.
ComponentCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
#: As the product shows it: `E6`, `F-12`.
ShownCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,19}$")]
PartNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
SerialEnd = Annotated[str, msgspec.Meta(max_length=20)]
Quantity = Annotated[int, msgspec.Meta(ge=1, le=1000)]
FaultText = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
FaultTextEn = Annotated[str, msgspec.Meta(max_length=400)]
Advice = Annotated[str, msgspec.Meta(max_length=2000)]
#: As `severity` of a coverage question.
FaultSeverity = Literal["minor", "performance", "major"]


class Edit(Request, frozen=True, kw_only=True):
    """What is left out stays."""

    base_version: Version
    retired: bool | UnsetType = UNSET


class NamedEdit(Edit, frozen=True, kw_only=True):
    """Of a product line, a model or a component group. Units keep the model's name that they were made with."""

    name: Name | UnsetType = UNSET
    name_en: ShortText | UnsetType = UNSET


class NewComponentGroup(Request, frozen=True, kw_only=True):
    code: ComponentCode
    name: Name
    name_en: ShortText = ""


class ComponentGroup(Answer, frozen=True, kw_only=True):
    code: str
    name: str
    name_en: str
    version: int
    retired: bool


class NewBomPart(Request, frozen=True, kw_only=True):
    """A main part of a model. `serial_from` and `serial_to`, of one length: the units it is built into (both empty:
    all); `made_from`, `made_to`: by the unit's day of manufacture, both included."""

    component: ComponentCode
    part_number: PartNumber
    name: Name
    name_en: ShortText = ""
    quantity: Quantity = 1
    serial_from: SerialEnd = ""
    serial_to: SerialEnd = ""
    made_from: date | None = None
    made_to: date | None = None


class BomPart(Answer, frozen=True, kw_only=True):
    id: UUID
    model_id: UUID
    component: str
    part_number: str
    name: str
    name_en: str
    quantity: int
    serial_from: str
    serial_to: str
    made_from: date | None
    made_to: date | None
    version: int
    retired: bool


class BomPartEdit(Edit, frozen=True, kw_only=True):
    component: ComponentCode | UnsetType = UNSET
    part_number: PartNumber | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    name_en: ShortText | UnsetType = UNSET
    quantity: Quantity | UnsetType = UNSET
    serial_from: SerialEnd | UnsetType = UNSET
    serial_to: SerialEnd | UnsetType = UNSET
    made_from: date | UnsetType | None = UNSET
    made_to: date | UnsetType | None = UNSET


class NewFaultCode(Request, frozen=True, kw_only=True):
    """`model_id` left out: for every model of the line; a model's own goes before its line's."""

    line_code: Slug
    model_id: UUID | None = None
    code: ShownCode
    component: ComponentCode
    severity: FaultSeverity = "performance"
    text: FaultText
    text_en: FaultTextEn = ""
    advice: Advice = ""
    advice_en: Advice = ""


class FaultCode(Answer, frozen=True, kw_only=True):
    """`advice`: what a technician looks at first."""

    id: UUID
    line_code: str
    model_id: UUID | None
    code: str
    component: str
    severity: str
    text: str
    text_en: str
    advice: str
    advice_en: str
    version: int
    retired: bool


class FaultCodeEdit(Edit, frozen=True, kw_only=True):
    """The code itself, and whose it is, stay: papers and jobs name it."""

    component: ComponentCode | UnsetType = UNSET
    severity: FaultSeverity | UnsetType = UNSET
    text: FaultText | UnsetType = UNSET
    text_en: FaultTextEn | UnsetType = UNSET
    advice: Advice | UnsetType = UNSET
    advice_en: Advice | UnsetType = UNSET
