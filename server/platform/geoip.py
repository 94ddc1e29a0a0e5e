"""Roughly where an address is: a region, rounded to whole degrees. From an MMDB file of cities (MaxMind, DB-IP), when
the settings name one; nothing is asked of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import maxminddb

_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Region:
    """In whole degrees: some hundred kilometres, which is about as well as an address is known. `name`, `name_en`: of
    its first subdivision, else of its country; English where the file has no Chinese."""

    lat: int
    lon: int
    name: str
    name_en: str


class Whereabouts:
    """One per application. Raises `OSError`, `maxminddb.InvalidDatabaseError` for a file that is none."""

    def __init__(self, file: Path) -> None:
        self._reader = maxminddb.open_database(file)

    def of(self, address: str) -> Region | None:
        """None for private addresses, unknown ones, and what is no address."""
        try:
            found: Any = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return None
        return region_in(found)

    def close(self) -> None:
        self._reader.close()


def region_in(record: Any) -> Region | None:
    """Of a record as the file has it: nothing in it is taken for granted."""
    if not isinstance(record, dict):
        return None
    location = record.get("location")
    lat, lon = (location.get(n) for n in ("latitude", "longitude")) if isinstance(location, dict) else (None, None)
    if not isinstance(lat, int | float) or not isinstance(lon, int | float) or not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    name, name_en = _named(record)
    return Region(round(lat), round(lon), name, name_en)


def _named(record: dict[str, Any]) -> tuple[str, str]:
    subdivisions = record.get("subdivisions")
    first = subdivisions[0] if isinstance(subdivisions, list) and subdivisions else record.get("country")
    names = first.get("names") if isinstance(first, dict) else None
    if not isinstance(names, dict):
        return "", ""
    english = str(names.get("en", ""))[:_NAME]
    return str(names.get("zh-CN", english))[:_NAME], english
