"""Pure: certificates, loans, parts and the job's own lock, each with a case that passes and one that does not."""

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.dispatch.rules.problem import Job, Limits, Span, Technician
from server.dispatch.rules.recommendation import Proposal, recommend
from tests.dispatch.builders import HOUR, MINUTE, Street, at, job, shift, stop, technician

SHANGHAI = ZoneInfo("Asia/Shanghai")
GAS = frozenset({"gas"})


def proposal(new: Job, one: Technician, clock: str = "07:00", **known: Any) -> Proposal:
    answer = recommend(new, [one], Street(), at(clock), SHANGHAI, **known)
    assert answer.proposals, answer.why_not
    return answer.proposals[0]


def rule(new: Job, one: Technician, clock: str = "07:00", **known: Any) -> str:
    answer = recommend(new, [one], Street(), at(clock), SHANGHAI, **known)
    assert not answer.proposals, answer.proposals
    return answer.why_not[0].rule


def certified(start: str, end: str, **known: Any) -> Technician:
    return technician(certified={"gas": (Span(at(start), at(end)),)}, **known)


class TestACertificate:
    def test_counts_while_it_is_valid(self) -> None:
        assert proposal(job(10, skills=GAS), certified("00:00", "23:00")).start == at("08:10")

    def test_must_last_until_the_work_is_done(self) -> None:
        assert proposal(job(10, skills=GAS), certified("00:00", "09:10")).end == at("09:10")
        assert rule(job(10, skills=GAS), certified("00:00", "09:09")) == "certificate"

    def test_that_begins_later_is_waited_for(self) -> None:
        assert proposal(job(10, skills=GAS), certified("11:00", "23:00")).start == at("11:00")
        assert rule(job(10, skills=GAS), certified("17:00", "23:00"), limits=Limits(overtime_s=0)) == "certificate"

    def test_that_has_ended_or_was_never_shown_counts_for_nothing(self) -> None:
        assert rule(job(10, skills=GAS), certified("00:00", "06:00")) == "certificate"
        assert rule(job(10, skills=GAS), technician(certified={"gas": ()})) == "certificate"

    def test_renewed_without_a_gap_is_two_that_each_hold_a_visit(self) -> None:
        both = technician(certified={"gas": (Span(at("00:00"), at("09:00")), Span(at("09:00"), at("23:00")))})
        assert proposal(job(10, skills=GAS), both).start == at("09:00")

    def test_is_not_asked_for_where_the_skill_needs_none(self) -> None:
        assert proposal(job(10, skills=GAS), technician(skills=GAS, certified={"lift": ()})).start == at("08:10")

    def test_keeps_visits_that_are_pushed_within_it(self) -> None:
        held = stop(10, "09:00", ends_by=(at("10:05"), "certificate"))
        urgent = job(10, due=at("08:30"))
        assert proposal(urgent, technician("王伟", held)).start == at("10:00")
        assert proposal(job(10, due=at("08:30"), service_s=55 * MINUTE), technician("王伟", held)).delayed


class TestALoan:
    def lent(self, start: str, end: str, *route: Any) -> Technician:
        return technician("王伟", *route, lent_to={"west": (Span(at(start), at(end)),)})

    def test_lets_the_borrower_book_within_its_period(self) -> None:
        west = job(10, outlet_id="west")
        assert proposal(west, self.lent("10:00", "12:00")).start == at("10:00")
        assert rule(west, self.lent("10:00", "10:59")) == "territory"
        assert rule(west, self.lent("05:00", "06:00")) == "territory"

    def test_leaves_the_own_outlet_without_meanwhile(self) -> None:
        assert proposal(job(10), self.lent("08:00", "12:00")).start == at("12:10")
        assert proposal(job(10, service_s=20 * MINUTE), self.lent("08:30", "12:00")).start == at("08:10")
        assert rule(job(10), self.lent("08:00", "18:00")) == "territory"

    def test_to_one_outlet_is_none_to_another(self) -> None:
        assert rule(job(10, outlet_id="north"), self.lent("08:00", "17:00")) == "territory"


class TestParts:
    PUMP = {"pump": 1}

    def test_on_the_van_are_there(self) -> None:
        assert proposal(job(10, parts=self.PUMP), technician(van={"pump": 1}), "10:00").start == at("10:10")

    def test_promised_to_a_visit_to_come_are_not(self) -> None:
        promised = technician("王伟", stop(10, "09:00", parts=self.PUMP), van={"pump": 1})
        assert rule(job(10, parts=self.PUMP), promised) == "parts"
        assert proposal(job(10, parts=self.PUMP), technician("王伟", *promised.route, van={"pump": 2}))

    def test_of_its_own_visit_do_not_count_twice(self) -> None:
        own = technician("王伟", stop(10, "09:00", name="new", parts=self.PUMP), van={"pump": 1})
        assert proposal(job(10, parts=self.PUMP), own)

    def test_at_the_depot_are_loaded_when_the_shift_begins(self) -> None:
        wanted = job(10, parts=self.PUMP, depot=self.PUMP)
        assert proposal(wanted, technician(), "07:00").start == at("08:10")
        assert rule(wanted, technician(), "08:00") == "parts"
        two_days = technician(shifts=(shift(), shift(day=1)))
        assert proposal(wanted, two_days, "08:00").start == at("08:10", day=1)

    def test_may_come_from_both(self) -> None:
        wanted = job(10, parts={"pump": 2, "hose": 1}, depot={"pump": 1})
        assert proposal(wanted, technician(van={"pump": 1, "hose": 1}), "07:00")
        assert rule(wanted, technician(van={"pump": 1}), "07:00") == "parts"


class TestAJobThatIsLocked:
    def held(self, lock: str) -> Job:
        return job(10, lock=lock, held_by="王伟", held=Span(at("11:00"), at("12:00")))

    def test_to_its_person_goes_to_nobody_else(self) -> None:
        assert rule(self.held("person"), technician("李娜")) == "locked"
        assert proposal(self.held("person"), technician("王伟")).start == at("08:10")

    def test_to_its_time_keeps_it_whoever_comes(self) -> None:
        assert proposal(self.held("time"), technician("李娜")).start == at("11:00")
        assert rule(self.held("time"), technician("李娜"), "11:00") == "locked"

    def test_to_both_stays_as_it_is(self) -> None:
        assert proposal(self.held("both"), technician("王伟")).start == at("11:00")
        assert rule(self.held("both"), technician("李娜")) == "locked"


class TestSeveralAtOnce:
    def test_all_must_hold_at_the_same_time(self) -> None:
        new = job(10, skills=GAS, outlet_id="west", windows=(Span(at("09:00"), at("12:00")),))
        one = certified("10:00", "23:00", lent_to={"west": (shift(),)}, absences=(Span(at("10:30"), at("11:15")),))
        assert proposal(new, one).start == at("11:25")
        assert proposal(
            job(10, skills=GAS, outlet_id="west", service_s=HOUR // 2, windows=new.windows), one
        ).start == at("10:00")


quarters = st.integers(0, 40).map(lambda n: at("07:00") + n * 15 * MINUTE)


@st.composite
def span(draw: st.DrawFn) -> Span:
    start = draw(quarters)
    return Span(start, start + draw(st.integers(1, 24)) * 15 * MINUTE)


spans = st.lists(span(), max_size=2).map(tuple)


@st.composite
def day(draw: st.DrawFn) -> tuple[Job, Technician, Limits]:
    """One person's day with visits that do not overlap, and a job that asks for everything."""
    hours = sorted(draw(st.sets(st.integers(8, 16), max_size=4)))
    locks = st.sampled_from(["none", "person", "time", "both"])
    ends = st.none() | st.tuples(quarters, st.just("certificate"))
    stops = [
        stop(
            draw(st.integers(0, 20)), f"{hour:02}:00", minutes=40, lock=draw(locks), ends_by=draw(ends), name=str(hour)
        )
        for hour in hours
    ]
    lent = draw(st.sampled_from(["east", "west"]))
    one = technician(
        "王伟",
        *stops,
        absences=draw(spans),
        certified={"gas": draw(spans)},
        lent_to={lent: draw(spans)},
        van={"pump": 1},
    )
    new = job(
        draw(st.integers(0, 20)),
        outlet_id=draw(st.sampled_from(["east", "west"])),
        skills=draw(st.sampled_from([frozenset(), GAS])),
        windows=draw(spans),
        service_s=draw(st.integers(1, 6)) * 15 * MINUTE,
        due=draw(st.none() | quarters),
        parts={"pump": 1},
    )
    return new, one, Limits(freeze_s=draw(st.integers(0, 4)) * HOUR)


class TestWhateverIsProposed:
    @given(day(), quarters)
    def test_keeps_every_hard_rule(self, asked: tuple[Job, Technician, Limits], now: int) -> None:
        new, one, limits = asked
        answer = recommend(new, [one], Street(), now, SHANGHAI, limits=limits)
        assert len(answer.proposals) + len(answer.why_not) == 1
        for found in answer.proposals:
            visit = Span(found.start, found.end)
            assert not any(touches(visit, away) for away in one.absences)
            assert not new.skills or any(holds(valid, visit) for valid in one.certified["gas"])
            for outlet_id, lent in one.lent_to.items():
                assert outlet_id == new.outlet_id or not any(touches(visit, each) for each in lent)
            assert new.outlet_id == "east" or any(holds(lent, visit) for lent in one.lent_to["west"])
            assert not new.windows or any(open_.start <= visit.start < open_.end for open_ in new.windows)
            self.the_rest_of_the_day_keeps_them_too(found, one, now + limits.freeze_s)

    def the_rest_of_the_day_keeps_them_too(self, found: Proposal, one: Technician, frozen_until: int) -> None:
        later = {delayed.job_id: delayed.start for delayed in found.delayed}
        for each in one.route:
            start = later.get(each.job_id, each.start)
            moved = Span(start, start + each.service_s)
            assert not touches(moved, Span(found.start, found.end))
            if each.job_id in later:
                assert each.lock not in ("time", "both")
                assert each.start > frozen_until
                assert each.ends_by is None or moved.end <= each.ends_by[0]
                assert not any(touches(moved, away) for away in one.absences)


def touches(one: Span, other: Span) -> bool:
    return one.start < other.end and one.end > other.start


def holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
