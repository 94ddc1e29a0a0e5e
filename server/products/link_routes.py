"""HTTP of the links behind products' codes, for those who have logged in.

| route | who | about whose data |
| --- | --- | --- |
| `/product-links` read | the office | all |
| `/product-links` write | HQ managers: a link decides where every customer of the firm is sent | all |
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from schemas.accounts import Role
from schemas.base import Page
from schemas.errors import Code
from schemas.links import NewProductLink, ProductLink, ProductLinkEdit, ProductLinkVersion
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.errors import Refused
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.platform.text import refuse_forbidden
from server.products import link_store, links

_WRITES = at_most(600, timedelta(minutes=1))


@get("/product-links", guards=[only(*OFFICE_READERS)], summary="Links behind products' codes", tags=["products"])
async def list_links(
    line_code: FromQuery[str | None] = None,
    model_id: FromQuery[UUID | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[ProductLink]:
    """`line_code`, `model_id`: only those made for that line or model themselves."""
    refuse_forbidden(line_code)
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await link_store.links_page(line_code, model_id, after, limit + 1)
    shown = found[:limit]
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None)


@post(
    "/product-links",
    guards=[only(Role.HQ_MANAGER), _WRITES],
    summary="Add a link to a line, a model, or all",
    tags=["products"],
)
async def add_link(caller: NamedDependency[Caller], state: State, data: JSONBody[NewProductLink]) -> ProductLink:
    return await links.add_link(caller, data, state.settings.public_url)


@get(
    "/product-links/{link_id:uuid}",
    guards=[only(*OFFICE_READERS)],
    summary="One link behind products' codes",
    tags=["products"],
)
async def show_link(link_id: FromPath[UUID]) -> ProductLink:
    found = await link_store.link(link_id)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


@put(
    "/product-links/{link_id:uuid}",
    guards=[only(Role.HQ_MANAGER), _WRITES],
    summary="Put a link anew",
    tags=["products"],
)
async def change_link(
    caller: NamedDependency[Caller], state: State, link_id: FromPath[UUID], data: JSONBody[ProductLinkEdit]
) -> ProductLink:
    """Refused with `version_stale` when somebody changed it since `version`."""
    return await links.change_link(caller, link_id, data, state.settings.public_url)


@delete(
    "/product-links/{link_id:uuid}", guards=[only(Role.HQ_MANAGER), _WRITES], summary="Remove a link", tags=["products"]
)
async def remove_link(caller: NamedDependency[Caller], link_id: FromPath[UUID], version: FromQuery[int]) -> None:
    await links.remove_link(caller, link_id, version)


@get(
    "/product-links/{link_id:uuid}/versions",
    guards=[only(*OFFICE_READERS)],
    summary="What a link said, and by whom",
    tags=["products"],
)
async def list_versions(link_id: FromPath[UUID]) -> list[ProductLinkVersion]:
    """The newest first; also of a link that was removed."""
    found = await link_store.versions(link_id)
    if not found:
        raise Refused(Code.NOT_FOUND)
    return found


def handlers() -> list[Any]:
    return [list_links, add_link, show_link, change_link, remove_link, list_versions]
