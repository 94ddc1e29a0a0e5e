"""What a map is drawn on."""

from schemas.base import Answer


class MapTiles(Answer, frozen=True, kw_only=True):
    """`url`: of raster tiles in Web Mercator, with {z}, {x} and {y}; null: drawn without any. `credit`: whose."""

    url: str | None
    credit: str
