"""What headquarters does with the catalogue. Every edit names the version that the person was looking at; another one
is refused, so that nobody corrects what they have not seen. Nothing is deleted: units and jobs of the past name it.

Shipped component groups are those that the shipped warranty policies name.
"""

import tomllib
from collections.abc import Awaitable, Callable
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
from server.platform.errors import Refused
from server.products import catalogue_store as store
from server.products.rules.bom import Span, span_fault

T = TypeVar("T", ProductLine, Model, ComponentGroup, BomPart, FaultCode)
K = TypeVar("K", str, UUID)


async def ensure_default_components() -> None:
    """The shipped groups become rows at every start; one that is there stands as it was edited."""
    shipped = resources.files("server.products").joinpath("defaults/components.toml").read_text("utf-8")
    for code, name in tomllib.loads(shipped)["components"].items():
        await store.insert_component_group(code, name["zh"], name["en"])


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
    values = store.given(new)
    _refuse_empty(values)
    return await _of_a_known_component(new.component, store.insert_bom_part(model_id, values))


async def edit_bom_part(part_id: UUID, edit: BomPartEdit) -> BomPart:
    """Raises `Refused`: `not_found`, `version_stale`, and as `add_bom_part`."""
    known = await store.bom_part(part_id)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    values = store.given(edit)
    _refuse_empty(msgspec.structs.asdict(known) | values)
    wanted = values.get("component", known.component)
    return await _of_a_known_component(wanted, _edited(part_id, edit, store.edit_bom_part, store.bom_part))


def _refuse_empty(values: dict[str, Any]) -> None:
    fault = span_fault(Span(*(values[name] for name in Span._fields)))
    if fault is not None:
        raise Refused(*fault)


# ---------------------------------------------------------------------------------------------------------- fault codes


async def add_fault_code(new: NewFaultCode) -> FaultCode:
    """Raises `Refused`: `line_unknown`, `model_unknown` (also a model of another line), `component_unknown`,
    `fault_code_taken` (also by a retired one: bring that back)."""
    if await store.line(new.line_code) is None:
        raise Refused(Code.LINE_UNKNOWN, new.line_code)
    if new.model_id is not None:
        model = await store.model(new.model_id)
        if model is None or model.line_code != new.line_code:
            raise Refused(Code.MODEL_UNKNOWN)
    try:
        return await _of_a_known_component(new.component, store.insert_fault_code(store.given(new)))
    except asyncpg.UniqueViolationError as fault:
        raise Refused(Code.FAULT_CODE_TAKEN, new.code) from fault


async def edit_fault_code(fault_id: UUID, edit: FaultCodeEdit) -> FaultCode:
    """Raises `Refused`: `not_found`, `version_stale`, `component_unknown`."""
    wanted = edit.component if isinstance(edit.component, str) else ""
    return await _of_a_known_component(wanted, _edited(fault_id, edit, store.edit_fault_code, store.fault_code))


# ------------------------------------------------------------------------------------------------------ what they share


async def _edited(
    key: K,
    edit: Edit,
    write: Callable[[K, int, dict[str, Any]], Awaitable[T | None]],
    read: Callable[[K], Awaitable[T | None]],
) -> T:
    written = await write(key, edit.base_version, store.given(edit))
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
