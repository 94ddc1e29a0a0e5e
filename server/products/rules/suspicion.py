"""When scans of a code look like more than one product carries it. Pure: no I/O, no clock, no tables.

What is known of a scan is little, by intent: the hour, the place to the whole degree, how many networks a day. So every
signal wants more than one coincidence, and `TERMS` says how much more, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final, Literal

from server.products.rules.refusal import Text

Signal = Literal["travel", "regions", "networks", "before_sale", "unknown_codes", "invented_serial"]
Source = Literal["page", "visit"]


@dataclass(frozen=True, slots=True)
class Terms:
    """Thresholds.

    `window`: what lies further back is not looked at. `rounding_km`: two places that were rounded to whole degrees may
    be nearer than they look by this. `travel_km`, `travel_kmh`, `trips`: nobody makes such a trip even by air; one may
    be a customer's VPN, or a network that leaves the country elsewhere, so it takes as many, with no scan in common.
    `region_km`, `regions`: a gift may travel, and a family live in three towns; six regions in a month is no household.
    `networks_sold`, `networks_unsold`, `busy_days`: a household with visitors and a technician has a handful of
    networks a day; a unit on display in a shop is scanned by everybody with a phone, so an unsold one may have many.
    `early_days`, with `early_regions` or `early_networks`: a unit on display is scanned before it is sold too, but in
    one region; that it lies in a box and is scanned in three is what copies look like.
    `guesses_networks` with `guesses`, or `guesses_alone`: codes that are not on record, of one model on one day; the
    first is what a batch of forged labels looks like, the second somebody who tries out serials.
    `invented_networks`: the same unknown serial on one day; it is on that many products, or on one in a shop window.
    `invented_most`: of one model at a time: who sends us invented serials on purpose shall not fill the desk with them.
    """

    window: timedelta = timedelta(days=30)
    rounding_km: float = 160.0
    travel_km: float = 500.0
    travel_kmh: float = 1000.0
    trips: int = 2
    region_km: float = 300.0
    regions: int = 6
    networks_sold: int = 15
    networks_unsold: int = 60
    busy_days: int = 2
    early_window: timedelta = timedelta(days=90)
    early_days: int = 20
    early_regions: int = 3
    early_networks: int = 30
    guesses: int = 60
    guesses_networks: int = 10
    guesses_alone: int = 500
    invented_networks: int = 5
    invented_most: int = 20


TERMS: Final = Terms()


@dataclass(frozen=True, slots=True)
class Place:
    """Scans of one hour (`at`: its beginning, UTC) at one place, in whole degrees. `visit`: by a technician on site."""

    at: datetime
    lat: int
    lon: int
    source: Source = "page"
    name: str = ""
    name_en: str = ""
    scans: int = 1


@dataclass(frozen=True, slots=True)
class Day:
    """Scans of one day, and from how many different networks they came."""

    day: date
    scans: int
    networks: int = 0


@dataclass(frozen=True, slots=True)
class Trip:
    """Two scans between which nobody can have travelled: `km` at least, in `hours` at most."""

    start: Place
    end: Place
    km: float
    hours: float


@dataclass(frozen=True, slots=True)
class Scans:
    """What is known of the scans of one unit."""

    places: tuple[Place, ...] = ()
    days: tuple[Day, ...] = ()
    sold_on: date | None = None
    installed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why there is an alarm: `found` says it in a sentence."""

    signal: Signal
    found: Text
    places: tuple[Place, ...] = ()
    days: tuple[Day, ...] = ()
    trips: tuple[Trip, ...] = field(default=())


def judge(scans: Scans, now: datetime, since: Mapping[Signal, datetime], terms: Terms = TERMS) -> tuple[Evidence, ...]:
    """Every signal that the unit gives at `now`, each from scans after `since` alone (when its last alarm was closed),
    if it is named there."""
    found = (check(_after(scans, since.get(signal)), now, terms) for signal, check in _SIGNALS.items())
    return tuple(one for one in found if one is not None)


def _after(scans: Scans, since: datetime | None) -> Scans:
    """Hours and days that had not begun by then."""
    if since is None:
        return scans
    places = tuple(p for p in scans.places if p.at > since)
    days = tuple(d for d in scans.days if d.day > since.date())
    return Scans(places, days, scans.sold_on, scans.installed_on)


def distance_km(start: Place, end: Place) -> float:
    """Along the great circle."""
    lat1, lon1, lat2, lon2 = (radians(x) for x in (start.lat, start.lon, end.lat, end.lon))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(min(1.0, half)))


# ---- signals of one unit ------------------------------------------------------------------------------------------


def _travel(scans: Scans, now: datetime, terms: Terms) -> Evidence | None:
    recent = sorted((p for p in scans.places if p.at > now - terms.window), key=lambda p: (p.at, p.lat, p.lon))
    trips: list[Trip] = []
    before: Place | None = None
    for place in recent:
        trip = None if before is None else _impossible(before, place, terms)
        if trip is not None:
            trips.append(trip)
        before = place if trip is None else None  # so that no scan is in two trips
    if len(trips) < terms.trips:
        return None
    longest = max(trips, key=lambda t: t.km)
    km, hours = round(longest.km), round(longest.hours)
    return Evidence(
        "travel",
        Text(
            f"30 天内有 {len(trips)} 次无人能完成的移动，例如最多 {hours} 小时内至少 {km} 公里。",
            f"{len(trips)} trips in 30 days that nobody can have made, such as at least {km} km in at most {hours} h.",
        ),
        places=tuple(p for t in trips for p in (t.start, t.end)),
        trips=tuple(trips),
    )


def _impossible(start: Place, end: Place, terms: Terms) -> Trip | None:
    """Two visits make none: where a job is, people have typed."""
    if start.source == end.source == "visit":
        return None
    km = distance_km(start, end) - terms.rounding_km
    hours = (end.at - start.at) / timedelta(hours=1) + 1  # from the beginning of one hour to the end of the other
    return Trip(start, end, km, hours) if km >= terms.travel_km and km / hours > terms.travel_kmh else None


def _regions(scans: Scans, now: datetime, terms: Terms) -> Evidence | None:
    recent = [p for p in scans.places if p.at > now - terms.window and p.source == "page"]
    apart = _apart(recent, terms)
    if len(apart) < terms.regions:
        return None
    found = Text(
        f"30 天内在 {len(apart)} 个相距 {round(terms.region_km)} 公里以上的地区被扫描。",
        f"Scanned in {len(apart)} regions more than {round(terms.region_km)} km from each other within 30 days.",
    )
    return Evidence("regions", found, places=tuple(apart))


def _apart(places: Sequence[Place], terms: Terms) -> list[Place]:
    """The first scan of each region."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: p.at):
        if all(distance_km(place, other) > terms.region_km for other in kept):
            kept.append(place)
    return kept


def _networks(scans: Scans, now: datetime, terms: Terms) -> Evidence | None:
    first = (now - terms.window).date()
    known = [day for day in (scans.sold_on, scans.installed_on) if day is not None]
    with_customer = min(known, default=date.max)
    busy = [
        d
        for d in scans.days
        if d.day > first and d.networks >= (terms.networks_sold if d.day > with_customer else terms.networks_unsold)
    ]
    if len(busy) < terms.busy_days:
        return None
    most = max(d.networks for d in busy)
    found = Text(
        f"30 天内有 {len(busy)} 天被异常多的网络扫描，最多一天 {most} 个。",
        f"Scanned from unusually many networks on {len(busy)} days within 30, from {most} on one day.",
    )
    return Evidence("networks", found, days=tuple(busy))


def _before_sale(scans: Scans, now: datetime, terms: Terms) -> Evidence | None:
    """`now` plays no part: it is the day of sale that counts."""
    del now
    if scans.sold_on is None:
        return None
    first = scans.sold_on - terms.early_window
    days = [d for d in scans.days if first <= d.day < scans.sold_on]
    places = [p for p in scans.places if first <= p.at.date() < scans.sold_on and p.source == "page"]
    apart = _apart(places, terms)
    widely = len(apart) >= terms.early_regions or any(d.networks >= terms.early_networks for d in days)
    if len(days) < terms.early_days or not widely:
        return None
    found = Text(
        f"售出前已在 {len(days)} 天被多处扫描，而这台产品当时应还未售出。",
        f"Scanned widely on {len(days)} days before it was sold, while it should have been nowhere but in store.",
    )
    return Evidence("before_sale", found, places=tuple(apart), days=tuple(days))


_SIGNALS: Final[Mapping[Signal, Callable[[Scans, datetime, Terms], Evidence | None]]] = {
    "travel": _travel,
    "regions": _regions,
    "networks": _networks,
    "before_sale": _before_sale,
}

# ---- codes that are not on record ---------------------------------------------------------------------------------


def judge_unknown(days: Sequence[Day], since: datetime | None, terms: Terms = TERMS) -> Evidence | None:
    """`days`: scans of unknown serials of one model."""
    many = [
        d
        for d in days
        if (since is None or d.day > since.date())
        and (d.scans >= terms.guesses_alone or (d.scans >= terms.guesses and d.networks >= terms.guesses_networks))
    ]
    if not many:
        return None
    most = max(many, key=lambda d: d.scans)
    found = Text(
        f"该型号的未登记编码一天内被扫描 {most.scans} 次，来自 {most.networks} 个网络。",
        f"Codes of this model that are not on record were scanned {most.scans} times on one day, from"
        f" {most.networks} networks.",
    )
    return Evidence("unknown_codes", found, days=tuple(many))


def judge_invented(day: Day, since: datetime | None, terms: Terms = TERMS) -> Evidence | None:
    """`day`: scans of one unknown serial."""
    if day.networks < terms.invented_networks or (since is not None and day.day <= since.date()):
        return None
    found = Text(
        f"同一未登记的编号一天内被 {day.networks} 个网络扫描：可能是伪造的标签，也可能是尚未登记的产品。",
        f"One serial that is not on record was scanned from {day.networks} networks on one day: a forged label, or a"
        " product that has not been put on record yet.",
    )
    return Evidence("invented_serial", found, days=(day,))


#: What each signal means, for whoever looks into it.
RULES: Final[Mapping[Signal, Text]] = {
    "travel": Text(
        f"一件产品不可能在短时间内出现在相距很远的两地；{TERMS.trips} 次即告警（一次可能是代理网络）。",
        f"One product cannot be at two distant places within so short a time; {TERMS.trips} such trips raise an alarm,"
        " as one may be a proxy.",
    ),
    "regions": Text(
        f"30 天内在 {TERMS.regions} 个以上地区被扫描的编码，很可能被复制。",
        f"A code that is scanned in {TERMS.regions} regions or more within 30 days has probably been copied.",
    ),
    "networks": Text(
        f"已售产品一天来自 {TERMS.networks_sold} 个网络（未售 {TERMS.networks_unsold} 个）以上，"
        f"且达 {TERMS.busy_days} 天，即告警；门店样机允许更多。",
        f"A sold product scanned from {TERMS.networks_sold} networks a day or more (an unsold one from"
        f" {TERMS.networks_unsold}, as it may be on display), on {TERMS.busy_days} days.",
    ),
    "before_sale": Text(
        f"售出前 {TERMS.early_days} 天以上、在多个地区或许多网络被扫描：标签可能已被复制。",
        f"Scanned on {TERMS.early_days} days or more before it was sold, in several regions or from many networks: its"
        " label may have been copied.",
    ),
    "unknown_codes": Text(
        "某型号的未登记编码被频繁扫描：有人在猜编号，或有整批伪造标签；编号本身不予保存。",
        "Codes of a model that are not on record are scanned often: somebody guesses serials, or a batch of labels is"
        " forged. The serials are not kept.",
    ),
    "invented_serial": Text(
        f"同一未登记的编号一天内来自 {TERMS.invented_networks} 个以上网络：编号作为证据予以保存。",
        f"One serial that is not on record, from {TERMS.invented_networks} networks or more on one day: the serial is"
        " kept as evidence.",
    ),
}
