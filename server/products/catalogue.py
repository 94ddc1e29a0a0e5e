"""What headquarters does with the catalogue. Every edit names the version that the person was looking at; another one
is refused, so that nobody corrects what they have not seen. Nothing is deleted: units and jobs of the past name it.

Shipped component groups are those that the shipped warranty policies name.
"""

import tomllib
from collections.abc import Awaitable, Callable, Mapping
from importlib import resources
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from schemas.catalogue import (
    BomPart,
    BomPartEdit,
    ComponentGroup,
    Edit,
    FaultCode,
    FaultCodeEdit,
    NamedEdit,
    NewBomPart,
    NewComponentGroup,
    NewFaultCode,
)
from schemas.errors import Code
from schemas.products import Model, ProductLine
from server.platform import clock, db, feed
from server.platform.edits import given, hold_version
from server.platform.errors import Refused
from server.platform.feed import Change, Deed, HistoryLine
from server.products import catalogue_store as store
from server.products.rules.bom import Span, span_fault

#: The stream that everyone reads.
_CATALOGUE = "catalogue"

T = TypeVar("T")
E = TypeVar("E", ProductLine, Model, ComponentGroup, BomPart)
K = TypeVar("K", str, UUID)


async def ensure_default_components() -> None:
    """The shipped groups become rows at every start; one that is there stands as it was edited."""
    shipped = resources.files("server.products").joinpath("defaults/components.toml").read_text("utf-8")
    groups = tomllib.loads(shipped)["components"]
    await store.insert_missing_groups([(code, name["zh"], name["en"]) for code, name in groups.items()])


# ------------------------------------------------------------------------------------------ lines, models and groups


async def edit_line(code: str, edit: NamedEdit) -> ProductLine:
    """Raises `Refused`: `not_found`, `version_stale`."""
    return await _edited(code, edit, store.edit_line, store.line)


async def edit_model(model_id: UUID, edit: NamedEdit) -> Model:
    """Raises `Refused`: `not_found`, `version_stale`."""
    return await _edited(model_id, edit, store.edit_model, store.model)


async def add_component_group(new: NewComponentGroup) -> ComponentGroup:
    """Raises `Refused(component_taken)`."""
    if not await store.insert_component_group(new.code, new.name, new.name_en):
        raise Refused(Code.COMPONENT_TAKEN, new.code)
    return ComponentGroup(code=new.code, name=new.name, name_en=new.name_en, version=1, retired=False)


async def edit_component_group(code: str, edit: NamedEdit) -> ComponentGroup:
    """Raises `Refused`: `not_found`, `version_stale`."""
    return await _edited(code, edit, store.edit_component_group, store.component_group)


# ----------------------------------------------------------------------------------------------------------- main parts


async def add_bom_part(model_id: UUID, new: NewBomPart) -> BomPart:
    """Raises `Refused`: `model_unknown`, `component_unknown`, `serial_range_invalid`, `ends_before_start`."""
    if await store.model(model_id) is None:
        raise Refused(Code.MODEL_UNKNOWN)
    values = given(new)
    _refuse_empty(values)
    async with db.transaction():
        added = await _of_a_known_component(new.component, store.insert_bom_part(model_id, values))
        await store.look_at_cards_again(model_id)
    return added


async def edit_bom_part(part_id: UUID, edit: BomPartEdit) -> BomPart:
    """Raises `Refused`: `not_found`, `version_stale`, and as `add_bom_part`."""
    known = await store.bom_part(part_id)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    values = given(edit)
    _refuse_empty(msgspec.structs.asdict(known) | values)
    wanted = values.get("component", known.component)
    async with db.transaction():
        edited = await _of_a_known_component(wanted, _edited(part_id, edit, store.edit_bom_part, store.bom_part))
        await store.look_at_cards_again(edited.model_id)
    return edited


def _refuse_empty(values: dict[str, Any]) -> None:
    fault = span_fault(Span(*(values[name] for name in Span._fields)))
    if fault is not None:
        raise Refused(*fault)


# ---------------------------------------------------------------------------------------------------------- fault codes


async def add_fault_code(new: NewFaultCode, user_id: UUID | None = None) -> FaultCode:
    """Raises `Refused`: `line_unknown`, `model_unknown` (also a model of another line), `component_unknown`,
    `fault_code_taken` (also by a retired one: bring that back)."""
    if await store.line(new.line_code) is None:
        raise Refused(Code.LINE_UNKNOWN, new.line_code)
    if new.model_id is not None:
        model = await store.model(new.model_id)
        if model is None or model.line_code != new.line_code:
            raise Refused(Code.MODEL_UNKNOWN)
    fields = {"id": str(clock.new_id()), **msgspec.to_builtins(new), "version": 1, "retired_at": None}
    try:
        async with db.transaction():
            await _of_a_known_component(new.component, _tell_phones(fields, None, "fault_code.add", user_id))
    except asyncpg.UniqueViolationError as fault:
        raise Refused(Code.FAULT_CODE_TAKEN, new.code) from fault
    return _shown_fault_code(fields)


async def edit_fault_code(fault_id: UUID, edit: FaultCodeEdit, user_id: UUID | None = None) -> FaultCode:
    """Raises `Refused`: `not_found`, `version_stale`, `component_unknown`."""
    async with db.transaction():
        before = (await feed.load_for_update("fault_code", [fault_id])).get(fault_id)
        if before is None:
            raise Refused(Code.NOT_FOUND)
        hold_version(edit.base_version, before["version"])
        said = given(edit)
        after = before | {name: value for name, value in said.items() if name != "retired"}
        if "retired" in said:
            after["retired_at"] = (before["retired_at"] or clock.now().isoformat()) if said["retired"] else None
        after["version"] += 1
        telling = _tell_phones(after, before, "fault_code.change", user_id)
        await _of_a_known_component(after["component"], telling)
    return _shown_fault_code(after)


async def _tell_phones(
    after: Mapping[str, Any], before: Mapping[str, Any] | None, action: str, user_id: UUID | None
) -> None:
    """A fault code is a synced record: every phone looks up what a product shows, also without a network. A firm has
    some hundreds; a thousand are 40 kB on the way. One that is retired leaves them."""
    known = before or {}
    changes = {name: [known.get(name), value] for name, value in after.items() if known.get(name) != value}
    line = HistoryLine(after["version"], Deed(action, clock.now(), user_id), changes if before else {})
    readers = frozenset() if after["retired_at"] else frozenset({_CATALOGUE})
    await feed.write([Change("fault_code", UUID(after["id"]), after["version"], after, readers, [line], before)])


def _shown_fault_code(fields: Mapping[str, Any]) -> FaultCode:
    said = {name: value for name, value in fields.items() if name in FaultCode.__struct_fields__}
    return msgspec.convert(said | {"retired": fields["retired_at"] is not None}, FaultCode)


# ------------------------------------------------------------------------------------------------------ what they share


async def _edited(
    key: K,
    edit: Edit,
    write: Callable[[K, int, dict[str, Any]], Awaitable[E | None]],
    read: Callable[[K], Awaitable[E | None]],
) -> E:
    written = await write(key, edit.base_version, given(edit))
    if written is not None:
        return written
    known = await read(key)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    raise Refused(Code.VERSION_STALE, version=known.version)


async def _of_a_known_component(code: str, writing: Awaitable[T]) -> T:
    try:
        return await writing
    except asyncpg.ForeignKeyViolationError as fault:
        raise Refused(Code.COMPONENT_UNKNOWN, code) from fault
