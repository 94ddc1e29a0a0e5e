"""The built front end: pages and hashed assets of `server/web/dist`, and the API's own page without a CDN."""

from functools import cache
from pathlib import Path
from typing import Any

from litestar import MediaType, Request, Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from schemas.errors import Code
from server.platform.errors import Refused

DIST = Path(__file__).parent.parent / "web" / "dist"
#: Asset names carry a hash of their content.
_FOREVER = CacheControlHeader(public=True, max_age=31_536_000, immutable=True)


@cache
def _built(name: str) -> bytes | None:
    """A page of the build, read once; it changes only with the release."""
    file = DIST / name / "index.html"
    return file.read_bytes() if file.is_file() else None


def _page(name: str) -> Response[bytes]:
    # A kilobyte, read on the event loop: with two paths Litestar would wrap a handler in a thread twice.
    content = _built(name)
    if content is None:
        raise Refused(Code.NOT_FOUND, "the front end is not built; scripts/run builds it")
    return Response(content, media_type=MediaType.HTML, headers={"cache-control": "no-cache"})


@get(["/app", "/app/{view:path}"], include_in_schema=False, sync_to_thread=False)
def technician_page(view: FromPath[str] = "") -> Response[bytes]:
    return _page("technician")


@get(["/desk", "/desk/{view:path}"], include_in_schema=False, sync_to_thread=False)
def dispatcher_page(view: FromPath[str] = "") -> Response[bytes]:
    return _page("dispatcher")


class ApiPage(OpenAPIRenderPlugin):
    """The OpenAPI page from our own build; it reads `/schema/openapi.json`."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return _built("api") or b"<!doctype html><title>Onsite API</title>/schema/openapi.json"


def routers() -> list[Any]:
    assets = DIST / "assets"
    handlers: list[Any] = [technician_page, dispatcher_page]
    if assets.is_dir():
        handlers.append(
            create_static_files_router("/assets", directories=[assets], cache_control=_FOREVER, include_in_schema=False)
        )
    return [Router("/", route_handlers=handlers)]
