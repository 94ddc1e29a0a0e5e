"""Whether a centre's policy promises at least as much, and what binds when it does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from server.commitments.rules.binding import Binding, Bound, falls_short
from server.commitments.rules.calendar import ALWAYS_OPEN, Calendar, always_open
from server.commitments.rules.comparison import Calendars, Place, first_later, shortfall, shortfall_in_words
from server.commitments.rules.policy import ByEndOfDay, Case, Due, Policy, Promise, Term, Unmatched, Within, promise
from tests.commitments.builders import DAY, HOUR, LONG_AGO, SHANGHAI, at, calendar, policy, workdays
from tests.commitments.strategies import calendars

BEGINS, ENDS = datetime(2024, 10, 1, tzinfo=UTC), datetime(2024, 11, 15, tzinfo=UTC)

terms = st.one_of(
    st.builds(Within, st.timedeltas(timedelta(minutes=1), timedelta(days=2))), st.builds(ByEndOfDay, st.integers(0, 4))
)


def due(term: Term, on: Calendar, opened_at: datetime) -> datetime:
    made = promise(policy(respond=term), on, opened_at).response
    assert made is not None
    return made.at


class TestTwoTermsOnTwoCalendars:
    @settings(max_examples=40)
    @given(terms, calendars(), terms, calendars(), st.data())
    def test_no_instant_is_later_when_none_is_found(
        self, mine: Term, one: Calendar, theirs: Term, other: Calendar, data: st.DataObject
    ) -> None:
        found = first_later(mine, one, theirs, other, BEGINS, ENDS)
        if found is not None:
            assert due(mine, one, found) > due(theirs, other, found)
            return
        for _ in range(20):
            opened_at = data.draw(st.datetimes(datetime(2024, 10, 1), datetime(2024, 11, 14), timezones=st.just(UTC)))  # noqa: DTZ001
            assert due(mine, one, opened_at) <= due(theirs, other, opened_at)

    def test_a_microsecond_is_found(self) -> None:
        """Four hours of two offices that differ by the last minute of one Friday."""
        longer = {**workdays(("08:30", "17:30"), days=range(4)), 4: [("08:30", "17:31")]}
        one, other = calendar(), calendar(longer)
        assert first_later(Within(4 * HOUR), one, Within(4 * HOUR), other, BEGINS, ENDS) is not None
        assert first_later(Within(4 * HOUR), other, Within(4 * HOUR), one, BEGINS, ENDS) is None

    def test_around_the_clock_is_never_later_than_as_much_working_time(self) -> None:
        assert first_later(Within(DAY), always_open(SHANGHAI), Within(DAY), calendar(), BEGINS, ENDS) is None

    def test_the_end_of_the_day_against_hours(self) -> None:
        """An hour after the office closed at the latest: the day's end is then tomorrow's."""
        found = first_later(ByEndOfDay(0), calendar(), Within(9 * HOUR), ALWAYS_OPEN, BEGINS, ENDS)
        assert found is not None
        assert first_later(ByEndOfDay(0), calendar(), Within(9 * HOUR), calendar(), BEGINS, ENDS) is None


class OneCalendar(Calendars):
    """Every policy runs on the same hours."""

    def of(self, policy: Policy, zone: str, at: datetime) -> Calendar:
        return always_open(zone)


HERE = Place("outlet", "centre", "A", SHANGHAI)
THERE = Place("other", "centre", "B", SHANGHAI)


def short(own: Policy, *standards: Policy, places: tuple[Place, ...] = (HERE, THERE)) -> str | None:
    found = shortfall(own, standards, places, OneCalendar())
    return None if found is None else f"{found.standard.code} {found.kind}"


class TestAPolicyBesideStandards:
    day = policy("day", respond=Within(DAY))
    urgent = policy("urgent", respond=Within(HOUR), severity="1")

    def test_is_compared_with_what_would_bind_the_jobs_it_covers(self) -> None:
        own = policy("own", centre_id="centre", respond=Within(4 * HOUR))
        assert short(own, self.day) is None
        assert short(own, self.day, self.urgent) == "urgent response"

    def test_is_not_compared_with_what_never_binds_them(self) -> None:
        own = policy("own", centre_id="centre", severity="2", respond=Within(4 * HOUR))
        assert short(own, self.day, self.urgent) is None
        hidden = policy("hidden", respond=Within(HOUR), rank=2)
        assert short(own, policy("first", rank=1, respond=Within(DAY)), hidden) is None

    def test_is_compared_where_its_outlets_are(self) -> None:
        strict_in_b = policy("b", region_grade="B", respond=Within(HOUR))
        own = policy("own", centre_id="centre", respond=Within(4 * HOUR))
        assert short(own, self.day, strict_in_b) == "b response"
        assert short(own, self.day, strict_in_b, places=(HERE,)) is None

    def test_is_compared_with_what_begins_later(self) -> None:
        soon = policy("day", version=2, effective_from=BEGINS + DAY, respond=Within(HOUR))
        own = policy("own", centre_id="centre", effective_from=BEGINS, respond=Within(4 * HOUR))
        assert short(own, policy("day", effective_to=BEGINS + DAY, respond=Within(DAY)), soon) == "day response"

    def test_falls_short_of_a_promise_it_does_not_make(self) -> None:
        both = policy("both", respond=Within(DAY), resolve=Within(2 * DAY))
        own = policy("own", centre_id="centre", respond=Within(HOUR))
        found = shortfall(own, [both], [HERE], OneCalendar())
        assert found is not None
        assert (found.kind, found.due) == ("resolution", None)
        assert "promises resolution" in shortfall_in_words(found, SHANGHAI).en

    def test_falls_short_when_more_can_pause_it(self) -> None:
        strict = policy("strict", respond=Within(DAY), pausing=frozenset({"no_access"}))
        own = policy("own", centre_id="centre", respond=Within(HOUR))
        assert short(own, strict) == "strict pausing"
        assert short(replace(own, pausing=frozenset()), strict) is None

    def test_promises_more_where_nothing_is_promised(self) -> None:
        assert short(policy("own", centre_id="centre")) is None


class TestWhatBinds:
    day = policy("day", respond=Within(DAY))
    case = Case(job_type="repair", centre_id="centre", region_grade="A", outlet_id="outlet")

    def bound(self, *policies: Policy) -> Bound | Unmatched:
        return Binding(policies).bind(self.case, at("2026-03-06 16:30"), promising)

    def test_a_centres_policy_that_promises_more(self) -> None:
        found = self.bound(self.day, policy("own", owner="centre", centre_id="centre", respond=Within(HOUR)))
        assert isinstance(found, Bound)
        assert found.match.policy.code == "own"

    def test_never_one_that_promises_less_and_the_next_best_then(self) -> None:
        worst = policy("worst", owner="centre", centre_id="centre", job_type="repair", respond=Within(3 * DAY))
        better = policy("better", owner="centre", centre_id="centre", respond=Within(HOUR))
        found = self.bound(self.day, worst, better)
        assert isinstance(found, Bound)
        assert found.match.policy.code == "better"
        assert ("worst", "promises_less") in [(c.policy.code, c.verdict) for c in found.match.considered]

    def test_never_one_that_more_can_pause(self) -> None:
        strict = policy("strict", respond=Within(DAY), pausing=frozenset({"no_access"}))
        found = self.bound(strict, policy("own", owner="centre", centre_id="centre", respond=Within(HOUR)))
        assert isinstance(found, Bound)
        assert found.match.policy.code == "strict"

    def test_one_that_was_approved_whatever_it_promises(self) -> None:
        found = self.bound(self.day, policy("own", owner=None, centre_id="centre", respond=Within(3 * DAY)))
        assert isinstance(found, Bound)
        assert found.match.policy.code == "own"

    def test_a_centres_where_headquarters_promise_nothing(self) -> None:
        found = self.bound(policy("own", owner="centre", centre_id="centre", respond=Within(3 * DAY)))
        assert isinstance(found, Bound)

    def test_nothing_where_nothing_fits(self) -> None:
        assert isinstance(self.bound(policy("other", job_type="delivery")), Unmatched)

    def test_what_is_due_later_or_not_at_all_falls_short(self) -> None:
        early, late = (Due(LONG_AGO + n * HOUR, n * HOUR, n * HOUR) for n in (1, 2))
        assert falls_short(Promise(early, None), Promise(late, None)) is None
        assert falls_short(Promise(late, None), Promise(early, None)) == "response"
        assert falls_short(Promise(early, None), Promise(early, late)) == "resolution"
        assert falls_short(Promise(early, late), Promise(early, None)) is None


def promising(one: Policy, opened_at: datetime) -> Promise:
    return promise(one, ALWAYS_OPEN, opened_at)
