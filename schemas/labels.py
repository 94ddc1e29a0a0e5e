"""Labels: how they are to look, and batches of them."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request
from schemas.products import Gtin, Lot

MOST_LABELS = 10_000

Millimetres = Annotated[float, msgspec.Meta(ge=0, le=1000)]
LabelText = Annotated[str, msgspec.Meta(max_length=80)]
LabelFormat = Literal["png", "svg", "pdf", "zpl"]
#: How much of a symbol may be spoilt: 15, 25 or 30 per cent.
LabelLevel = Literal["M", "Q", "H"]


class LabelForm(Request, frozen=True, kw_only=True):
    """`dpi`: of the printer, 152, 203, 300 or 600. `width`, `height`: millimetres, both or neither (the sheet's label,
    else as large as it takes). `module`: printer dots; the largest that fit when left out. `least_module`: millimetres
    below which a label is refused; less than GS1's 0.396 is for places where nothing else fits. `text`: with the
    human-readable lines; `lines`: further ones."""

    dpi: Literal[152, 203, 300, 600] = 300
    level: LabelLevel = "Q"
    width: Millimetres | None = None
    height: Millimetres | None = None
    module: Annotated[int, msgspec.Meta(ge=1, le=64)] | None = None
    least_module: Annotated[float, msgspec.Meta(ge=0.15, le=5)] = 0.396
    text: bool = True
    lines: Annotated[list[LabelText], msgspec.Meta(max_length=6)] = []


class SheetGrid(Request, frozen=True, kw_only=True):
    """A sheet of labels in millimetres from the upper left. `pitch_x`, `pitch_y`: from the edge of a label to the same
    edge of the next."""

    page_width: Millimetres
    page_height: Millimetres
    columns: Annotated[int, msgspec.Meta(ge=1, le=100)]
    rows: Annotated[int, msgspec.Meta(ge=1, le=100)]
    label_width: Millimetres
    label_height: Millimetres
    left: Millimetres
    top: Millimetres
    pitch_x: Millimetres
    pitch_y: Millimetres


class LabelSheet(Answer, frozen=True, kw_only=True):
    """A known sheet. `places`: labels on it."""

    name: str
    places: int
    grid: SheetGrid


class ChosenUnits(Request, frozen=True, kw_only=True):
    """Units of a model, of an outlet, of a lot, or of any of these together; at least one is named."""

    gtin: Gtin | None = None
    outlet_id: UUID | None = None
    lot: Lot = ""


class NewSerials(Request, frozen=True, kw_only=True):
    """Units to be made: so many of a model, with serials of our own that cannot be guessed."""

    gtin: Gtin
    outlet_id: UUID
    count: Annotated[int, msgspec.Meta(ge=1, le=MOST_LABELS)]
    lot: Lot = ""
    manufactured_on: date | None = None


class NewLabelBatch(Request, frozen=True, kw_only=True):
    """Exactly one of `unit_ids`, `units` and `make`. `sheet` (PDF only): one of `GET /label-sheets`, or a grid of your
    own; `place`: of the first label on the first sheet, from 1; `marks`: where to cut."""

    format: LabelFormat
    form: LabelForm = msgspec.field(default_factory=LabelForm)
    sheet: Annotated[str, msgspec.Meta(max_length=40)] | SheetGrid | None = None
    place: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    marks: bool = False
    unit_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MOST_LABELS)] | None = None
    units: ChosenUnits | None = None
    make: NewSerials | None = None


class LabelBatchState(StrEnum):
    """`making` → `ready` → `expired`; or `failed`, `cancelled`."""

    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class LabelBatch(Answer, frozen=True, kw_only=True):
    """`done` of `labels` are drawn. `url`: the file, while it is `ready`, until `expires_at`. `failure`: a code, and
    what it means there."""

    id: UUID
    state: LabelBatchState
    format: LabelFormat
    labels: int
    done: int
    centre_id: UUID | None
    outlet_id: UUID | None
    made_by: UUID | None
    made_at: Instant
    ended_at: Instant | None
    expires_at: Instant | None
    url: str | None
    media_type: str
    size: int | None
    sha256: str | None
    failure: str | None
    failure_text: str
