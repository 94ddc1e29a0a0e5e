"""Pure. The time-distance matrix of Valhalla's HTTP API, as its docs/api/matrix.md describes it.

    POST /sources_to_targets {"sources": [{"lat", "lon"}], "targets": […], "costing": "auto", "verbose": false,
                              "date_time": {"type": 3, "value": "2026-03-02T08:00"}, "prioritize_bidirectional": true}

Time of type 3 does not vary along the way: one hour, one table, as our own model has it. Asked for bidirectional search
Valhalla also honours it with more sources than targets; otherwise it would ignore the time there. Servers from before
`verbose` answer with an object for each pair: both shapes are read. Distances are kilometres unless they say miles.
It refuses more than `max_matrix_location_pairs` (2,500) pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Table
from server.dispatch.travel.blocks import Largest
from server.dispatch.travel.wire import NO_ROAD, TOO_BIG, TOO_FAR, Fault, Request, nothing, table

MAX_LOCATION_PAIRS = 2500

_METRES = {"kilometers": 1000.0, "miles": 1609.344}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  local, at whatever place is asked about

_CODES = {150: TOO_BIG, 154: TOO_FAR, 170: TOO_FAR, 171: NO_ROAD, 441: TOO_FAR}
"""Too many pairs; too far apart; in unconnected regions; no edge near; unreachable."""

_NO_PATH = 442


class _Concise(msgspec.Struct):
    durations: list[list[float | None]]
    distances: list[list[float | None]]


class _Pair(msgspec.Struct):
    time: float | None
    distance: float | None


class _Answer(msgspec.Struct):
    sources_to_targets: _Concise | list[list[_Pair]]
    units: str = "kilometers"


class _Error(msgspec.Struct):
    error_code: int
    error: str = ""


_decoder, _errors = msgspec.json.Decoder(_Answer), msgspec.json.Decoder(_Error)


@dataclass(frozen=True)
class Valhalla:
    """`url`: of the server, without a trailing slash; `costing`: `auto`, `motor_scooter`, `bicycle`, …"""

    url: str
    costing: str = "auto"
    pairs: int = MAX_LOCATION_PAIRS
    name: str = field(default="valhalla", init=False)
    hourly: bool = field(default=True, init=False)

    @property
    def largest(self) -> Largest:
        return Largest(self.pairs + 1, self.pairs)

    def request(self, origins: Sequence[Place], destinations: Sequence[Place], hour: int) -> Request:
        body = {
            "sources": [_location(place) for place in origins],
            "targets": [_location(place) for place in destinations],
            "costing": self.costing,
            "units": "kilometers",
            "verbose": False,
            "date_time": {"type": 3, "value": (_EPOCH + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M")},
            "prioritize_bidirectional": True,
        }
        return Request(f"{self.url}/sources_to_targets", msgspec.json.encode(body))

    def read(self, status: int, body: bytes, rows: int, columns: int) -> Table | Fault:
        if status != 200:
            return _refusal(status, body, rows, columns)
        try:
            answer = _decoder.decode(body)
        except msgspec.MsgspecError as wrong:
            return Fault("garbage", str(wrong))
        if answer.units not in _METRES:
            return Fault("garbage", f"distances in {answer.units}"[:200])
        found = answer.sources_to_targets
        if isinstance(found, list):
            times = [[pair.time for pair in row] for row in found]
            found = _Concise(times, [[pair.distance for pair in row] for row in found])
        return table(found.durations, found.distances, rows, columns, _METRES[answer.units])


def _refusal(status: int, body: bytes, rows: int, columns: int) -> Table | Fault:
    try:
        error = _errors.decode(body)
    except msgspec.MsgspecError:
        return Fault(TOO_BIG if status == 413 else "http_error", f"HTTP {status}")
    if error.error_code == _NO_PATH:
        return nothing(rows, columns)
    return Fault(_CODES.get(error.error_code, "refused"), f"HTTP {status} {error.error_code}: {error.error}"[:200])


def _location(place: Place) -> dict[str, float]:
    return {"lat": round(place.lat, 5), "lon": round(place.lon, 5)}
