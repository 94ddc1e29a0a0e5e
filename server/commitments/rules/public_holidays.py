"""Pure. Which days a country rests on and which weekends it works for them, from the maintained library `holidays`.

Swapped weekends (China's 调休) are announced year by year. The library goes on naming the days that the law itself
names, but the weekends worked for them are missing until it learns them; `known` tells such years apart, and an
administrator's `closed` and `extra` fill the gap. Days of a holiday period that fall on a weekend anyway are not in the
library: a calendar that is open on weekends names those it is closed on.
"""

from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import holidays as library

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""Outside the library answers for nobody; here no day is a holiday then."""


class Holidays(NamedTuple):
    """`closed`: dates; `make_up`: weekend days that are worked."""

    closed: frozenset[date]
    make_up: frozenset[date]


NONE = Holidays(frozenset(), frozenset())


class Named(NamedTuple):
    """A holiday and its name, in the languages the library has it in; otherwise in the country's own."""

    day: date
    zh: str
    en: str


def country_known(country: str) -> bool:
    """`country`: ISO 3166, with a subdivision where wanted: `CN`, `US`, `US-MA`."""
    nation, _, part = country.partition("-")
    parts = _countries().get(nation)
    return parts is not None and (part in parts if "-" in country else True)


@lru_cache(4096)
def holidays(country: str, year: int) -> Holidays:
    """Of one year. ValueError for a country the library does not have."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return NONE
    # A weekend of December may be worked for a holiday of January, and the library tells it with the latter.
    found = _ask(country, range(year - 1, year + 2))
    worked = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year == year)
    return Holidays(frozenset(day for day in found if day.year == year) - worked, worked)


def known(country: str, year: int) -> bool:
    """Whether the library has all of this year; False for years whose swapped weekends it has not learned."""
    last = _last_swapped(country)
    return FIRST_YEAR <= year <= (LAST_YEAR if last is None else last)


def named(country: str, year: int) -> list[Named]:
    """In order of their dates. ValueError for a country the library does not have."""
    zh, en = (_ask(country, range(year, year + 1), language) for language in ("zh_CN", "en_US"))
    return [Named(day, zh[day], en[day]) for day in sorted(zh) if day.year == year]


@lru_cache
def _countries() -> dict[str, frozenset[str]]:
    return {code: frozenset(parts) for code, parts in library.list_supported_countries().items()}


@lru_cache
def _last_swapped(country: str) -> int | None:
    """None: this country swaps no weekends."""
    if not getattr(_ask(country, range(0)), "has_substituted_holidays", False):
        return None
    years = {day.year for day in _ask(country, range(2000, LAST_YEAR)).weekend_workdays}
    return max(years, default=FIRST_YEAR)


def _ask(country: str, years: range, language: str | None = None) -> Any:
    if not country_known(country):
        raise ValueError(f"no country of the library: {country!r}")
    nation, _, part = country.partition("-")
    spoken = getattr(library.country_holidays(nation), "supported_languages", ())
    told = language if language in spoken else None
    return library.country_holidays(nation, subdiv=part or None, years=years, language=told)
