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
from server.platform import maps
from server.platform.errors import Refused
from server.platform.headers import POLICY_WITH_WASM, policy_with_pictures_from

DIST = Path(__file__).parent.parent / "web" / "dist"
#: Asset names carry a hash of their content.
_FOREVER = CacheControlHeader(public=True, max_age=31_536_000, immutable=True)


@cache
def _built(name: str) -> bytes | None:
    """A file of the build, read once; it changes only with the release."""
    file = DIST / name
    return file.read_bytes() if file.is_file() else None


def _page(name: str) -> Response[bytes]:
    # A kilobyte, read on the event loop: with two paths Litestar would wrap a handler in a thread twice.
    content = _built(f"{name}/index.html")
    if content is None:
        raise Refused(Code.NOT_FOUND, "the front end is not built; scripts/run builds it")
    return Response(content, media_type=MediaType.HTML, headers={"cache-control": "no-cache"})


#: What stands beside the technician's page, under addresses that never change: a phone looks there for a newer version.
_BESIDE_APP = {
    "sw.js": "text/javascript",
    "manifest.webmanifest": "application/manifest+json",
    "icon-192.png": "image/png",
    "icon-512.png": "image/png",
    "icon-maskable-512.png": "image/png",
    "apple-touch-icon.png": "image/png",
}


@get([f"/app/{name}" for name in _BESIDE_APP], include_in_schema=False, sync_to_thread=False)
def beside_app(request: Request[Any, Any, Any]) -> Response[bytes]:
    name = request.url.path.removeprefix("/app/")
    content = _built(f"technician/{name}")
    if content is None:
        raise Refused(Code.NOT_FOUND, "the front end is not built; scripts/run builds it")
    headers = {"cache-control": "no-cache"}
    if name == "sw.js":
        headers["service-worker-allowed"] = "/app/"
    return Response(content, media_type=_BESIDE_APP[name], headers=headers)


@get(["/app", "/app/{view:path}"], include_in_schema=False, sync_to_thread=False)
def technician_page(view: FromPath[str] = "") -> Response[bytes]:
    page = _page("technician")
    page.headers["content-security-policy"] = POLICY_WITH_WASM
    return page


@get(["/desk", "/desk/{view:path}"], include_in_schema=False, sync_to_thread=False)
def dispatcher_page(request: Request[Any, Any, Any], view: FromPath[str] = "") -> Response[bytes]:
    page = _page("dispatcher")
    tiles = request.app.state.settings.map_tiles_url
    if tiles is not None:
        page.headers["content-security-policy"] = policy_with_pictures_from(maps.origin_of(tiles))
    return page


@get(["/desk/admin", "/desk/admin/{view:path}"], include_in_schema=False, sync_to_thread=False)
def managers_page(view: FromPath[str] = "") -> Response[bytes]:
    return _page("admin")


class ApiPage(OpenAPIRenderPlugin):
    """The OpenAPI page from our own build; it reads `/schema/openapi.json`."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return _built("api/index.html") or b"<!doctype html><title>Onsite API</title>/schema/openapi.json"


def routers() -> list[Any]:
    assets = DIST / "assets"
    handlers: list[Any] = [beside_app, technician_page, dispatcher_page, managers_page]
    if assets.is_dir():
        handlers.append(
            create_static_files_router("/assets", directories=[assets], cache_control=_FOREVER, include_in_schema=False)
        )
    return [Router("/", route_handlers=handlers)]
