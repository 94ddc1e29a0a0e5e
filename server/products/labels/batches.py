"""What managers do with batches of labels. One transaction each; `running` draws them."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from schemas.errors import Code
from schemas.labels import MOST_LABELS, LabelBatch, LabelBatchState, LabelForm, NewLabelBatch, NewSerials, SheetGrid
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.storage import Blobs
from server.products import store as products
from server.products.codes import label_url, unit_link
from server.products.labels import store
from server.products.labels.drafting import Wish
from server.products.labels.drawing import draw
from server.products.labels.formats import MEDIA_TYPES, Format, OnPaper
from server.products.labels.layout import Form, human_readable
from server.products.labels.portions import portions
from server.products.labels.sheets import SHEETS, Sheet, sheet_fault
from server.products.labels.store import NewBatch, NewPart, Row
from server.products.numbering import checked_gtin
from server.products.rules.refusal import Refusal

AT_A_TIME = 3
"""Batches that one person may have in the making."""

_TYPICAL_SERIAL = "0MWQ8HV4GN0MWQ8H"  # wider than most


class Work(NamedTuple):
    """What a batch is about. `unit_ids` None: they are to be made. `sample`: GTIN and serial of one of them."""

    centre_id: UUID | None
    outlet_id: UUID | None
    labels: int
    unit_ids: list[UUID] | None
    making: NewSerials | None
    sample: tuple[str, str]


async def begin(caller: Caller, new: NewLabelBatch, public_url: str) -> UUID:
    """Raises `Refused`: `invalid`, `unit_unknown`, `outlet_unknown`, `model_unknown`, `gtin_invalid`, `labels_none`,
    `labels_too_many`, `labels_busy`, and those of `draw` and of sheets, judged by the first label."""
    if sum(choice is not None for choice in (new.unit_ids, new.units, new.make)) != 1:
        raise Refused(Code.INVALID, "name exactly one of unit_ids, units and make")
    wish = _wish(new, public_url)
    work = await _work(caller, new)
    await _try(wish, *work.sample)
    batch_id, counts = clock.new_id(), portions(work.labels, wish.paper)
    making = None if work.making is None else _json(work.making)
    batch = NewBatch(
        batch_id, work.centre_id, work.outlet_id, _json(wish), making, work.labels, caller.user_id, clock.now()
    )
    async with db.transaction():
        await store.one_at_a_time(caller.user_id)
        if await store.being_made(caller.user_id) >= AT_A_TIME:
            raise Refused(Code.LABELS_BUSY, f"{AT_A_TIME} at a time")
        await store.insert(batch, list(_parts(batch_id, counts, work.unit_ids)))
    return batch_id


def _parts(batch_id: UUID, counts: Sequence[int], unit_ids: list[UUID] | None) -> list[NewPart]:
    parts, first = [], 0
    for number, count in enumerate(counts):
        ids = None if unit_ids is None else _json(unit_ids[first : first + count])
        parts.append(NewPart(clock.new_id(), batch_id, number, count, ids))
        first += count
    return parts


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


# ----------------------------------------------------------------------------------------------------- how they look


def _wish(new: NewLabelBatch, public_url: str) -> Wish:
    form, sheet = _form(new.form), _sheet(new.sheet)
    if sheet is None:
        return Wish(new.format, form, OnPaper(), public_url)
    if new.format != "pdf":
        raise Refused(Code.INVALID, "only a PDF has sheets")
    if new.place > sheet.places:
        raise Refused(Code.LABEL_SHEET, f"the sheet has {sheet.places} places")
    if form.width_mm is None:
        form = form._replace(width_mm=sheet.label_width, height_mm=sheet.label_height)
    elif form.height_mm is None or form.width_mm > sheet.label_width or form.height_mm > sheet.label_height:
        raise Refused(Code.LABEL_SIZE, "larger than the labels of the sheet")
    return Wish(new.format, form, OnPaper(sheet, new.place, new.marks), public_url)


def _form(asked: LabelForm) -> Form:
    if (asked.width is None) != (asked.height is None):
        raise Refused(Code.INVALID, "width and height: both or neither")
    return Form(
        asked.dpi,
        asked.level,
        asked.width,
        asked.height,
        asked.module,
        asked.least_module,
        asked.text,
        tuple(asked.lines),
    )


def _sheet(asked: str | SheetGrid | None) -> Sheet | None:
    if asked is None:
        return None
    if isinstance(asked, str):
        if asked not in SHEETS:
            raise Refused(Code.LABEL_SHEET, f"sheet: one of {', '.join(SHEETS)}")
        return SHEETS[asked]
    sheet = Sheet(**msgspec.structs.asdict(asked))
    fault = sheet_fault(sheet)
    if fault is not None:
        raise Refused(Code.LABEL_SHEET, fault.text_en)
    return sheet


async def _try(wish: Wish, gtin: str, serial: str) -> None:
    named = wish.public_url, gtin, serial
    drawing = await asyncio.to_thread(draw, label_url(*named), human_readable(unit_link(*named)), wish.form)
    if isinstance(drawing, Refusal):
        raise Refused(Code(drawing.code), drawing.text_en)


# ---------------------------------------------------------------------------------------------------------- which units


async def _work(caller: Caller, new: NewLabelBatch) -> Work:
    if new.make is not None:
        return await _to_make(caller, new.make)
    if new.unit_ids is not None:
        asked = list(dict.fromkeys(new.unit_ids))
        found = await store.units(caller.scope, asked)
        if len(found) < len(asked):
            unknown = set(asked) - {row["id"] for row in found}
            raise Refused(Code.UNIT_UNKNOWN, f"{len(unknown)} of the units", unit_ids=sorted(map(str, unknown))[:20])
        return _of_units(found)
    assert new.units is not None
    if new.units.gtin is None and new.units.outlet_id is None and not new.units.lot:
        raise Refused(Code.INVALID, "units: name a gtin, an outlet_id or a lot")
    gtin = None if new.units.gtin is None else checked_gtin(new.units.gtin)
    found = await store.chosen(caller.scope, new.units, gtin, MOST_LABELS + 1)
    if len(found) > MOST_LABELS:
        raise Refused(Code.LABELS_TOO_MANY, f"at most {MOST_LABELS} units")
    if not found:
        raise Refused(Code.LABELS_NONE)
    return _of_units(found)


def _of_units(rows: Sequence[Row]) -> Work:
    """The smallest part of the network that holds all of them owns the batch."""
    centres, outlets = ({row[name] for row in rows} for name in ("centre_id", "outlet_id"))
    return Work(
        centre_id=next(iter(centres)) if len(centres) == 1 else None,
        outlet_id=next(iter(outlets)) if len(outlets) == 1 else None,
        labels=len(rows),
        unit_ids=[row["id"] for row in rows],
        making=None,
        sample=(rows[0]["gtin"], rows[0]["serial"]),
    )


async def _to_make(caller: Caller, asked: NewSerials) -> Work:
    outlet = await network.outlet(asked.outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    gtin = checked_gtin(asked.gtin)
    if gtin not in await products.models([gtin]):
        raise Refused(Code.MODEL_UNKNOWN, gtin)
    return Work(outlet["centre_id"], outlet["id"], asked.count, None, asked, (gtin, _TYPICAL_SERIAL))


# ----------------------------------------------------------------------------------------------------------- afterwards


async def read(caller: Caller, batch_id: UUID) -> LabelBatch:
    return shown(await _known(caller, batch_id))


async def page(caller: Caller, before: UUID | None, limit: int) -> list[LabelBatch]:
    return [shown(row) for row in await store.page(caller.scope, before, limit)]


async def cancel(caller: Caller, batch_id: UUID) -> LabelBatch:
    """Units that were made for it stay."""
    await _known(caller, batch_id)
    await store.cancel(caller.scope, batch_id, clock.now())
    return await read(caller, batch_id)


class File(NamedTuple):
    digest: str
    size: int
    name: str
    media_type: str


async def file(caller: Caller, batch_id: UUID, blobs: Blobs) -> File:
    """Raises `Refused`: `not_found`, `labels_not_ready`, `labels_over`."""
    row = await _known(caller, batch_id)
    if row["state"] == LabelBatchState.MAKING:
        raise Refused(Code.LABELS_NOT_READY, f"{row['done']} of {row['labels']}")
    if row["state"] != LabelBatchState.READY or not await blobs.holds(row["digest"], row["size"]):
        raise Refused(Code.LABELS_OVER, row["state"])
    kind = _kind(row)
    name = f"labels-{batch_id}.{'zip' if kind in ('png', 'svg') else kind}"
    return File(row["digest"], row["size"], name, media_type(kind))


async def _known(caller: Caller, batch_id: UUID) -> Row:
    row = await store.batch(caller.scope, batch_id)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    return row


def media_type(kind: Format) -> str:
    """Of a batch: pictures come in a ZIP."""
    return "application/zip" if kind in ("png", "svg") else MEDIA_TYPES[kind]


def _kind(row: Row) -> Format:
    return msgspec.json.decode(row["wish"], type=Wish).kind


def shown(row: Row) -> LabelBatch:
    kind, state = _kind(row), LabelBatchState(row["state"])
    ready = state is LabelBatchState.READY
    return LabelBatch(
        id=row["id"],
        state=state,
        format=kind,
        labels=row["labels"],
        done=row["done"],
        centre_id=row["centre_id"],
        outlet_id=row["outlet_id"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        ended_at=row["ended_at"],
        expires_at=row["expires_at"],
        url=f"/label-batches/{row['id']}/file" if ready else None,
        media_type=media_type(kind),
        size=row["size"] if ready else None,
        sha256=row["digest"] if ready else None,
        failure=row["failure"],
        failure_text=row["failure_text"],
    )
