"""Pure. The table service of OSRM's HTTP API, version 1, as its docs/http.md describes it (distances since 5.18).

    GET /table/v1/{profile}/{lon},{lat};…?sources=0;1&destinations=2;3&annotations=duration,distance

Its times do not depend on the hour. osrm-routed refuses tables with more than `--max-table-size` (100) squared pairs;
hosted ones count coordinates. A request of ours keeps within that number of coordinates, which satisfies both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Table
from server.dispatch.travel.blocks import Largest
from server.dispatch.travel.wire import NO_ROAD, TOO_BIG, Fault, Request, nothing, table

MAX_TABLE_SIZE = 100

_TOO_LONG = (413, 414, 431)
"""A proxy that allows only shorter addresses."""


class _Answer(msgspec.Struct):
    code: str
    message: str = ""
    durations: list[list[float | None]] | None = None
    distances: list[list[float | None]] | None = None


_decoder = msgspec.json.Decoder(_Answer)


@dataclass(frozen=True)
class Osrm:
    """`url`: of the server, without a trailing slash."""

    url: str
    profile: str = "driving"
    coordinates: int = MAX_TABLE_SIZE
    name: str = field(default="osrm", init=False)
    hourly: bool = field(default=False, init=False)

    @property
    def largest(self) -> Largest:
        return Largest(self.coordinates, self.coordinates**2)

    def request(self, origins: Sequence[Place], destinations: Sequence[Place], hour: int) -> Request:
        where = ";".join(f"{place.lon:.5f},{place.lat:.5f}" for place in (*origins, *destinations))
        sources = ";".join(str(i) for i in range(len(origins)))
        targets = ";".join(str(len(origins) + i) for i in range(len(destinations)))
        asked = f"sources={sources}&destinations={targets}&annotations=duration,distance"
        return Request(f"{self.url}/table/v1/{self.profile}/{where}?{asked}")

    def read(self, status: int, body: bytes, rows: int, columns: int) -> Table | Fault:
        if status in _TOO_LONG:
            return Fault(TOO_BIG, f"HTTP {status}")
        try:
            answer = _decoder.decode(body)
        except msgspec.MsgspecError as wrong:
            return Fault("garbage", str(wrong)) if status == 200 else Fault("http_error", f"HTTP {status}")
        if answer.code == "Ok" and status == 200:
            if answer.durations is None or answer.distances is None:
                return Fault("garbage", "durations or distances are left out")
            return table(answer.durations, answer.distances, rows, columns)
        if answer.code == "NoTable":
            return nothing(rows, columns)
        codes = {"TooBig": TOO_BIG, "NoSegment": NO_ROAD}
        return Fault(codes.get(answer.code, "refused"), f"HTTP {status} {answer.code}: {answer.message}"[:200])
