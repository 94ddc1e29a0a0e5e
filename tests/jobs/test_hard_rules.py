"""Pure: a site's hours, stock, and what of a visit the hard rules forbid."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from schemas.jobs import SiteHours
from server.jobs.rules import bookable, site_hours, stock
from server.jobs.rules.bookable import Person

SHANGHAI, BOSTON = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, tzinfo=SHANGHAI)


def weekly(*days: int, start: str = "08:00", end: str = "12:00") -> dict[str, Any]:
    return {"days": list(days), "from": start, "to": end}


def spans(*windows: dict[str, Any], start: datetime = MONDAY, days: float = 7, zone: ZoneInfo = SHANGHAI) -> Any:
    found = site_hours.spans(windows, zone, start, start + days * DAY)
    return [(begin.astimezone(zone), end.astimezone(zone)) for begin, end in found]


def wire(*windows: dict[str, Any]) -> list[SiteHours]:
    return msgspec.convert(list(windows), list[SiteHours])


class TestSiteHours:
    def test_of_the_week_fall_on_their_days(self) -> None:
        found = spans(weekly(1, 3), weekly(1, start="14:00", end="16:00"))
        assert [(s - MONDAY, e - MONDAY) for s, e in found] == [
            (8 * HOUR, 12 * HOUR),
            (14 * HOUR, 16 * HOUR),
            (2 * DAY + 8 * HOUR, 2 * DAY + 12 * HOUR),
        ]

    def test_of_a_date_fall_on_it_alone(self) -> None:
        found = spans({"on": "2026-03-04", "from": "09:00", "to": "10:00"})
        assert [s - MONDAY for s, _ in found] == [2 * DAY + 9 * HOUR]
        assert spans({"on": "2026-04-04", "from": "09:00", "to": "10:00"}) == []

    def test_over_midnight_end_on_the_day_after(self) -> None:
        (found,) = spans(weekly(1, start="22:00", end="06:00"), days=2)
        assert found == (MONDAY + 22 * HOUR, MONDAY + 30 * HOUR)
        (running,) = spans(weekly(7, start="22:00", end="06:00"), days=0.5)
        assert running == (MONDAY - 2 * HOUR, MONDAY + 6 * HOUR)

    def test_may_last_all_day(self) -> None:
        assert spans(weekly(1, start="00:00", end="24:00"), days=2) == [(MONDAY, MONDAY + DAY)]
        assert spans(weekly(1, start="00:00", end="00:00"), days=2) == [(MONDAY, MONDAY + DAY)]

    def test_follow_the_clocks_of_their_zone(self) -> None:
        sunday = datetime(2026, 3, 8, tzinfo=BOSTON)  # 02:00 becomes 03:00
        ((begin, end),) = site_hours.spans([weekly(7, start="01:00", end="04:00")], BOSTON, sunday, sunday + DAY)
        assert end - begin == 2 * HOUR
        assert begin.tzinfo is UTC

    def test_let_in_at_the_beginning_and_no_more_at_the_end(self) -> None:
        windows = [weekly(1)]
        for at, open_ in ((8 * HOUR, True), (12 * HOUR - timedelta(seconds=1), True), (12 * HOUR, False)):
            assert site_hours.inside(windows, SHANGHAI, MONDAY + at) is open_
        assert not site_hours.inside(windows, SHANGHAI, MONDAY + 8 * HOUR - timedelta(seconds=1))
        assert site_hours.inside([], SHANGHAI, MONDAY)

    def test_that_meet_do_not_overlap(self) -> None:
        assert site_hours.fault(wire(weekly(1), weekly(1, start="12:00", end="13:00"))) is None
        assert (
            site_hours.fault(wire(weekly(7, start="22:00", end="02:00"), weekly(1, start="02:00", end="03:00"))) is None
        )
        assert site_hours.fault(wire(weekly(7, start="22:00", end="02:01"), weekly(1, start="02:00", end="03:00")))

    @given(st.integers(0, 10_079), st.sets(st.integers(1, 7), min_size=1), st.integers(0, 23), st.integers(0, 23))
    def test_are_inside_exactly_where_a_span_is(self, minute: int, days: set[int], start: int, end: int) -> None:
        windows = [weekly(*days, start=f"{start:02}:00", end=f"{end:02}:00")]
        at = MONDAY + timedelta(minutes=minute)
        found = site_hours.spans(windows, SHANGHAI, MONDAY - DAY, MONDAY + 8 * DAY)
        assert site_hours.inside(windows, SHANGHAI, at) == any(begin <= at < over for begin, over in found)


class TestStock:
    def test_is_never_below_nothing(self) -> None:
        assert stock.minus({"pump": 1, "hose": 3}, {"pump": 2, "hose": 1, "belt": 1}) == {"pump": 0, "hose": 2}

    def test_is_short_by_what_is_missing(self) -> None:
        assert stock.short({"pump": 1}, {"pump": 2, "hose": 1}) == {"pump": 1, "hose": 1}
        assert stock.short({"pump": 2}, {"pump": 2}) == {}

    def test_at_the_depot_is_promised_to_vans_that_are_short(self) -> None:
        vans = {"a": {"pump": 1}, "b": {}}
        promised = {"a": {"pump": 1}, "b": {"pump": 2}, "c": {"hose": 1}}
        assert stock.free_at_depot({"pump": 3, "hose": 1}, vans, promised) == {"pump": 1, "hose": 0}


VISIT = (MONDAY + 9 * HOUR, MONDAY + 10 * HOUR)


def person(**known: Any) -> Person:
    usual: dict[str, Any] = {"works_here": True, "skills": frozenset(), "unproven": frozenset(), "certificates": ()}
    return Person(**{**usual, "absences": (), "lent_here": (), "away": (), **known})


def code(one: Person, skill: str = "", **job: Any) -> str | None:
    found = bookable.fault({"skill": skill, **job}, one, VISIT, SHANGHAI)
    return None if found is None else found[0].value


class TestAVisitByTheRules:
    def test_may_be_booked(self) -> None:
        assert code(person()) is None
        assert code(person(skills=frozenset({"gas"})), "gas") is None

    def test_wants_the_skill_or_its_certificate_throughout(self) -> None:
        assert code(person(), "gas") == "skill_missing"
        assert code(person(unproven=frozenset({"gas"})), "gas") == "certificate_invalid"
        for start, end, refused in ((9, 10, None), (8, 9.99, "certificate_invalid"), (9.01, 11, "certificate_invalid")):
            valid = ("gas", MONDAY + start * HOUR, MONDAY + end * HOUR)
            assert code(person(certificates=[valid]), "gas") == refused

    def test_wants_somebody_of_the_outlet_throughout(self) -> None:
        loan = [(MONDAY + 9 * HOUR, MONDAY + 10 * HOUR)]
        assert code(person(works_here=False)) == "not_lent"
        assert code(person(works_here=False, lent_here=loan)) is None
        assert code(person(works_here=False, lent_here=[(loan[0][0], loan[0][1] - HOUR / 2)])) == "not_lent"
        assert code(person(away=loan)) == "not_lent"
        assert code(person(away=[(MONDAY + 10 * HOUR, MONDAY + 11 * HOUR)])) is None

    def test_wants_somebody_who_is_there_and_a_site_that_is_open(self) -> None:
        assert code(person(absences=[(MONDAY + 9.5 * HOUR, MONDAY + 9.6 * HOUR)])) == "technician_absent"
        assert code(person(absences=[(MONDAY + 8 * HOUR, MONDAY + 9 * HOUR)])) is None
        assert code(person(), site_hours=[weekly(1, start="10:00")]) == "site_closed"
        assert code(person(), site_hours=[weekly(1, end="09:30")]) is None
