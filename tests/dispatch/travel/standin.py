"""A routing server in place of a real one, on a loopback port: it speaks OSRM's and Valhalla's documented JSON.

A journey east takes as many seconds as there are hundred-thousandths of a degree of longitude, one west half of that
and a second; ten metres a second. `tempers` are what it does to requests, first come first served; then it is well.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LonLat = tuple[float, float]


@dataclass
class Asked:
    """One request as it came: `method`, path and query as written, the JSON sent."""

    method: str
    path: str
    query: str
    json: Any


Temper = Callable[["RoutingServer", asyncio.StreamWriter], Any]
"""Answers instead of the server; may be a coroutine. Anything raised ends the connection."""


@dataclass
class RoutingServer:
    """`most_coordinates`, `most_pairs`: beyond them `TooBig` and error 150. `off_road`: longitudes no street is near.
    `islands`: longitudes no way leads to or from. `farthest`: seconds east beyond which Valhalla answers error 154."""

    most_coordinates: int = 100
    most_pairs: int = 2500
    off_road: set[float] = field(default_factory=set)
    islands: set[float] = field(default_factory=set)
    farthest: int | None = None
    pause_s: float = 0.0
    verbose_only: bool = False
    units: str = "kilometers"
    asked: list[Asked] = field(default_factory=list)
    tempers: list[Temper] = field(default_factory=list)
    always: Temper | None = None
    url: str = ""
    heard: asyncio.Condition = field(default_factory=asyncio.Condition)
    open_at_once: int = 0
    most_at_once: int = 0

    async def asked_times(self, times: int) -> None:
        """Waits until that many requests have come."""
        async with self.heard:
            await self.heard.wait_for(lambda: len(self.asked) >= times)

    def pairs(self) -> list[tuple[LonLat, LonLat]]:
        """Everything anybody asked for."""
        return [pair for asked in self.asked for pair in _pairs(asked)]


def seconds(origin: LonLat, destination: LonLat) -> int:
    east = round((destination[0] - origin[0]) * 1e5)
    return east if east >= 0 else -east // 2 + 1


@asynccontextmanager
async def routing_server(**known: Any) -> AsyncIterator[RoutingServer]:
    at = RoutingServer(**known)
    open_now: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.add(task)
        try:
            while await _one(at, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            open_now.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    at.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield at
    finally:
        server.close()
        for task in list(open_now):
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)


async def _one(at: RoutingServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """One request and its answer; whether another may follow."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = dict(line.lower().split(": ", 1) for line in lines if line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    asked = Asked(method, parts.path, parts.query, json.loads(body) if body else None)
    async with at.heard:
        at.asked.append(asked)
        at.heard.notify_all()
    at.open_at_once += 1
    at.most_at_once = max(at.most_at_once, at.open_at_once)
    try:
        temper = at.tempers.pop(0) if at.tempers else at.always
        if temper is not None:
            done = temper(at, writer)
            if asyncio.iscoroutine(done):
                await done
            return False
        await asyncio.sleep(at.pause_s)
        answer(writer, *(osrm if "/table/" in asked.path else valhalla)(at, asked))
    finally:
        at.open_at_once -= 1
    await writer.drain()
    return True


def answer(writer: asyncio.StreamWriter, status: int, said: Any) -> None:
    body = json.dumps(said).encode()
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)


# ------------------------------------------------------------------------------------------------------- what they say


def osrm(at: RoutingServer, asked: Asked) -> tuple[int, Any]:
    head, _, where = asked.path.rpartition("/")
    if asked.method != "GET" or not head.endswith("/table/v1/driving"):
        return 400, {"code": "InvalidUrl", "message": "URL string malformed close to position 1"}
    places = _coordinates(where)
    if any(abs(lat) > 90 for _, lat in places):
        return 400, {"code": "InvalidOptions", "message": "Coordinates are invalid"}
    if len(places) > at.most_coordinates:
        return 400, {"code": "TooBig", "message": "Too many table coordinates"}
    for i, place in enumerate(places):
        if place[0] in at.off_road:
            return 400, {"code": "NoSegment", "message": f"Could not find a matching segment for coordinate {i}"}
    query = parse_qs(asked.query, separator="&")
    sources, destinations = (_chosen(places, query[name][0]) for name in ("sources", "destinations"))
    said: dict[str, Any] = {"code": "Ok", "sources": [_waypoint(p) for p in sources]}
    said["destinations"] = [_waypoint(p) for p in destinations]
    lasts = [[_time(at, a, b) for b in destinations] for a in sources]
    wanted = query["annotations"][0].split(",")
    if "duration" in wanted:
        said["durations"] = [[None if s is None else s - 0.4 if s else 0 for s in row] for row in lasts]
    if "distance" in wanted:
        said["distances"] = [[None if s is None else s * 10 for s in row] for row in lasts]
    return 200, said


def valhalla(at: RoutingServer, asked: Asked) -> tuple[int, Any]:
    if asked.path != "/sources_to_targets":
        return 404, _error(106, "Try any of: '/sources_to_targets'", "Not Found", 404)
    said = asked.json
    if said["costing"] not in ("auto", "motor_scooter"):
        return 400, _error(125, "No costing method found")
    sources, targets = ([(p["lon"], p["lat"]) for p in said[name]] for name in ("sources", "targets"))
    if len(sources) * len(targets) > at.most_pairs:
        return 400, _error(150, f"Exceeded max locations: {at.most_pairs}")
    if any(lon in at.off_road for lon, _ in (*sources, *targets)):
        return 400, _error(171, "No suitable edges near location")
    if at.farthest is not None and any(abs(a[0] - b[0]) * 1e5 > at.farthest + 1 for a in sources for b in targets):
        return 400, _error(154, f"Path distance exceeds the max distance limit: {at.farthest} meters")
    lasts = [[_time(at, a, b) for b in targets] for a in sources]
    unit = 1000 if at.units == "kilometers" else 1609.344
    far = [[None if s is None else s * 10 / unit for s in row] for row in lasts]
    common = {"units": at.units, "algorithm": "costmatrix"}
    if said.get("verbose", True) or at.verbose_only:
        rows = [
            [{"from_index": i, "to_index": j, "time": s, "distance": far[i][j], "cost": s} for j, s in enumerate(row)]
            for i, row in enumerate(lasts)
        ]
        return 200, {"sources_to_targets": rows, "sources": said["sources"], "targets": said["targets"], **common}
    return 200, {"sources_to_targets": {"durations": lasts, "distances": far}, **common}


def _error(code: int, error: str, status: str = "Bad Request", status_code: int = 400) -> dict[str, Any]:
    return {"error_code": code, "error": error, "status_code": status_code, "status": status}


def _time(at: RoutingServer, origin: LonLat, destination: LonLat) -> int | None:
    if origin != destination and at.islands & {origin[0], destination[0]}:
        return None
    return seconds(origin, destination)


def _waypoint(place: LonLat) -> dict[str, Any]:
    return {"location": list(place), "hint": "", "name": "", "distance": 0.0}


def _coordinates(where: str) -> list[LonLat]:
    return [(float(lon), float(lat)) for lon, lat in (pair.split(",") for pair in unquote(where).split(";"))]


def _chosen(places: list[LonLat], indices: str) -> list[LonLat]:
    return [places[int(i)] for i in indices.split(";")]


def _pairs(asked: Asked) -> list[tuple[LonLat, LonLat]]:
    if asked.json is not None:
        sources, targets = ([(p["lon"], p["lat"]) for p in asked.json[name]] for name in ("sources", "targets"))
    else:
        places, query = _coordinates(asked.path.rpartition("/")[2]), parse_qs(asked.query, separator="&")
        sources, targets = (_chosen(places, query[name][0]) for name in ("sources", "destinations"))
    return [(a, b) for a in sources for b in targets]


# --------------------------------------------------------------------------------------------------------- bad tempers


def says(status: int, body: bytes, headers: str = "") -> Temper:
    """Exactly these bytes, and the end of the connection."""

    async def temper(_: RoutingServer, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)
        await writer.drain()

    return temper


def hangs(_: RoutingServer, __: asyncio.StreamWriter) -> Any:
    return asyncio.Event().wait()


async def drips(_: RoutingServer, writer: asyncio.StreamWriter) -> None:
    """A byte now and then, without end: no pause is long enough to be a timeout by itself."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def floods(_: RoutingServer, writer: asyncio.StreamWriter) -> None:
    """More than anybody wants to hear, and no length given before."""
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


async def cuts(_: RoutingServer, writer: asyncio.StreamWriter) -> None:
    """Half of what was announced."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"code":"Ok","durations":[[0,')
    await writer.drain()


def drops(_: RoutingServer, writer: asyncio.StreamWriter) -> None:
    """Not a word."""
    writer.transport.abort()
