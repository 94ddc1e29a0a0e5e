"""What the desk's map may be drawn on: tiles of the firm's choice, by setting; none by default."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Router, get
from litestar.di import NamedDependency

from schemas.maps import MapTiles
from server.platform.auth import OFFICE_READERS, Caller, only


@get("/map/tiles", summary="Tiles to draw under a map, if there are any", guards=[only(*OFFICE_READERS)], tags=["map"])
async def read_tiles(request: Request[Any, Any, Any], caller: NamedDependency[Caller]) -> MapTiles:
    settings = request.app.state.settings
    return MapTiles(url=settings.map_tiles_url, credit=settings.map_credit)


def origin_of(tiles_url: str) -> str:
    """What the content policy has to name: scheme, host and port."""
    parts = urlsplit(tiles_url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


router = Router("/", route_handlers=[read_tiles])
