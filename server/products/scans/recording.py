"""What is written of codes that were opened: numbers, regions, and how many networks there were.

An address lives in memory for a second as a rule, and is never written. What stays of it is the region in whole
degrees, where the settings name a file of regions; and a mark, the keyed hash of the code and the address's network, so
that one network counts once a day. The key is random, the day's own, and thrown away with the marks: then not even we
could find out which networks they were, though there are few enough to try them all.
"""

import asyncio
import hashlib
import ipaddress
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from server.platform import db
from server.platform.geoip import Region, Whereabouts
from server.products import store as products
from server.products.rules.suspicion import TERMS
from server.products.scans import store

_MARK_BYTES: Final = 16
_AT_ONCE: Final = 100
"""Openings that are hashed before whoever waits for a page has a turn: a millisecond."""
_PREFIXES: Final = {4: 24, 6: 48}
"""What one network is: a home's or a company's, not a phone's."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A code was opened from an address, within the hour from `hour` on, on `day` as its outlet counts days. `unit_id`
    None: it is not on record."""

    unit_id: UUID | None
    day: date
    hour: datetime
    address: str
    gtin: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What there may be to judge now. `unknown`: serials that are not on record → from how many networks that day,
    where these are enough to keep the serial."""

    units: frozenset[UUID] = frozenset()
    gtins: frozenset[str] = frozenset()
    unknown: Mapping[tuple[str, str, date], int] = field(default_factory=dict)


#: Of four numbers, as most are; the standard library's reader of addresses takes fifteen times as long.
_NUMBER: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_OF_FOUR: Final = re.compile(rf"(?:{_NUMBER}\.){{3}}{_NUMBER}")


def network_of(address: str) -> str:
    """`203.0.113.0/24`; "" for what is no address."""
    if _OF_FOUR.fullmatch(address):
        return f"{address[: address.rindex('.')]}.0/{_PREFIXES[4]}"
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((known, _PREFIXES[known.version]), strict=False))


def _in_order(counted: tuple[tuple[UUID, date], int]) -> tuple[bytes, date]:
    """As the rows are ordered by their key; comparing the ids themselves would take eight times as long."""
    (unit_id, day), _ = counted
    return unit_id.bytes, day


class Recorder:
    """One per application: knows the keys of the days, and the file of regions."""

    def __init__(self, whereabouts: Whereabouts | None = None) -> None:
        self._whereabouts = whereabouts
        self._keys: dict[date, bytes] = {}

    async def write(self, opened: Mapping[Opening, int]) -> Written:
        """All of it or nothing, in one transaction."""
        async with db.transaction():
            for day in sorted({one.day for one in opened}):
                await self._learn_key(day)
            known = {one: times for one, times in opened.items() if one.unit_id is not None}
            if known:
                await self._write_units(known)
            guessed = {one: times for one, times in opened.items() if one.unit_id is None}
            gtins = await store.known_gtins({one.gtin for one in guessed}) if guessed else set()
            ours = {one: times for one, times in guessed.items() if one.gtin in gtins}
            unknown = await self._write_unknown(ours) if ours else {}
        units = frozenset(one.unit_id for one in known if one.unit_id is not None)
        return Written(units, frozenset(gtins), unknown)

    async def _learn_key(self, day: date) -> None:
        if day not in self._keys:
            kept = await store.key_of(day, secrets.token_bytes(32))
            self._keys = {each: key for each, key in self._keys.items() if abs((each - day).days) <= 1} | {day: kept}

    def _hash(self, day: date, *parts: str) -> bytes:
        told = "\0".join(parts).encode()
        return hashlib.blake2b(told, key=self._keys[day], digest_size=_MARK_BYTES).digest()

    async def _write_units(self, opened: Mapping[Opening, int]) -> None:
        counts: Counter[tuple[UUID, date]] = Counter()
        marks: dict[bytes, tuple[UUID, date]] = {}
        for place, (one, times) in enumerate(opened.items(), 1):
            assert one.unit_id is not None
            counts[one.unit_id, one.day] += times
            marks[self._hash(one.day, str(one.unit_id), network_of(one.address))] = (one.unit_id, one.day)
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)
        await products.count_scans([(*key, times) for key, times in sorted(counts.items(), key=_in_order)])
        fresh = await store.add_marks([(mark, day, None) for mark, (_, day) in marks.items()])
        networks = Counter(marks[mark] for mark in fresh)
        if networks:
            await store.add_networks([(*key, more) for key, more in sorted(networks.items(), key=_in_order)])
        places = self._places(opened)
        if places:
            await store.add_places(
                [
                    (unit_id, hour, at.lat, at.lon, at.name, at.name_en, times)
                    for (unit_id, hour, at), times in sorted(places.items(), key=lambda p: (str(p[0][0]), p[0][1]))
                ]
            )

    def _places(self, opened: Mapping[Opening, int]) -> Counter[tuple[UUID, datetime, Region]]:
        found: Counter[tuple[UUID, datetime, Region]] = Counter()
        if self._whereabouts is None:
            return found
        regions = {address: self._whereabouts.of(address) for address in {one.address for one in opened}}
        names: dict[tuple[int, int], Region] = {}  # of two regions in one square, one name
        for one, times in opened.items():
            region = regions[one.address]
            if region is not None and one.unit_id is not None:
                found[one.unit_id, one.hour, names.setdefault((region.lat, region.lon), region)] += times
        return found

    async def _write_unknown(self, opened: Mapping[Opening, int]) -> dict[tuple[str, str, date], int]:
        counts: Counter[tuple[str, date]] = Counter()
        of_model: dict[bytes, tuple[str, date]] = {}
        of_serial: dict[bytes, tuple[bytes, date]] = {}
        serials: dict[bytes, tuple[str, str, date]] = {}
        for one, times in opened.items():
            network = network_of(one.address)
            counts[one.gtin, one.day] += times
            of_model[self._hash(one.day, "model", one.gtin, network)] = (one.gtin, one.day)
            code = self._hash(one.day, "code", one.gtin, one.serial)
            serials[code] = (one.gtin, one.serial, one.day)
            of_serial[self._hash(one.day, "serial", one.gtin, one.serial, network)] = (code, one.day)
        marks = [(mark, day, None) for mark, (_, day) in of_model.items()]
        fresh = await store.add_marks([*marks, *((mark, day, code) for mark, (code, day) in of_serial.items())])
        networks = Counter(of_model[mark] for mark in fresh & of_model.keys())
        await store.add_unknown([(*key, times, networks[key]) for key, times in sorted(counts.items())])
        found = await store.networks_of_serials(serials)
        return {serials[code]: many for code, many in found.items() if many >= TERMS.invented_networks}
