from zoneinfo import ZoneInfo

import pytest

from server.commitments.rules.said import Said
from server.dispatch.rules.insertion import RULES, Delayed
from server.dispatch.rules.objective import NAMES, TERMS, Objective
from server.dispatch.rules.problem import Job, Technician
from server.dispatch.rules.recommendation import Recommendation, recommend
from server.dispatch.rules.sentences import WHY_NOT, moment, proposal_in_words
from server.dispatch.rules.travel import GreatCircle
from tests.dispatch.builders import DAY, HOUR, MINUTE, Street, at, city, job, shift, stop, technician

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = at("08:00")


def asked(new: Job, *people: Technician, objective: Objective | None = None) -> Recommendation:
    return recommend(new, people, Street(), NOW, SHANGHAI, objective=objective)


def order(answer: Recommendation) -> list[str]:
    return [proposal.technician_id for proposal in answer.proposals]


class TestTheOrderOfTheObjective:
    """Each pair differs in one tier for the better, and in every later one for the worse."""

    def test_a_kept_promise_before_visits_moved(self) -> None:
        busy = technician("busy", stop(10, "08:30", minutes=30), no=1)
        far = technician("far", no=2, home=120)
        assert order(asked(job(10, due=at("08:30")), far, busy)) == ["busy", "far"]

    def test_less_lateness_before_visits_moved(self) -> None:
        busy = technician("busy", stop(10, "08:30", minutes=30), no=1)
        far = technician("far", no=2, home=120)
        assert order(asked(job(10, due=at("08:00")), far, busy)) == ["busy", "far"]

    def test_nobody_told_anew_before_overtime_and_travel(self) -> None:
        busy = technician("busy", stop(10, "08:30", minutes=500), no=1)
        far = technician("far", no=2, home=250, shifts=(shift("08:00", "17:00"),))
        assert order(asked(job(10), busy, far)) == ["far", "busy"]

    def test_no_overtime_before_travel(self) -> None:
        full = technician("full", stop(10, "08:30", minutes=450), no=1)
        far = technician("far", no=2, home=200)
        assert order(asked(job(10, service_s=HOUR), full, far)) == ["far", "full"]

    def test_less_travel_before_preferences(self) -> None:
        near = technician("near", no=1, skills=frozenset({"gas"}), recent_work_s=50 * HOUR)
        far = technician("far", no=2, home=-20)
        assert order(asked(job(10, last_technician_id="far"), far, near)) == ["near", "far"]


class TestPreferencesAmongTheNear:
    def test_the_same_person_as_last_time(self) -> None:
        people = [technician("one", no=1), technician("two", no=2)]
        assert order(asked(job(last_technician_id="two"), *people)) == ["two", "one"]

    def test_the_least_over_qualified(self) -> None:
        expert = technician("expert", no=1, skills=frozenset({"gas", "fridge"}))
        plain = technician("plain", no=2, skills=frozenset({"fridge"}))
        assert order(asked(job(skills=frozenset({"fridge"})), expert, plain)) == ["plain", "expert"]

    def test_whoever_had_less_work_in_the_past_weeks(self) -> None:
        tired = technician("tired", no=1, recent_work_s=60 * HOUR)
        rested = technician("rested", no=2, recent_work_s=20 * HOUR)
        assert order(asked(job(), tired, rested)) == ["rested", "tired"]

    def test_a_minute_of_driving_does_not_outweigh_them(self) -> None:
        near, last = technician("near", no=1, home=9), technician("last", no=2, home=8)
        assert order(asked(job(10, last_technician_id="last"), near, last)) == ["last", "near"]

    def test_equals_stand_in_the_order_of_their_numbers(self) -> None:
        people = [technician(name, no=no) for no, name in ((3, "c"), (1, "a"), (2, "b"))]
        assert order(asked(job(), *people)) == ["a", "b", "c"]


class TestTheTableOfTerms:
    def test_every_term_has_unit_source_and_words_in_both_languages(self) -> None:
        for term in TERMS:
            assert term.unit
            assert term.source
            assert term.said.zh
            assert term.said.en

    def test_tiers_follow_the_order_of_the_table(self) -> None:
        tiers = [term.tier for term in TERMS]
        assert tiers == sorted(tiers)
        assert len(set(NAMES)) == len(NAMES)

    def test_a_weight_balances_terms_within_a_tier_only(self) -> None:
        near = technician("near", no=1)
        far = technician("far", no=2, home=-60)
        heavy = Objective({"unfamiliar": 1_000_000.0})
        assert order(asked(job(last_technician_id="far"), near, far, objective=heavy)) == ["near", "far"]

    def test_costs_are_told_by_term(self) -> None:
        told = asked(job(10), technician()).proposals[0].cost.by_term()
        assert told == {"travel": (20.0, 20.0)}
        doubled = asked(job(10), technician(), objective=Objective({"travel": 2.0})).proposals[0].cost.by_term()
        assert doubled == {"travel": (20.0, 40.0)}

    @pytest.mark.parametrize("weights", [{"luck": 1.0}, {"travel": -1.0}])
    def test_a_weight_that_makes_no_sense_is_a_fault(self, weights: dict[str, float]) -> None:
        with pytest.raises(ValueError, match=r"terms|weight"):
            Objective(weights)


class TestEverybodyIsAccountedFor:
    def test_proposed_or_told_why_not_with_counts_by_rule(self) -> None:
        people, new, travel = city(200, 25, seed=3)
        stranger = technician("stranger", outlet_id="west", skills=frozenset({"fridge", "washer", "aircon"}))
        for each in new[:10]:
            answer = recommend(each, [*people, stranger], travel, NOW, SHANGHAI)
            named = [p.technician_id for p in answer.proposals] + [w.technician_id for w in answer.why_not]
            assert sorted(named) == sorted([person.id for person in people] + ["stranger"])
            assert sum(answer.counts.values()) == len(answer.why_not)
            assert answer.counts["territory"] == 1

    def test_every_rule_has_its_words(self) -> None:
        assert set(WHY_NOT) == set(RULES)
        assert all(said.zh and said.en for said in WHY_NOT.values())

    def test_the_first_rule_in_order_is_the_one_told(self) -> None:
        nobody = technician(outlet_id="west", shifts=())
        assert asked(job(skills=frozenset({"gas"})), nobody).why_not[0].rule == "skills"
        assert asked(job(), nobody).why_not[0].rule == "territory"
        assert asked(job(), nobody).why_not[0].said == (
            "王伟：届时不归该网点调派。",
            "王伟 does not work for this outlet then, nor is lent to it.",
        )

    def test_nobody_at_all_is_an_empty_answer(self) -> None:
        assert asked(job()) == ((), (), {}, 0)


class TestSentences:
    name = Said("王伟", "Wang Wei")

    def said(self, arrival: str, due: str | None, *delayed: Delayed, day: int = 0) -> Said:
        promise = None if due is None else at(due)
        return proposal_in_words(self.name, at(arrival, day), promise, delayed, NOW, SHANGHAI)

    def test_in_time(self) -> None:
        assert self.said("14:10", "16:00") == (
            "王伟 14:10 可到达，比承诺早 1 小时 50 分；其他上门不受影响。",
            "Wang Wei can be there at 14:10, 1 h 50 min before the promise; nobody else is delayed.",
        )

    def test_just_in_time(self) -> None:
        assert self.said("16:00", "16:00").en.startswith(
            "Wang Wei can be there at 16:00, just in time for the promise;"
        )

    def test_late(self) -> None:
        assert self.said("16:20", "16:00").en.startswith("Wang Wei can be there at 16:20, 20 min after the promise;")
        assert "比承诺晚 20 分" in self.said("16:20", "16:00").zh

    def test_without_a_promise(self) -> None:
        assert self.said("16:20", None).en == "Wang Wei can be there at 16:20; nobody else is delayed."

    def test_with_others_delayed(self) -> None:
        one = Delayed("a", 12 * MINUTE, 0, 0, newly_missed=False)
        assert self.said("14:10", None, one).en.endswith("; one other visit is delayed by 12 min.")
        worse = Delayed("b", 25 * MINUTE, 0, 0, newly_missed=True)
        both = self.said("14:10", None, one, worse)
        assert both.en.endswith("; 2 other visits are delayed by up to 25 min, 1 of them past the promise.")
        assert both.zh.endswith("；另有 2 次上门推迟至多 25 分，其中 1 次将违约。")
        assert self.said("14:10", None, worse).en.endswith("delayed by 25 min, which breaks its promise.")

    def test_another_day_is_named(self) -> None:
        assert moment(at("09:10", day=1), NOW, SHANGHAI) == ("明天 09:10", "tomorrow at 09:10")
        assert moment(at("09:10", day=2), NOW, SHANGHAI) == ("3 月 4 日 09:10", "on 4 Mar at 09:10")

    def test_an_arrival_is_rounded_up_to_the_minute(self) -> None:
        assert moment(at("14:10") + 1, NOW, SHANGHAI).zh == "14:11"

    def test_the_outlets_zone_is_the_one_told(self) -> None:
        assert moment(at("14:10"), NOW, ZoneInfo("UTC")).zh == "06:10"

    def test_the_english_name_stands_in_for_the_chinese_and_back(self) -> None:
        answer = asked(job(), technician(name_en="Wang Wei"))
        assert answer.proposals[0].said.en.startswith("Wang Wei ")
        assert asked(job(), technician()).proposals[0].said.en.startswith("王伟 ")


class TestTravelByHour:
    def test_a_rush_hour_departure_arrives_later(self) -> None:
        slow = GreatCircle(speeds_kmh=(10.0,) * 9 + (60.0,) * 15, zone=SHANGHAI)
        near = job(0, lat=0.09)
        early = recommend(near, [technician()], slow, NOW, SHANGHAI).proposals[0]
        late = recommend(near, [technician()], slow, NOW + HOUR, SHANGHAI).proposals[0]
        assert early.travel_s == pytest.approx(6 * late.travel_s, abs=12)
        assert early.start - NOW > 5 * (late.start - NOW - HOUR)

    def test_a_plan_over_several_days_asks_by_hour(self) -> None:
        people, new, _ = city(100, 10, seed=5)
        hourly = GreatCircle(speeds_kmh=tuple(20.0 + hour for hour in range(24)), zone=SHANGHAI)
        answer = recommend(new[0], people, hourly, NOW, SHANGHAI)
        assert answer.proposals
        assert all(proposal.start < NOW + 2 * DAY for proposal in answer.proposals)
