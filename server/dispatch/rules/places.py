"""Pure. Places that cannot be, or that are most likely not what was meant.

| code               | seen by            | what it is                                           | then   |
| ------------------ | ------------------ | ---------------------------------------------------- | ------ |
| `location_invalid` | `suspicious`       | not a number, or off the globe whichever way round   | refuse |
| `location_swapped` | `suspicious`       | a latitude beyond ±90; the other way round it is one | refuse |
| `location_zero`    | `suspicious`       | 0,0: what forms send that were not filled in         | warn   |
| `location_swapped` | `suspicious_among` | far from the others, near them the other way round   | warn   |
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import median

from server.commitments.rules.said import Said
from server.dispatch.rules.problem import Place
from server.dispatch.rules.travel import GreatCircle

NEAR_ZERO = 0.01
"""Degrees, about a kilometre of open sea off Africa."""

FAR_M, NEAR_M = 1_000_000, 500_000
"""A place beyond FAR_M of the middle of all was swapped when the other way round it is within NEAR_M."""

_CROW = GreatCircle(detour=1.0)


def suspicious(place: Place) -> str | None:
    """What is wrong with a place by itself; None for most."""
    lat, lon = place
    if _on_globe(lat, lon):
        return "location_zero" if abs(lat) < NEAR_ZERO and abs(lon) < NEAR_ZERO else None
    return "location_swapped" if _on_globe(lon, lat) else "location_invalid"


def suspicious_among(places: Sequence[Place]) -> Mapping[int, str]:
    """Index → code. Also compares with the middle of the places that are right by themselves; from three on."""
    codes = {i: code for i, place in enumerate(places) if (code := suspicious(place))}
    right = [i for i in range(len(places)) if i not in codes]
    if len(right) < 3:
        return codes
    middle = Place(median(places[i].lat for i in right), median(places[i].lon for i in right))
    turned = {i: Place(places[i].lon, places[i].lat) for i in right if abs(places[i].lon) <= 90}
    far = _metres(middle, [places[i] for i in turned])
    near = _metres(middle, list(turned.values()))
    swapped = [i for i, here, other in zip(turned, far, near, strict=True) if here > FAR_M and other < NEAR_M]
    return codes | {i: "location_swapped" for i in swapped}


def in_words(code: str) -> Said:
    return _SAID[code]


def _on_globe(lat: float, lon: float) -> bool:
    return isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180


def _metres(middle: Place, places: Sequence[Place]) -> list[int]:
    return _CROW.matrix([middle], places, 0).metres[0] if places else []


_SAID = {
    "location_invalid": Said(
        "地点不在地球上：纬度 -90 到 90，经度 -180 到 180。",
        "The place is not on the globe: latitude -90 to 90, longitude -180 to 180.",
    ),
    "location_swapped": Said("纬度和经度可能写反了。", "Latitude and longitude seem to be swapped."),
    "location_zero": Said("地点是 0,0，可能没有填写。", "The place is 0,0: it was probably never filled in."),
}
