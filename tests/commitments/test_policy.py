from datetime import timedelta
from typing import Any

import pytest

from server.commitments.rules.calendar import ALWAYS_OPEN
from server.commitments.rules.policy import (
    ByEndOfDay,
    Case,
    Match,
    Policy,
    Promise,
    Unmatched,
    Within,
    check_policy,
    choose,
    promise,
    term_in_words,
)
from tests.commitments.builders import DAY, HOUR, at, calendar, policy

NOW = at("2026-03-06 16:30")


def chosen(policies: list[Policy], case: Case) -> str:
    match = choose(policies, case, NOW)
    assert isinstance(match, Match)
    return match.policy.code


def verdicts(policies: list[Policy], case: Case) -> dict[str, str]:
    considered = choose(policies, case, NOW).considered
    return {f"{c.policy.code}-{c.policy.version}": c.verdict for c in considered}


class TestTheMostSpecificPolicyWins:
    everyone = policy("everyone")
    repairs = policy("repairs", job_type="repair")
    repairs_in_a = policy("repairs_in_a", job_type="repair", region_grade="A")

    def test_the_one_that_names_most(self) -> None:
        for policies in ([self.everyone, self.repairs, self.repairs_in_a], [self.repairs_in_a, self.repairs]):
            assert chosen(policies, Case(job_type="repair", region_grade="A")) == "repairs_in_a"

    def test_one_that_asks_for_something_else_does_not_bind(self) -> None:
        policies = [self.everyone, self.repairs, self.repairs_in_a]
        assert chosen(policies, Case(job_type="repair", region_grade="B")) == "repairs"
        assert chosen(policies, Case(job_type="delivery", region_grade="A")) == "everyone"

    def test_what_is_not_known_of_a_case_matches_nothing_particular(self) -> None:
        assert chosen([self.everyone, self.repairs], Case()) == "everyone"

    @pytest.mark.parametrize(
        "condition",
        ["job_type", "product_category", "customer_tier", "region_grade", "centre_id", "outlet_id", "severity"],
    )
    def test_every_condition_can_be_named(self, condition: str) -> None:
        narrow = policy("narrow", **{condition: "x"})
        assert chosen([self.everyone, narrow], Case(**{condition: "x"})) == "narrow"
        assert chosen([self.everyone, narrow], Case(**{condition: "y"})) == "everyone"

    def test_equals_are_decided_by_rank_whatever_their_order(self) -> None:
        second = policy("second", rank=2, job_type="repair")
        first = policy("first", rank=1, region_grade="A")
        for policies in ([first, second], [second, first]):
            assert chosen(policies, Case(job_type="repair", region_grade="A")) == "first"

    def test_with_equal_rank_the_answer_still_does_not_depend_on_the_order(self) -> None:
        one, two = policy("one"), policy("two")
        assert chosen([one, two], Case()) == chosen([two, one], Case()) == "one"


class TestVersions:
    old = policy(version=1, effective_to=NOW, respond=Within(8 * HOUR))
    new = policy(version=2, effective_from=NOW, respond=Within(4 * HOUR))

    def test_a_job_keeps_the_version_in_force_when_it_was_raised(self) -> None:
        before = choose([self.old, self.new], Case(), NOW - timedelta(microseconds=1))
        after = choose([self.old, self.new], Case(), NOW)
        assert isinstance(before, Match)
        assert isinstance(after, Match)
        assert (before.policy.version, after.policy.version) == (1, 2)

    def test_of_two_in_force_the_higher_counts(self) -> None:
        assert verdicts([policy(version=1), policy(version=2)], Case()) == {
            "repair-1": "older_version",
            "repair-2": "chosen",
        }


class TestTheAnswerExplainsItself:
    def test_everything_considered_has_its_verdict(self) -> None:
        policies = [
            policy("gone", effective_to=NOW),
            policy("delivery", job_type="delivery"),
            policy("everyone"),
            policy("ranked", rank=5, job_type="repair"),
            policy("best", job_type="repair"),
        ]
        assert verdicts(policies, Case(job_type="repair")) == {
            "gone-1": "not_in_force",
            "delivery-1": "job_type",
            "everyone-1": "less_specific",
            "ranked-1": "lower_rank",
            "best-1": "chosen",
        }

    def test_why_names_the_conditions_and_the_runner_up_in_both_languages(self) -> None:
        match = choose(
            [policy("all"), policy("narrow", job_type="repair", region_grade="A")],
            Case("repair", region_grade="A"),
            NOW,
        )
        assert match.why.en == (
            "“narrow promise” applies: it names this job type and region grade, "
            "which is more specific than “all promise”."
        )
        assert match.why.zh == "适用「narrow 承诺」：符合其工单类型、地区等级，比「all 承诺」更具体。"

    def test_nothing_is_promised_where_no_policy_applies(self) -> None:
        answer = choose([policy(job_type="repair")], Case(job_type="delivery"), NOW)
        assert isinstance(answer, Unmatched)
        assert answer.considered[0].verdict == "job_type"

    def test_terms_are_put_in_words(self) -> None:
        assert term_in_words(Within(26 * HOUR)) == ("1 天 2 小时内", "within 1 d 2 h")
        assert term_in_words(ByEndOfDay(0)).en == "by the end of the same working day"
        assert term_in_words(ByEndOfDay(2)).zh == "第 2 个工作日结束前"


class TestDueInstants:
    def test_both_clocks_with_elapsed_and_working_time(self) -> None:
        two = policy(respond=Within(4 * HOUR), resolve=ByEndOfDay(1))
        made = promise(two, calendar(), NOW)
        assert made.response is not None
        assert made.response.at == at("2026-03-09 11:30")
        assert made.response.elapsed == 2 * DAY + 19 * HOUR
        assert made.response.working == 4 * HOUR
        assert made.resolution is not None
        assert made.resolution.at == at("2026-03-09 17:30")
        assert made.resolution.working == 10 * HOUR

    def test_what_is_not_promised_has_no_instant(self) -> None:
        assert promise(policy(respond=None), ALWAYS_OPEN, NOW) == Promise(None, None)

    def test_around_the_clock_working_time_is_elapsed_time(self) -> None:
        due = promise(policy(respond=Within(24 * HOUR)), ALWAYS_OPEN, NOW).response
        assert due == (NOW + 24 * HOUR, 24 * HOUR, 24 * HOUR)


class TestPoliciesThatAreRefused:
    @pytest.mark.parametrize(
        ("code", "known"),
        [
            ("policy_promises_nothing", {"respond": None}),
            ("policy_promise_not_positive", {"respond": Within(timedelta(0))}),
            ("policy_promise_not_positive", {"resolve": Within(-HOUR)}),
            ("policy_promise_not_positive", {"resolve": ByEndOfDay(-1)}),
            ("policy_ends_before_it_starts", {"effective_from": NOW, "effective_to": NOW}),
            ("policy_promise_too_long", {"respond": Within(timedelta(days=9000))}),
            ("policy_promise_too_long", {"respond": Within(timedelta.max)}),
            ("policy_promise_too_long", {"resolve": ByEndOfDay(10**9)}),
        ],
    )
    def test_each_with_its_code(self, code: str, known: dict[str, Any]) -> None:
        for hours in (ALWAYS_OPEN, calendar()):
            refused = check_policy(policy(**known), hours)
            assert refused is not None
            assert refused.code == code

    def test_one_that_only_a_rare_calendar_makes_too_long(self) -> None:
        rare = calendar({0: [("09:00", "10:00")]})
        for term in (Within(600 * HOUR), ByEndOfDay(600)):
            refused = check_policy(policy(respond=term), rare)
            assert refused is not None
            assert refused.code == "policy_promise_too_long"
            assert check_policy(policy(respond=term), ALWAYS_OPEN) is None

    def test_a_sound_one_is_not(self) -> None:
        assert check_policy(policy(respond=Within(24 * HOUR), resolve=ByEndOfDay(0)), calendar()) is None
