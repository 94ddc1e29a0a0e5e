"""Pure. The small TOML file in which a firm writes how fast its people get on: by hour, by area.

```toml
detour = 1.3                     # metres of road for each as the crow flies
speeds_kmh = 30                  # or 24 numbers: one for each local hour in which a journey starts

[[area]]                         # any number; the first that holds a place is its area
name = "Puxi"
centre = [31.23, 121.47]         # latitude, longitude
radius_km = 6
speeds_kmh = [35, 35, 35, 35, 35, 30, 25, 16, 15, 18, 20, 20, 20, 20, 20, 20, 18, 15, 15, 18, 22, 28, 32, 35]
detour = 1.4                     # that of the file when left out
```
"""

from tomllib import TOMLDecodeError, loads
from typing import Annotated

import msgspec

from server.dispatch.rules.places import suspicious
from server.dispatch.rules.problem import Place
from server.dispatch.rules.travel import Area, GreatCircle

MOST_AREAS = 100

_Speed = Annotated[float, msgspec.Meta(gt=0, le=300)]
_Speeds = _Speed | Annotated[list[_Speed], msgspec.Meta(min_length=24, max_length=24)]
_Detour = Annotated[float, msgspec.Meta(ge=1, le=5)]


class _Area(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    centre: tuple[float, float]
    radius_km: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    speeds_kmh: _Speeds
    detour: _Detour | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    detour: _Detour = 1.3
    speeds_kmh: _Speeds = 30.0
    area: Annotated[list[_Area], msgspec.Meta(max_length=MOST_AREAS)] = []


def read(text: str) -> GreatCircle | str:
    """The model, or one sentence that says what cannot be used."""
    try:
        said = msgspec.convert(loads(text), _File)
        return GreatCircle(said.detour, _each_hour(said.speeds_kmh), areas=_areas(said))
    except TOMLDecodeError as refusal:
        return f"It is not TOML: {refusal}."
    except (msgspec.ValidationError, ValueError) as refusal:
        return f"It cannot be used: {refusal}."


def _areas(said: _File) -> tuple[Area, ...]:
    names = [area.name for area in said.area]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"two areas are called {twice}")
    return tuple(_area(area, said.detour) for area in said.area)


def _area(said: _Area, detour: float) -> Area:
    centre = Place(*said.centre)
    if suspicious(centre):
        raise ValueError(f"the centre of {said.name} must be latitude, longitude")
    return Area(said.name, centre, said.radius_km * 1000, said.detour or detour, _each_hour(said.speeds_kmh))


def _each_hour(said: float | list[float]) -> tuple[float, ...]:
    return tuple(said) if isinstance(said, list) else (said,)
