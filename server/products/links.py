"""What people do with the links behind products' codes. Every change keeps what it said before, and by whom."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from schemas.errors import Code
from schemas.links import LinkTerms, NewProductLink, ProductLink, ProductLinkEdit
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.edits import hold_version
from server.platform.errors import Refused
from server.products import link_store
from server.products.rules.link_target import language_fault, media_type_fault, read_url, title_fault
from server.products.rules.link_types import LINK_TYPES
from server.products.rules.refusal import Refusal

#: Instants outside are typing errors, and the last of them no database can turn into UTC.
_EARLIEST, _LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


async def add_link(caller: Caller, new: NewProductLink, public_url: str) -> ProductLink:
    """Raises `Refused`: `link_invalid` with the fault as `reason`, `time_out_of_range`, `ends_before_start`,
    `line_unknown`, `model_unknown`, `link_default_taken`."""
    if new.line_code is not None and new.model_id is not None:
        raise Refused(Code.LINK_INVALID, "a link is of a line or of a model, not of both", reason="scope_doubled")
    terms = _terms(new, public_url)
    made = ProductLink(id=clock.new_id(), line_code=new.line_code, model_id=new.model_id, version=1, **terms)
    try:
        async with db.transaction():
            await link_store.lock()
            await _write(caller, made)
    except asyncpg.ForeignKeyViolationError as fault:
        raise Refused(Code.LINE_UNKNOWN if new.line_code is not None else Code.MODEL_UNKNOWN) from fault
    return made


async def change_link(caller: Caller, link_id: UUID, edit: ProductLinkEdit, public_url: str) -> ProductLink:
    """Raises `Refused`: as `add_link`; `not_found`; `version_stale` with the `version` it is at."""
    return await _change(caller, link_id, edit.version, _terms(edit, public_url))


async def remove_link(caller: Caller, link_id: UUID, version: int) -> None:
    """Raises `Refused`: `not_found`, `version_stale`."""
    await _change(caller, link_id, version, {"removed_at": clock.now()})


async def _change(caller: Caller, link_id: UUID, version: int, fields: dict[str, Any]) -> ProductLink:
    async with db.transaction():
        await link_store.lock()
        known = await link_store.link(link_id)
        if known is None:
            raise Refused(Code.NOT_FOUND)
        hold_version(version, known.version)
        changed = msgspec.structs.replace(known, version=version + 1, **fields)
        await _write(caller, changed)
    return changed


async def _write(caller: Caller, link: ProductLink) -> None:
    if link.default and link.removed_at is None and (other := await link_store.other_default(link)) is not None:
        raise Refused(Code.LINK_DEFAULT_TAKEN, link_id=other)
    await link_store.write(link, caller.user_id, clock.now())


def _terms(terms: LinkTerms, public_url: str) -> dict[str, Any]:
    """The fields of a link that these terms make, its type without the prefix."""
    link_type = terms.link_type.removeprefix("gs1:")
    if link_type not in LINK_TYPES:
        raise Refused(
            Code.LINK_INVALID, f"{terms.link_type} is not a link type of products", reason="link_type_unknown"
        )
    url = read_url(terms.url, public_url)
    faults = (
        url if isinstance(url, Refusal) else None,
        title_fault(terms.title),
        title_fault(terms.title_en, may_be_empty=True),
        language_fault(terms.language),
        media_type_fault(terms.media_type),
    )
    for fault in faults:
        if fault is not None:
            raise Refused(Code.LINK_INVALID, fault.text_en, reason=fault.code, text_zh=fault.text_zh)
    for at in (terms.starts_at, terms.ends_at):
        if at is not None and not _EARLIEST <= at <= _LATEST:
            raise Refused(Code.TIME_OUT_OF_RANGE, f"a link holds between {_EARLIEST.year} and {_LATEST.year}")
    if terms.starts_at is not None and terms.ends_at is not None and terms.ends_at <= terms.starts_at:
        raise Refused(Code.ENDS_BEFORE_START)
    fields = {name: getattr(terms, name) for name in LinkTerms.__struct_fields__}
    return fields | {"link_type": terms.link_type, "url": url}
