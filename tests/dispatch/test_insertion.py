from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.dispatch.rules.objective import NAMES
from server.dispatch.rules.problem import Job, Limits, Place, Span, Stop, Technician
from server.dispatch.rules.recommendation import Proposal, recommend
from tests.dispatch.builders import HOUR, MINUTE, Street, at, job, shift, stop, technician

SHANGHAI = ZoneInfo("Asia/Shanghai")
EARLY = at("07:00")


def proposal(new: Job, one: Technician, now: int = EARLY, **known: Any) -> Proposal:
    answer = recommend(new, [one], Street(), now, SHANGHAI, **known)
    assert answer.proposals, answer.why_not
    return answer.proposals[0]


def rule(new: Job, one: Technician, now: int = EARLY, **known: Any) -> str:
    answer = recommend(new, [one], Street(), now, SHANGHAI, **known)
    assert not answer.proposals, answer.proposals
    return answer.why_not[0].rule


def value(found: Proposal, term: str) -> float:
    return found.cost.values[NAMES.index(term)]


class TestAnEmptyDay:
    def test_the_visit_starts_with_the_journey_from_home_and_ends_with_the_work(self) -> None:
        found = proposal(job(10), technician())
        assert (found.start, found.end) == (at("08:10"), at("09:10"))
        assert found.travel_s == 20 * MINUTE

    def test_it_does_not_start_before_the_customer_is_there(self) -> None:
        assert proposal(job(10, earliest=at("11:00")), technician()).start == at("11:00")

    def test_it_does_not_start_in_the_past(self) -> None:
        assert proposal(job(10), technician(), now=at("13:00")).start == at("13:10")

    def test_it_starts_where_the_technician_is_known_to_be(self) -> None:
        one = technician(here=Place(0.0, 9), free_from=at("13:30"))
        assert proposal(job(10), one, now=at("13:00")).start == at("13:31")
        assert proposal(job(10), one, now=EARLY).start == at("13:40")

    def test_it_starts_on_a_whole_minute(self) -> None:
        assert proposal(job(10.3), technician()).start == at("08:11")
        assert proposal(job(10), technician(), now=at("13:00") + 1).start == at("13:11")

    def test_tomorrows_shift_is_used_when_today_is_over(self) -> None:
        one = technician(shifts=(shift(), shift(day=1)))
        assert proposal(job(10), one, now=at("17:00")).start == at("08:10", day=1)


class TestBetweenOtherVisits:
    """Visits at 09:00 (kilometre 10) and 13:00 (20); home is at 0."""

    one = technician("王伟", stop(10, "09:00"), stop(20, "13:00"))

    def test_the_gap_on_the_way_costs_nothing(self) -> None:
        found = proposal(job(15), self.one)
        assert (found.position, found.start, found.travel_s) == (1, at("10:05"), 0)
        assert found.delayed == ()

    def test_existing_visits_keep_their_times(self) -> None:
        found = proposal(job(30, earliest=at("12:00")), self.one)
        assert (found.position, found.start) == (2, at("14:10"))
        assert found.delayed == ()

    def test_an_urgent_job_pushes_the_next_visit_and_says_by_how_much(self) -> None:
        found = proposal(job(10, due=at("08:30")), self.one)
        assert found.position == 0
        assert [(d.job_id, d.by_s, d.start, d.end) for d in found.delayed] == [
            ("at 09:00", 10 * MINUTE, at("09:10"), at("10:10"))
        ]

    def test_what_is_pushed_starts_on_a_whole_minute(self) -> None:
        found = proposal(job(10.3, due=at("08:30")), self.one)
        assert (found.start, found.end) == (at("08:11"), at("09:11"))
        assert (found.delayed[0].start, found.delayed[0].by_s) == (at("09:12"), 12 * MINUTE)

    def test_the_push_ends_where_the_slack_is_used_up(self) -> None:
        tight = technician("王伟", stop(10, "09:00"), stop(10, "10:05"), stop(10, "13:00"))
        found = proposal(job(10, due=at("08:30")), tight)
        assert [(d.job_id, d.by_s) for d in found.delayed] == [("at 09:00", 600), ("at 10:05", 300)]

    def test_a_promise_kept_outweighs_a_visit_moved(self) -> None:
        assert proposal(job(10, due=at("09:59")), self.one).position == 0
        assert proposal(job(10, due=at("10:00")), self.one).position == 1

    def test_a_promise_newly_missed_by_the_push_is_counted(self) -> None:
        firm = technician("王伟", stop(10, "09:00", due=at("09:05"), weight=2.0), stop(10, "10:00", minutes=400))
        found = proposal(job(10, due=at("08:30"), weight=10.0), firm)
        assert value(found, "missed") == 2.0
        assert value(found, "late") == pytest.approx(5 * 2.0)
        assert found.delayed[0].newly_missed

    def test_a_promise_met_to_the_second_is_newly_missed_when_pushed(self) -> None:
        exact = technician("王伟", stop(10, "09:00", due=at("09:00")), stop(10, "10:00", minutes=400))
        found = proposal(job(10, due=at("08:30"), weight=10.0), exact)
        assert (value(found, "missed"), found.delayed[0].newly_missed) == (1.0, True)

    def test_a_promise_missed_already_costs_only_the_minutes_more(self) -> None:
        late = technician("王伟", stop(10, "09:00", due=at("08:00")), stop(10, "10:00", minutes=400))
        found = proposal(job(10, due=at("08:30"), weight=10.0), late)
        assert value(found, "missed") == 0
        assert value(found, "late") == pytest.approx(10)
        assert not found.delayed[0].newly_missed

    def test_a_visit_for_the_same_job_is_looked_through(self) -> None:
        found = proposal(job(10, id="at 09:00"), self.one)
        assert (found.start, found.delayed) == (at("08:10"), ())


class TestLatenessIsSoft:
    def test_a_late_arrival_is_proposed_with_its_price(self) -> None:
        found = proposal(job(10, due=at("08:00"), weight=3.0), technician())
        assert found.slack_s == -10 * MINUTE
        assert value(found, "missed") == 3.0
        assert value(found, "late") == 30.0

    def test_the_deadline_itself_is_in_time(self) -> None:
        assert value(proposal(job(10, due=at("08:10")), technician()), "missed") == 0


class TestHardRules:
    def test_skills(self) -> None:
        assert rule(job(skills=frozenset({"gas"})), technician(skills=frozenset({"fridge"}))) == "skills"
        assert proposal(job(skills=frozenset({"gas"})), technician(skills=frozenset({"gas", "fridge"})))

    def test_territory_unless_lent(self) -> None:
        assert rule(job(outlet_id="west"), technician()) == "territory"
        assert proposal(job(outlet_id="west"), technician(lent_to={"west": (shift(),)}))

    def test_whoever_declined_is_not_asked_again(self) -> None:
        assert rule(job(declined_by=frozenset({"王伟"})), technician()) == "declined"

    def test_no_shift_ahead(self) -> None:
        assert rule(job(), technician(), now=at("17:00")) == "no_shift"
        assert rule(job(), technician(shifts=())) == "no_shift"

    def test_work_and_the_way_home_end_with_the_shift_and_what_overtime_is_allowed(self) -> None:
        late = job(10, earliest=at("15:50"))
        assert proposal(late, technician(), limits=Limits(overtime_s=0)).end == at("16:50")
        later = job(10, earliest=at("15:51"))
        assert rule(later, technician(), limits=Limits(overtime_s=0)) == "shift_full"
        assert value(proposal(later, technician()), "overtime") == 1

    def test_overtime_never_runs_into_the_next_shift(self) -> None:
        round_the_clock = technician(shifts=(shift("08:00", "16:00"), shift("16:10", "20:00")))
        found = proposal(job(0, earliest=at("15:30"), due=at("15:30")), round_the_clock)
        assert found.start == at("16:10")

    def test_a_day_already_planned_too_long_still_takes_what_does_not_lengthen_it(self) -> None:
        long = technician("王伟", stop(10, "12:00", minutes=420))
        assert proposal(job(10), long).start == at("08:10")

    def test_a_visit_agreed_for_the_evening_does_not_open_the_hours_before_it(self) -> None:
        evening = technician("王伟", stop(10, "20:00"))
        assert rule(job(10, earliest=at("17:30")), evening) == "shift_full"

    def test_of_several_rules_the_last_to_leave_no_position_is_told(self) -> None:
        short = technician("王伟", stop(10, "09:00", lock="time"), shifts=(shift("08:00", "10:30"),))
        assert rule(job(10), short, limits=Limits(overtime_s=0)) == "shift_full"

    def test_an_absence_is_worked_around(self) -> None:
        away = technician(absences=(Span(at("08:30"), at("12:00")),))
        assert proposal(job(10), away).start == at("12:10")
        assert proposal(job(10, service_s=20 * MINUTE), away).start == at("08:10")

    def test_an_absence_for_the_rest_of_the_day_leaves_no_room(self) -> None:
        assert rule(job(10), technician(absences=(Span(at("08:30"), at("17:00")),))) == "absence"

    def test_nobody_is_pushed_into_an_absence(self) -> None:
        away = technician("王伟", stop(10, "09:00", minutes=420), absences=(Span(at("16:05"), at("18:00")),))
        found = proposal(job(10, due=at("08:30")), away, limits=Limits(overtime_s=3 * HOUR))
        assert (found.start, found.delayed) == (at("18:00"), ())

    def test_site_hours_are_waited_for(self) -> None:
        site = (Span(at("10:00"), at("11:00")), Span(at("14:00"), at("15:00")))
        assert proposal(job(10, windows=site), technician()).start == at("10:00")
        assert proposal(job(10, windows=site), technician(), now=at("11:00")).start == at("14:00")
        assert rule(job(10, windows=site), technician(), now=at("15:00")) == "site_hours"

    def test_nobody_is_pushed_beyond_the_hours_of_their_site(self) -> None:
        site = (Span(at("08:00"), at("09:05")),)
        packed = technician("王伟", stop(10, "09:00", windows=site))
        assert proposal(job(10, due=at("08:30")), packed).start == at("10:00")
        assert proposal(job(10, due=at("08:30"), service_s=54 * MINUTE), packed).delayed[0].start == at("09:04")

    @pytest.mark.parametrize("lock", ["time", "both"])
    def test_a_visit_with_a_fixed_time_is_never_pushed(self, lock: str) -> None:
        fixed = technician("王伟", stop(10, "09:00", lock=lock))
        assert proposal(job(10, due=at("08:30")), fixed).start == at("10:00")
        assert proposal(job(10, due=at("08:30"), service_s=50 * MINUTE), fixed).start == at("08:10")

    @pytest.mark.parametrize("lock", ["none", "person"])
    def test_one_with_a_fixed_person_may_be(self, lock: str) -> None:
        fixed = technician("王伟", stop(10, "09:00", lock=lock))
        assert proposal(job(10, due=at("08:30")), fixed).delayed

    def test_a_visit_inside_the_freeze_horizon_stays_as_it_is(self) -> None:
        one = technician("王伟", stop(10, "09:00"))
        soon = job(10, service_s=HOUR, due=at("08:30"))
        assert proposal(soon, one, limits=Limits(freeze_s=2 * HOUR)).position == 1
        assert proposal(soon, one, limits=Limits(freeze_s=HOUR)).position == 0
        assert proposal(job(10, service_s=50 * MINUTE), one, limits=Limits(freeze_s=2 * HOUR)).position == 0

    def test_who_can_only_come_by_moving_a_frozen_visit_cannot(self) -> None:
        one = technician("王伟", stop(10, "09:00", minutes=400), shifts=(shift("08:00", "15:50"),))
        no_overtime = Limits(freeze_s=2 * HOUR, overtime_s=600)
        assert rule(job(10, service_s=80 * MINUTE), one, limits=no_overtime) == "shift_full"
        fixed = technician("王伟", stop(10, "09:00", lock="time"), stop(10, "10:00", lock="time"))
        assert rule(job(10, windows=(Span(at("08:00"), at("08:50")),)), fixed) == "locked"
        frozen = technician("王伟", stop(10, "09:00"))
        assert rule(job(10, windows=(Span(at("08:00"), at("08:50")),)), frozen, limits=no_overtime) == "frozen"

    def test_nothing_is_put_before_a_visit_under_way(self) -> None:
        one = technician("王伟", stop(10, "09:00"))
        assert proposal(job(10, due=at("09:00")), one, now=at("09:00")).start == at("10:00")

    def test_a_visit_before_the_shift_does_not_open_it(self) -> None:
        one = technician("王伟", stop(10, "06:00", minutes=30))
        assert proposal(job(10), one, now=at("05:00")).start == at("08:00")

    def test_whoever_is_held_longer_than_planned_starts_nothing_before(self) -> None:
        one = technician("王伟", stop(10, "09:00", minutes=30), here=Place(0.0, 10), free_from=at("10:30"))
        assert proposal(job(10), one, now=at("08:50")).start == at("10:30")

    def test_an_overrun_visit_holds_its_technician_until_now(self) -> None:
        one = technician("王伟", stop(10, "09:00"))
        assert proposal(job(10), one, now=at("10:40")).start == at("10:40")


def played(one: Technician, new: Job, position: int, end_of_shift: int) -> dict[str, float] | None:
    """The day played visit by visit, as a slow and separate check of `insert`; None when it ends too late."""
    before = _day(one, list(one.route))
    order = list(one.route)
    order.insert(position, Stop(new.id, new.lat, new.lon, new.earliest, new.service_s, new.due, new.weight))
    after = _day(one, order)
    if after["new ends"] > end_of_shift + HOUR or after["home"] > max(end_of_shift + HOUR, before["home"]):
        return None
    found = {name: after[name] - before[name] for name in ("missed", "late", "travel")}
    found["overtime"] = max(0, after["home"] - end_of_shift) - max(0, before["home"] - end_of_shift)
    found["changed"], found["moved"] = after["pushed"], after["by"]
    return found


def _day(one: Technician, order: list[Stop]) -> dict[str, float]:
    now, here = one.shifts[0].start, one.home.lon
    told = dict.fromkeys(("missed", "late", "travel", "pushed", "by", "new ends"), 0.0)
    for visit in order:
        step = round(abs(visit.lon - here) * MINUTE)
        start = max(now + step, visit.start)
        told["travel"] += step
        told["pushed"] += start > visit.start and visit.job_id != "new"
        told["by"] += start - visit.start if visit.job_id != "new" else 0
        if visit.due is not None and start > visit.due:
            told["missed"] += visit.weight
            told["late"] += (start - visit.due) * visit.weight
        now, here = start + visit.service_s, visit.lon
        told["new ends"] = now if visit.job_id == "new" else told["new ends"]
    step = round(abs(one.home.lon - here) * MINUTE) if order else 0
    return {**told, "travel": told["travel"] + step, "home": now + step}


@st.composite
def days(draw: st.DrawFn) -> tuple[Technician, Job]:
    kilometres, lengths, slack = st.integers(0, 60), st.integers(10, 120), st.integers(0, 90)
    stops, free, here = [], at("08:00"), 0
    for i in range(draw(st.integers(0, 5))):
        where = draw(kilometres)
        start = free + abs(where - here) * MINUTE + draw(slack) * MINUTE
        service = draw(lengths) * MINUTE
        spare = draw(st.none() | st.integers(-30, 120))
        due = None if spare is None else start + spare * MINUTE
        stops.append(Stop(f"visit {i}", 0.0, where, start, service, due, float(draw(st.integers(1, 10)))))
        free, here = start + service, where
    spare = draw(st.none() | st.integers(0, 600))
    new = job(
        draw(kilometres),
        service_s=draw(lengths) * MINUTE,
        earliest=at("08:00") + draw(st.integers(0, 300)) * MINUTE,
        due=None if spare is None else at("08:00") + spare * MINUTE,
        weight=float(draw(st.integers(1, 10))),
    )
    return technician("王伟", *stops), new


class TestAgainstADayPlayedOut:
    @given(days())
    def test_the_cheapest_position_is_found_and_costed_right(self, drawn: tuple[Technician, Job]) -> None:
        one, new = drawn
        by_position = [played(one, new, i, at("17:00")) for i in range(len(one.route) + 1)]
        answer = recommend(new, [one], Street(), EARLY, SHANGHAI)
        possible = [told for told in by_position if told]
        assert bool(answer.proposals) == bool(possible)
        if not possible:
            return
        found = answer.proposals[0]
        told = by_position[found.position]
        assert told
        for name in ("missed", "changed"):
            assert value(found, name) == pytest.approx(told[name])
        for name in ("late", "travel", "overtime", "moved"):
            assert value(found, name) * MINUTE == pytest.approx(told[name])
        assert value(found, "missed") == pytest.approx(min(each["missed"] for each in possible))

    @given(days())
    def test_the_window_never_overlaps_another_visit(self, drawn: tuple[Technician, Job]) -> None:
        one, new = drawn
        for found in recommend(new, [one], Street(), EARLY, SHANGHAI).proposals:
            pushed = {d.job_id: (d.start, d.end) for d in found.delayed}
            taken = [pushed.get(visit.job_id, (visit.start, visit.end)) for visit in one.route]
            assert all(end <= found.start or found.end <= start for start, end in taken)
            assert all(a[1] <= b[0] for a, b in pairwise(sorted(taken)))
