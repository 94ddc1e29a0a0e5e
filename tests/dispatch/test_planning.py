"""The pure part of plans: from a scene to a draft, and what of it may be published together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dispatch import PlanChange, PlanItem, PlannedVisit
from schemas.errors import Code
from server.dispatch.planning import choosing, saying, staleness
from server.dispatch.planning.apart import finish
from server.dispatch.planning.choosing import Chosen, NotChosen, Wanted
from server.dispatch.planning.drafting import CARRIED_OUT, dependencies, draft, sentence
from server.dispatch.planning.filling import broken, fill, overlaps
from server.dispatch.planning.measure import measure
from server.dispatch.planning.posing import pose, problem, visits_of
from server.dispatch.planning.scene import Scene, Subject, Visit, apart
from server.dispatch.planning.staleness import Change, Person, Present, Span, Taken
from server.dispatch.rules import problem as rules
from server.dispatch.rules.problem import Job, Limits, Technician
from server.dispatch.rules.sentences import WHY_NOT
from server.dispatch.solving import first_answer
from tests.dispatch.builders import HOUR, MINUTE, Street, at, shift, stop, technician

SHANGHAI = ZoneInfo("Asia/Shanghai")


def named(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


EAST = named("east")


def person(name: str, *route: Any, **known: Any) -> Technician:
    return technician(named(name), *route, **({"outlet_id": EAST} | known))


def subject(name: str, where: float = 10, minutes: int = 60, told: Visit | None = None, **known: Any) -> Subject:
    job = Job(named(name), 0.0, where, minutes * MINUTE, EAST, **known)
    return Subject(job, 1, int(named(name)[:4], 16), name, 3, EAST, SHANGHAI, told, "王伟" if told else "")


def visit(who: str, start: str, minutes: int = 60) -> Visit:
    return Visit(named(who), at(start), at(start) + minutes * MINUTE)


def scene(people: Sequence[Technician], *subjects: Subject, frozen: int = 0, limits: Limits | None = None) -> Scene:
    """Monday, planned at 07:00. Told visits are put into the routes of their technicians."""
    every = {one.job.id: one for one in subjects}
    told = [
        replace(
            one,
            route=tuple(
                sorted(
                    (
                        *one.route,
                        *(_told_stop(s, s.told) for s in subjects if s.told and s.told.technician_id == one.id),
                    ),
                    key=lambda each: each.start,
                )
            ),
        )
        for one in people
    ]
    stays, free = apart(told, every, frozen)
    return Scene(at("07:00"), at("00:00", 1), at("07:00"), SHANGHAI, limits or Limits(), stays, free)


def _told_stop(one: Subject, told: Visit) -> rules.Stop:
    job = one.job
    return rules.Stop(
        job.id, job.lat, job.lon, told.start, told.end - told.start, job.due, lock=job.lock, windows=job.windows
    )


def searched(posed_scene: Scene) -> dict[str, Visit]:
    """What the solver's first answer makes of it."""
    posed = pose(posed_scene)
    asked = problem(posed, Street().matrix(posed.places, posed.places, 0).seconds)
    return visits_of(posed, first_answer(asked))


class TestWhatStays:
    def test_is_what_is_frozen_locked_or_nobodys_to_plan(self) -> None:
        frozen = subject("frozen", told=visit("王伟", "08:00"))
        locked = subject("locked", told=visit("王伟", "10:00"), lock="time")
        free = subject("free", told=visit("王伟", "12:00"))
        bound = subject("bound", told=visit("王伟", "14:00"), lock="person")
        one = scene([person("王伟", stop(0, "16:00"))], frozen, locked, free, bound, frozen=at("09:00"))
        assert set(one.subjects) == {named("free"), named("bound")}
        (who,) = one.people
        assert [(each.start, each.lock) for each in who.route] == [(at(h), "both") for h in ("08:00", "10:00", "16:00")]

    def test_is_in_the_way_of_nothing_that_is_planned(self) -> None:
        one = scene([person("王伟", stop(0, "08:00", minutes=230))], subject("new", where=0))
        for found in (searched(one), fill(one, {}, Street()).visits):
            assert found[named("new")].start >= at("11:50")


class TestFilling:
    def test_leaves_what_people_were_told(self) -> None:
        told = subject("told", told=visit("王伟", "10:00"))
        one = scene([person("王伟"), person("李强", home=10, no=2)], told, subject("new"))
        filled = fill(one, one.told, Street())
        assert filled.visits[named("told")] == told.told
        assert not filled.unplaced

    def test_places_anew_what_a_hard_rule_forbids(self) -> None:
        told = subject("told", told=visit("王伟", "10:00"))
        away = person("王伟", absences=(rules.Span(at("09:00"), at("17:00")),), shifts=(shift("09:00"),))
        one = scene([away, person("李强", no=2)], told)
        assert fill(one, one.told, Street()).visits[named("told")].technician_id == named("李强")

    def test_gives_the_only_place_to_what_people_were_told(self) -> None:
        """Both take the whole shift of the one who is left."""
        told = subject("told", where=0, minutes=480, told=visit("李强", "08:00", 480), due=at("17:00"))
        urgent = subject("urgent", where=0, minutes=480, due=at("08:00"))
        one = scene([person("王伟")], told, urgent)
        filled = fill(one, one.told, Street())
        assert set(filled.visits) == {named("told")}
        assert filled.unplaced[named("urgent")].rule == "shift_full"

    def test_says_what_stands_in_the_way(self) -> None:
        one = scene(
            [person("王伟"), person("李强", no=2, outlet_id=named("west")), person("张敏", no=3)],
            subject("new", skills=frozenset({"gas"}), declined_by=frozenset()),
        )
        unplaced = fill(one, {}, Street()).unplaced[named("new")]
        assert (unplaced.rule, unplaced.counts) == ("skills", {"skills": 3})


class TestAProblemForTheSolver:
    def test_comes_back_on_whole_minutes(self) -> None:
        one = scene([person("王伟")], *(subject(f"j{n}", where=n * 1.37, minutes=31) for n in range(6)))
        found = searched(one)
        assert len(found) == 6
        assert all(v.start % MINUTE == 0 and v.end - v.start == 31 * MINUTE for v in found.values())

    def test_knows_who_may_not(self) -> None:
        """Skills, declined, territory and absence."""
        people = [
            person("skilled", skills=frozenset({"gas"}), absences=(rules.Span(at("08:00"), at("12:00")),)),
            person("plain", no=2),
            person("foreign", no=3, outlet_id=named("west"), skills=frozenset({"gas"})),
        ]
        gas = subject("gas", skills=frozenset({"gas"}))
        declined = subject("declined", declined_by=frozenset({named("plain")}))
        found = searched(scene(people, gas, declined))
        assert found[named("gas")].technician_id == named("skilled")
        assert found[named("gas")].start >= at("12:00")
        assert found[named("declined")].technician_id == named("skilled")

    def test_leaves_a_locked_person_and_a_told_time_in_place(self) -> None:
        told = subject("told", told=visit("王伟", "15:00"), lock="person", held_by=named("王伟"))
        one = scene([person("王伟", home=50), person("李强", no=2, home=10)], told, subject("new"))
        assert searched(one)[named("told")].technician_id == named("王伟")

    def test_is_not_begun_before_the_time_agreed(self) -> None:
        one = scene([person("王伟")], subject("agreed", where=0, earliest=at("14:00"), due=at("14:00")))
        assert searched(one)[named("agreed")].start == at("14:00")

    def test_finds_the_site_open(self) -> None:
        windows = (rules.Span(at("13:00"), at("14:00")),)
        found = searched(scene([person("王伟")], subject("shop", where=0, windows=windows)))
        assert at("13:00") <= found[named("shop")].start < at("14:00")


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    minutes = st.integers(0, 120)
    people = []
    for n in range(draw(st.integers(1, 3))):
        gone = draw(st.none() | st.integers(8, 16))
        absences = () if gone is None else (rules.Span(at(f"{gone:02}:00"), at(f"{gone + 1:02}:00")),)
        skills = frozenset(draw(st.sets(st.sampled_from(["gas", "water"]))))
        people.append(person(f"t{n}", no=n, home=draw(minutes) / 4, absences=absences, skills=skills))
    subjects = []
    for n in range(draw(st.integers(1, 7))):
        told = None
        if draw(st.booleans()):
            told = visit(f"t{draw(st.integers(0, 3))}", f"{8 + n:02}:{draw(st.integers(0, 29)):02}", 30)
        known = {
            "skills": frozenset(draw(st.sets(st.sampled_from(["gas", "water"]), max_size=1))),
            "due": draw(st.none() | st.integers(at("07:00"), at("18:00"))),
            "windows": draw(st.sampled_from([(), (rules.Span(at("10:00"), at("12:00")),)])),
        }
        length = 30 if told else draw(st.integers(20, 200))
        subjects.append(subject(f"j{n}", where=draw(minutes) / 3, minutes=length, told=told, **known))
    return scene(people, *subjects)


class TestEveryDraft:
    @given(scenes(), st.booleans())
    def test_keeps_every_hard_rule_and_loses_no_job(self, one: Scene, by_search: bool) -> None:
        made = finish(one, searched(one) if by_search else one.told, Street())
        people = {each.id: each for each in one.people}
        visits = {}
        assert {str(item.job_id) for item in made.items} == set(one.subjects)
        for item in made.items:
            known = one.subjects[str(item.job_id)]
            assert (item.after is None) == (item.change in (PlanChange.DROPPED, PlanChange.UNASSIGNED))
            assert item.needs_consent == (item.change is PlanChange.DROPPED)
            assert item.sentence.zh
            assert item.sentence.en
            if item.after is not None:
                planned = _visit(item.after)
                visits[known.job.id] = planned
                assert broken(one, known, planned, people) is None
            else:
                assert item.reason in WHY_NOT
        assert list(overlaps(one, visits)) == []

    @given(scenes())
    def test_publishes_in_any_order_that_follows_what_depends_on_what(self, one: Scene) -> None:
        """Carrying out one change after another, each with what it depends on, never books anybody twice."""
        made = finish(one, one.told, Street())
        standing = dict(one.told)
        changes = {str(i.job_id): i for i in made.items if i.change in CARRIED_OUT}
        for job_id in sorted(changes):
            together, left = {job_id}, [job_id]
            while left:
                more = {str(d) for d in changes[left.pop()].depends_on} - together
                together |= more
                left.extend(more)
            for each in together:
                standing.pop(each, None)
            for each in together:
                after = changes[each].after
                if after is not None:
                    standing[each] = _visit(after)
            told_twice = set(overlaps(one, one.told))
            assert set(overlaps(one, standing)) <= told_twice


def _visit(planned: PlannedVisit) -> Visit:
    return Visit(str(planned.technician_id), int(planned.starts_at.timestamp()), int(planned.ends_at.timestamp()))


class TestWhatDependsOnWhat:
    def test_two_that_change_places_depend_on_each_other(self) -> None:
        before = {"a": visit("王伟", "08:00"), "b": visit("李强", "08:00")}
        after = {"a": before["b"], "b": before["a"]}
        assert dependencies(before, after) == {"a": ["b"], "b": ["a"]}

    def test_what_stays_or_was_elsewhere_frees_nothing(self) -> None:
        before = {"stays": visit("王伟", "08:00"), "goes": visit("王伟", "12:00")}
        after = {"stays": before["stays"], "goes": visit("李强", "08:00"), "new": visit("王伟", "09:00")}
        assert dependencies(before, after) == {}

    def test_what_is_dropped_frees_its_time(self) -> None:
        assert dependencies({"a": visit("王伟", "08:00")}, {"b": visit("王伟", "08:30")}) == {"b": ["a"]}


class TestTotals:
    def test_count_promises_travel_and_overtime_on_both_sides(self) -> None:
        late = subject("late", where=20, told=visit("王伟", "12:00"), due=at("11:00"))
        new = subject("new", where=20, due=at("09:00"))
        one = scene([person("王伟")], late, new)
        before = measure(one, one.told, Street())
        assert (before.totals.kept, before.totals.missed, before.totals.unassigned) == (0, 2, 1)
        assert (before.totals.late_s, before.totals.travel_s) == (HOUR, 40 * MINUTE)
        after = measure(one, {named("late"): visit("王伟", "10:00"), named("new"): visit("王伟", "16:30")}, Street())
        assert (after.totals.kept, after.totals.missed, after.totals.unassigned) == (1, 1, 0)
        assert (after.totals.overtime_s, after.terms["moved"]) == (50 * MINUTE, 120)
        made = draft(one, {}, fill(one, {}, Street()).unplaced, before, after)
        assert {term.term for term in made.objective} >= {"dropped", "missed", "travel"}


def item(name: str, change: PlanChange = PlanChange.ADDED, depends_on: Sequence[str] = ()) -> PlanItem:
    start = datetime(2026, 3, 2, 1, tzinfo=UTC)
    to = PlannedVisit(
        technician_id=UUID(named("王伟")),
        technician_name="王伟",
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        late_seconds=None,
    )
    return PlanItem(
        job_id=UUID(named(name)),
        number=1,
        title=name,
        outlet_id=UUID(EAST),
        priority=3,
        change=change,
        base_version=1,
        due=None,
        before=None,
        after=None if change in (PlanChange.DROPPED, PlanChange.UNASSIGNED) else to,
        travel_seconds=0,
        reason=None,
        counts={},
        sentence=sentence(saying.SOLVING),
        depends_on=[UUID(named(other)) for other in depends_on],
        needs_consent=change is PlanChange.DROPPED,
        published_at=None,
        stale=None,
    )


def wanted(*names: str, take_along: bool = False, skip_stale: bool = False, consent: Sequence[str] = ()) -> Wanted:
    ids = frozenset(UUID(named(n)) for n in names) or None
    return Wanted(ids, take_along, skip_stale, frozenset(UUID(named(n)) for n in consent))


class TestChoosing:
    ITEMS = (
        item("a"),
        item("b", depends_on=["c"]),
        item("c", PlanChange.MOVED, depends_on=["d"]),
        item("d", PlanChange.DROPPED),
        item("e", PlanChange.UNCHANGED),
        item("f", PlanChange.UNASSIGNED),
    )

    def chosen(self, asked: Wanted, stale: Sequence[str] = ()) -> Any:
        """The names chosen, or the code by which nothing is."""

        def judge(one: PlanItem, _: frozenset[UUID]) -> Change | None:
            return Change("job_changed") if one.title in stale else None

        found = choosing.choose(self.ITEMS, asked, judge)
        return found.code if isinstance(found, NotChosen) else "".join(i.title for i in found.items)

    @pytest.mark.parametrize(
        ("asked", "stale", "found"),
        [
            (wanted("a"), "", "a"),
            (wanted("e"), "", Code.PLAN_NOTHING_OPEN),
            (wanted("f"), "", Code.PLAN_NOTHING_OPEN),
            (wanted("z"), "", Code.NOT_FOUND),
            (wanted("b"), "", Code.PLAN_DEPENDS),
            (wanted("b", take_along=True), "", Code.CONSENT_NEEDED),
            (wanted("b", take_along=True, consent="d"), "", "bcd"),
            (wanted("b", "c", "d", consent="d"), "", "bcd"),
            (wanted(), "", Code.CONSENT_NEEDED),
            (wanted(consent="d"), "", "abcd"),
            (wanted("a"), "bcd", "a"),
            (wanted("a"), "a", Code.VERSION_STALE),
            (wanted("a", skip_stale=True), "a", ""),
            (wanted(consent="d", skip_stale=True), "d", "a"),
            (wanted(consent="d", skip_stale=True), "b", "acd"),
        ],
    )
    def test_takes_what_was_asked_with_what_it_needs(self, asked: Wanted, stale: str, found: Any) -> None:
        assert self.chosen(asked, stale) == found

    def test_says_what_was_left_out_and_taken_along(self) -> None:
        def judge(one: PlanItem, _: frozenset[UUID]) -> Change | None:
            return Change("time_past") if one.title == "d" else None

        found = choosing.choose(self.ITEMS, wanted(consent="d", skip_stale=True), judge)
        assert isinstance(found, Chosen)
        assert {found.skipped[UUID(named(n))] for n in "bc"} == {"depends_on_skipped"}
        assert found.skipped[UUID(named("d"))] == "time_past"


class TestStaleness:
    ROW: Mapping[str, Any] = {"state": "new", "version": 1, "priority": 3, "technician_id": None, "deleted_at": None}
    NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)

    def span(self, start: float, end: float) -> Span:
        return Span(self.NINE + timedelta(hours=start), self.NINE + timedelta(hours=end))

    def code(self, row: Mapping[str, Any] | None, now: float = -1, **known: Any) -> str | None:
        one = Person(**({"shifts": [self.span(-1, 8)], "absences": [], "visits": []} | known))
        jobs = {} if row is None else {UUID(named("a")): row}
        present = Present(jobs, {UUID(named("王伟")): one}, self.NINE + timedelta(hours=now))
        change = staleness.changed(item("a"), staleness.seen(self.ROW), present)
        return change.code if change else None

    def test_nothing_changed(self) -> None:
        assert self.code(self.ROW) is None
        assert self.code({**self.ROW, "version": 7, "promise_state": "at_risk"}) is None

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"priority": 1}, "job_changed"),
            ({"technician_id": "x"}, "visit_changed"),
            ({"state": "declined"}, "job_changed"),
            ({"state": "cancelled"}, "job_over"),
            ({"state": "working"}, "job_over"),
            ({"deleted_at": "now", "billing_held": False}, "job_over"),
        ],
    )
    def test_of_the_job(self, change: Mapping[str, Any], code: str) -> None:
        assert self.code({**self.ROW, **change}) == code

    def test_of_the_people(self) -> None:
        assert self.code(None) == "job_over"
        assert self.code(self.ROW, shifts=[]) == "shift_gone"
        assert self.code(self.ROW, absences=[self.span(0.5, 2)]) == "technician_absent"
        assert self.code(self.ROW, now=0.5) == "time_past"
        assert self.code(self.ROW, visits=[Taken(UUID(named("b")), self.span(0.5, 2))]) == "time_taken"
        assert self.code(self.ROW, visits=[Taken(UUID(named("b")), self.span(1, 2))]) is None
        assert self.code(self.ROW, visits=[Taken(UUID(named("a")), self.span(0, 1))]) is None

    def test_every_code_has_its_words(self) -> None:
        for code in saying.STALE:
            assert saying.stale(code, ("priority",)).zh.endswith("。")
            assert saying.stale(code).en.endswith(".")
