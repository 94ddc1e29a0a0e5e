"""Everybody and everything in the demonstration firm before anything happens: staff, technicians with their shifts,
customers, product units. Pure: a seed and the present moment in, the whole cast out; serials are the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from server.demo import names, places
from server.demo.catalogue import BRAND, MODELS, Model
from server.demo.names import Person
from server.demo.places import DISTRICTS, ZONE, Place

LOCAL = ZoneInfo(ZONE)

CUSTOMERS = 420
UNITS = 600
IN_STOCK = 70
JUST_SOLD = 125

FIRM = f"{BRAND}电器（演示企业）", "Heguang Appliances (demonstration)"
HOTLINE = "021-0000 2424"  # no number of Shanghai begins with 0

SHIFT_DAYS = range(-14, 15)

Span = tuple[datetime, datetime]


def day_of(instant: datetime) -> date:
    """The day on which it happens in the city."""
    return instant.astimezone(LOCAL).date()


class Rota(NamedTuple):
    """Daily working time by the outlet's clock; `every`: on which days (None: five of seven)."""

    begins: time
    hours: float
    every: int | None = None


_EARLY = Rota(time(7, 30), 9)
_DAY = Rota(time(8, 30), 9)
_LATE = Rota(time(12, 0), 9)
_NIGHT = Rota(time(20, 0), 12, every=2)

#: Grade A regions are served around the clock: two people take turns at night.
_ROTAS = {"A": (_DAY, _EARLY, _LATE, _DAY, _NIGHT, _NIGHT), "B": (_DAY, _EARLY, _LATE, _DAY, _LATE)}
_ROTAS |= {"C": (_DAY, _EARLY, _LATE, _DAY)}

_ALL_LINES = ("air_conditioner", "refrigerator", "washing_machine", "television")
_ALL_ROUND = ("repair", "maintenance", "inspection", "installation", "delivery")

#: What the n-th technician of an outlet can do: work and product lines.
_SKILLS = (
    (*_ALL_ROUND, *_ALL_LINES),
    ("repair", "maintenance", "inspection", "air_conditioner", "refrigerator", "washing_machine"),
    (*_ALL_ROUND, *_ALL_LINES),
    ("installation", "delivery", "maintenance", *_ALL_LINES),
    ("repair", "inspection", "maintenance", "delivery", *_ALL_LINES),
    (*_ALL_ROUND, *_ALL_LINES),
)


@dataclass(frozen=True, slots=True)
class Technician:
    """`outlet`: index in DISTRICTS. `shifts`: in order, UTC."""

    person: Person
    outlet: int
    skills: tuple[str, ...]
    home: Place
    shifts: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    outlet: int
    phone: str
    address: str
    access_notes: str
    at: Place
    reads_english: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """`customer`: index among the customers, None in stock. `just_sold`: waits for delivery or installation; its days
    of sale and installation follow from the jobs about it."""

    model: Model
    serial: str
    outlet: int
    customer: int | None
    manufactured_on: date
    sold_on: date | None
    installed_on: date | None
    registered_on: date | None
    just_sold: bool = False


class Staff(NamedTuple):
    """Somebody at a desk. `centre`: key in CENTRES; `outlet`: index in DISTRICTS; both None at headquarters."""

    person: Person
    role: str
    centre: str | None = None
    outlet: int | None = None
    locale: str = "zh-CN"


@dataclass(frozen=True, slots=True)
class Cast:
    staff: tuple[Staff, ...]
    technicians: tuple[Technician, ...]
    customers: tuple[Customer, ...]
    units: tuple[Unit, ...]

    def technicians_of(self, outlet: int) -> list[int]:
        return [index for index, t in enumerate(self.technicians) if t.outlet == outlet]


def gather(seed: int, now: datetime, new_serial: Callable[[], str]) -> Cast:
    rng = Random(seed)
    people = names.different(rng, women=0.12)
    technicians = tuple(_technicians(rng, people, day_of(now)))
    staff = tuple(_staff(rng, people))
    customers = tuple(_customers(rng))
    units = tuple(_units(rng, customers, day_of(now), new_serial))
    return Cast(staff, technicians, customers, units)


def _technicians(rng: Random, people: Iterator[Person], today: date) -> Iterator[Technician]:
    for outlet, district in enumerate(DISTRICTS):
        for place in range(district.technicians):
            rota = _ROTAS[district.grade][place]
            off = round(place * 7 / district.technicians)
            home = places.near(rng, rng.choice(district.streets).at, 240)
            shifts = tuple(_shifts(rota, off, place, today))
            yield Technician(next(people), outlet, _SKILLS[place], home, shifts)


def _shifts(rota: Rota, off: int, place: int, today: date) -> Iterator[Span]:
    """`off`: the first of two days off in a row (0 = Monday)."""
    for day in (today + timedelta(days=n) for n in SHIFT_DAYS):
        if rota.every is None and (day.weekday() - off) % 7 < 2:
            continue
        if rota.every is not None and (day.toordinal() + place) % rota.every:
            continue
        begins = datetime.combine(day, rota.begins, LOCAL).astimezone(ZoneInfo("UTC"))
        yield begins, begins + timedelta(hours=rota.hours)


def _staff(rng: Random, people: Iterator[Person]) -> Iterator[Staff]:
    def somebody() -> Person:
        return next(people)

    yield Staff(somebody(), "hq_manager")
    yield Staff(Person("Helen Marsh", "Helen Marsh", "helen.marsh"), "auditor", locale="en")
    for centre in places.CENTRES:
        yield Staff(somebody(), "centre_manager", centre)
    for outlet, district in enumerate(DISTRICTS):
        yield Staff(somebody(), "dispatcher", district.centre, outlet)
        yield Staff(somebody(), "outlet_manager", district.centre, outlet)


def outlet_shares() -> list[float]:
    total = sum(d.technicians for d in DISTRICTS)
    return [d.technicians / total for d in DISTRICTS]


def shared_out(count: int) -> list[int]:
    """`count` things over the outlets, as even to their size as whole things allow."""
    whole = [int(count * share) for share in outlet_shares()]
    for outlet in range(count - sum(whole)):
        whole[outlet % len(whole)] += 1
    return whole


_ACCESS = (
    *("", "", "", "", "门禁呼叫房号", "电梯需刷卡，请提前电话联系", "小区不能停货车，请停东门外"),
    *("先打电话，老人在家", "单元门密码请电话询问", "Please call ten minutes before you arrive", "宠物在家，请先敲门"),
)


def _customers(rng: Random) -> Iterator[Customer]:
    for outlet, count in enumerate(shared_out(CUSTOMERS)):
        for _ in range(count):
            yield _customer(rng, outlet)


def _customer(rng: Random, outlet: int) -> Customer:
    district, kind = DISTRICTS[outlet], rng.random()
    if kind < 0.05:
        name, door = names.business(rng), places.shop_address(rng, district)
    elif kind < 0.15:
        name, door = names.english(rng), places.address(rng, district, english=True)
    else:
        name, door = names.chinese(rng).name, places.address(rng, district)
    return Customer(name, outlet, names.phone(rng), door.text, rng.choice(_ACCESS), door.at, 0.05 <= kind < 0.15)


#: Homes have more than one appliance; the lines' shares among all units.
_LINE_WEIGHTS = {"air_conditioner": 0.42, "refrigerator": 0.22, "washing_machine": 0.22, "television": 0.14}


def _units(rng: Random, customers: tuple[Customer, ...], today: date, new_serial: Callable[[], str]) -> Iterator[Unit]:
    sold = UNITS - IN_STOCK
    owners = [*range(len(customers)), *(rng.randrange(len(customers)) for _ in range(sold - len(customers)))]
    fresh = set(rng.sample(range(len(customers)), JUST_SOLD))
    for place, owner in enumerate(owners):
        just_sold = place in fresh
        age = rng.randrange(0, 4) if just_sold else _age_in_days(rng)
        sold_on = today - timedelta(days=age)
        made_on = sold_on - timedelta(days=rng.randrange(20, 240))
        installed = None if just_sold else min(today, sold_on + timedelta(rng.randrange(0, 5)))
        registered = None if just_sold or rng.random() < 0.25 else min(today, sold_on + timedelta(rng.randrange(0, 20)))
        outlet = customers[owner].outlet
        yield Unit(_model(rng), new_serial(), outlet, owner, made_on, sold_on, installed, registered, just_sold)
    for outlet, count in enumerate(shared_out(IN_STOCK)):
        for _ in range(count):
            made_on = today - timedelta(days=rng.randrange(15, 150))
            yield Unit(_model(rng), new_serial(), outlet, None, made_on, None, None, None)


def _age_in_days(rng: Random) -> int:
    """Most within the free term of two years, some beyond it, some beyond the statute's three for main parts."""
    return rng.randrange(*rng.choices([(20, 365), (365, 730), (730, 1095), (1095, 2600)], [40, 25, 20, 15])[0])


def _model(rng: Random) -> Model:
    (line,) = rng.choices(list(_LINE_WEIGHTS), list(_LINE_WEIGHTS.values()))
    return rng.choice([m for m in MODELS if m.line == line])
