"""Coverage: who gets what, until exactly which day, by which rule.

The shipped defaults are used where a case is about them; small policies of the test's own where it is about the rules
of judging. The unit of the tables was sold on 2024-06-01: statute 12 months (main parts 36), promise 24.
"""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.products.rules.comparison import change_between
from server.products.rules.coverage import verdict
from server.products.rules.entitlement import Fault, Line, Reason, Remedy, UnitFacts, Verdict
from server.products.rules.policy import Policy
from server.products.rules.span import add_days
from tests.products.builders import PROMISE, STATUTE, day, judged, policy, repair, term, unit

COMPRESSOR = Fault(component="compressor")
DOOR = Fault(component="door")
MAJOR = Fault(component="door", severity="major")
MINOR = Fault(component="door", severity="minor")


def kinds(answer: Verdict, source: str | None = None) -> set[str]:
    return {remedy.kind for remedy in answer.remedies if source is None or remedy.source == source}


def named(remedies: tuple[Remedy, ...], kind: str) -> Remedy:
    return next(remedy for remedy in remedies if remedy.kind == kind)


class TestFreeRepair:
    """Per case: component at fault, day, what statute and promise say by themselves, the last day the customer has."""

    @pytest.mark.parametrize(
        ("fault", "on", "statute", "promise", "until"),
        [
            (DOOR, "2024-05-31", False, False, None),
            (DOOR, "2024-06-01", True, True, "2026-06-01"),
            (DOOR, "2025-05-31", True, True, "2026-06-01"),
            (DOOR, "2025-06-01", True, True, "2026-06-01"),
            (DOOR, "2025-06-02", False, True, "2026-06-01"),
            (DOOR, "2026-06-01", False, True, "2026-06-01"),
            (DOOR, "2026-06-02", False, False, None),
            (COMPRESSOR, "2024-06-01", True, True, "2027-06-01"),
            (COMPRESSOR, "2025-06-02", True, True, "2027-06-01"),
            (COMPRESSOR, "2026-06-02", True, False, "2027-06-01"),
            (COMPRESSOR, "2027-06-01", True, False, "2027-06-01"),
            (COMPRESSOR, "2027-06-02", False, False, None),
            (Fault(component="unheard_of"), "2024-07-01", True, True, "2026-06-01"),
            (Fault(component="main_parts"), "2027-01-01", True, False, "2027-06-01"),
            (None, "2024-06-01", True, True, "2026-06-01"),
            (None, "2026-06-02", True, False, "2027-06-01"),
            (None, "2027-06-02", False, False, None),
        ],
    )
    def test_statute_and_promise(
        self, fault: Fault | None, on: str, statute: bool, promise: bool, until: str | None
    ) -> None:
        answer = judged(unit(), on, fault)
        assert (answer.statute.covered, answer.promise.covered) == (statute, promise)
        assert answer.covered == (statute or promise)
        assert answer.until == (None if until is None else day(until))

    @pytest.mark.parametrize(
        ("sold", "last"),
        [
            ("2023-01-31", "2024-01-31"),
            ("2024-02-29", "2025-02-28"),
            ("2023-02-28", "2024-02-28"),
            ("2023-08-31", "2024-08-31"),
        ],
    )
    def test_statute_ends_with_the_day_of_the_same_number(self, sold: str, last: str) -> None:
        assert judged(unit(sold), last, DOOR).statute.covered
        assert not judged(unit(sold), str(date.fromordinal(day(last).toordinal() + 1)), DOOR).statute.covered

    def test_another_product_line_has_other_main_parts(self) -> None:
        hood = unit(product_line="range_hood")
        assert judged(hood, "2026-05-01", Fault(component="motor")).statute.covered
        assert not judged(hood, "2026-05-01", COMPRESSOR).statute.covered

    def test_another_country_has_not_this_statute(self) -> None:
        abroad = judged(unit(country="DE"), "2024-07-01", DOOR)
        assert not abroad.statute.lines
        assert abroad.promise.covered

    def test_a_unit_given_back_is_not_covered(self) -> None:
        given_back = unit(withdrawn_on="2024-08-01")
        assert judged(given_back, "2024-07-31").covered
        answer = judged(given_back, "2024-08-01")
        assert not answer.covered
        assert answer.reasons[0] is Reason.WITHDRAWN
        assert not answer.on_site


class TestWhoPays:
    def test_in_term_the_maker_pays_everything(self) -> None:
        pays = judged(unit(), "2024-07-01", DOOR).pays
        assert (pays.parts, pays.labour, pays.travel) == ("maker", "maker", "maker")

    def test_after_the_term_the_customer_pays_but_we_still_come(self) -> None:
        answer = judged(unit(), "2030-01-01", DOOR)
        assert (answer.pays.parts, answer.pays.labour, answer.pays.travel) == ("customer",) * 3
        assert answer.on_site
        assert named(answer.remedies, "repair").paid_by == "customer"

    def test_items_of_both_sources_add_up(self) -> None:
        parts = policy(term(months=24, covers=("parts",)), source="statute", code="s")
        labour = policy(term(months=12, covers=("labour", "travel")))
        first = judged(unit(), "2025-06-01", DOOR, (parts, labour)).pays
        then = judged(unit(), "2025-06-02", DOOR, (parts, labour)).pays
        assert (first.parts, first.labour, first.travel) == ("maker", "maker", "maker")
        assert (then.parts, then.labour, then.travel) == ("maker", "customer", "customer")

    def test_promise_better_for_one_component_and_worse_for_another(self) -> None:
        statute = policy(term("panel", months=36), term("board", months=12), source="statute", code="s")
        promise = policy(term("panel", months=12), term("board", months=36))
        panel = judged(unit(), "2026-01-01", Fault(component="panel"), (statute, promise))
        board = judged(unit(), "2026-01-01", Fault(component="board"), (statute, promise))
        assert (panel.best, panel.until) == ("statute", day("2027-06-01"))
        assert (board.best, board.until) == ("promise", day("2027-06-01"))


class TestRefundAndExchange:
    """Statute: refund 7, exchange 15 days for a performance fault. Promise: 15 and 30 for a major one."""

    @pytest.mark.parametrize(
        ("fault", "on", "statute", "both"),
        [
            (DOOR, "2024-06-01", {"refund", "exchange", "repair"}, {"refund", "exchange", "repair"}),
            (DOOR, "2024-06-08", {"refund", "exchange", "repair"}, {"refund", "exchange", "repair"}),
            (DOOR, "2024-06-09", {"exchange", "repair"}, {"exchange", "repair"}),
            (DOOR, "2024-06-16", {"exchange", "repair"}, {"exchange", "repair"}),
            (DOOR, "2024-06-17", {"repair"}, {"repair"}),
            (MAJOR, "2024-06-09", {"exchange", "repair"}, {"refund", "exchange", "repair"}),
            (MAJOR, "2024-06-16", {"exchange", "repair"}, {"refund", "exchange", "repair"}),
            (MAJOR, "2024-06-17", {"repair"}, {"exchange", "repair"}),
            (MAJOR, "2024-07-01", {"repair"}, {"exchange", "repair"}),
            (MAJOR, "2024-07-02", {"repair"}, {"repair"}),
            (MINOR, "2024-06-02", {"repair"}, {"repair"}),
        ],
    )
    def test_what_may_be_asked_for(self, fault: Fault, on: str, statute: set[str], both: set[str]) -> None:
        answer = judged(unit(), on, fault)
        assert kinds(answer, None) == both
        assert {remedy.kind for remedy in answer.statute.remedies} == statute

    def test_the_later_last_day_wins(self) -> None:
        answer = judged(unit(), "2024-06-05", MAJOR)
        assert named(answer.remedies, "refund").until == day("2024-06-16")
        assert named(answer.remedies, "exchange").until == day("2024-07-01")

    def test_before_a_fault_is_known_each_window_names_the_fault_it_takes(self) -> None:
        answer = judged(unit(), "2024-06-05")
        refunds = [(remedy.severity, remedy.until) for remedy in answer.remedies if remedy.kind == "refund"]
        assert refunds == [("performance", day("2024-06-08")), ("major", day("2024-06-16"))]

    def test_no_window_without_proof_of_the_sale(self) -> None:
        answer = judged(unit(None, manufactured_on="2024-06-01"), "2024-06-05", MAJOR)
        assert kinds(answer) == {"repair"}

    def test_an_exchange_does_not_open_them_again(self) -> None:
        answer = judged(unit(exchanged_on=(day("2024-08-01"),)), "2024-08-02", MAJOR)
        assert kinds(answer) == {"repair"}


class TestStart:
    @pytest.mark.parametrize(
        ("starts", "facts", "until"),
        [
            ("invoice", {}, "2025-06-01"),
            ("invoice", {"installed_on": "2024-07-01", "registered_on": "2024-08-01"}, "2025-06-01"),
            ("installation", {"installed_on": "2024-07-01"}, "2025-07-01"),
            ("installation", {}, "2025-06-01"),
            ("registration", {"registered_on": "2024-08-01"}, "2025-08-01"),
            ("registration", {"installed_on": "2024-07-01"}, "2025-06-01"),
        ],
    )
    def test_event(self, starts: str, facts: dict[str, str], until: str) -> None:
        ruling = (policy(term(months=12, starts=starts)),)
        assert judged(unit(**facts), "2024-09-01", None, ruling).until == day(until)

    @pytest.mark.parametrize(
        ("on", "covered"),
        [
            ("2024-02-29", False),
            ("2024-03-01", True),
            ("2024-05-30", True),
            ("2026-05-30", True),
            ("2026-05-31", False),
        ],
    )
    def test_without_proof_the_promise_runs_from_manufacture_plus_90_days(self, on: str, covered: bool) -> None:
        answer = judged(unit(None, manufactured_on="2024-03-01"), on, DOOR)
        assert answer.promise.covered is covered
        assert not answer.statute.covered

    def test_without_proof_the_statute_says_so(self) -> None:
        answer = judged(unit(None, manufactured_on="2024-03-01"), "2024-07-01", DOOR)
        assert answer.statute.lines[0].reasons == (Reason.PROOF_MISSING,)

    def test_a_sale_without_proof_does_not_count(self) -> None:
        answer = judged(unit(proof="missing", manufactured_on="2024-03-01"), "2024-07-01", DOOR)
        assert answer.until == day("2026-05-30")

    def test_nothing_known_is_said_plainly(self) -> None:
        answer = judged(unit(None), "2024-07-01", DOOR)
        assert not answer.covered
        assert Reason.START_UNKNOWN in answer.promise.lines[0].reasons

    def test_an_installation_after_that_day_is_not_yet_known(self) -> None:
        ruling = (policy(term(months=12, starts="installation")),)
        assert judged(unit(installed_on="2024-07-01"), "2024-06-30", None, ruling).until == day("2025-06-01")

    def test_before_the_sale_nothing_has_started(self) -> None:
        assert judged(unit(), "2024-05-31").reasons[0] is Reason.NOT_STARTED


class TestRepairsExtend:
    def test_days_in_repair_are_added_to_every_term(self) -> None:
        mended = unit(repairs=(repair("2024-07-01", "2024-07-11"),))
        assert judged(mended, "2025-01-01", DOOR).until == day("2026-06-11")
        assert judged(mended, "2025-01-01", COMPRESSOR).until == day("2027-06-11")
        assert judged(mended, "2025-06-11", DOOR).statute.covered
        assert not judged(mended, "2025-06-12", DOOR).statute.covered

    def test_a_repair_across_the_end_leaves_what_was_left(self) -> None:
        mended = unit(repairs=(repair("2026-05-30", "2026-06-20"),))
        assert judged(mended, "2026-06-20", DOOR).until == day("2026-06-22")

    def test_while_in_repair_the_term_stands_still(self) -> None:
        inside = unit(repairs=(repair("2026-06-01", None),))
        for on in ("2026-06-01", "2026-08-01", "2027-01-01"):
            assert judged(inside, on, DOOR).until == day(on)

    def test_a_charged_repair_after_the_end_revives_nothing(self) -> None:
        late = unit(repairs=(repair("2026-06-02", "2026-07-30", component="fan"),))
        assert not judged(late, "2026-07-15", DOOR).promise.covered

    def test_a_later_repair_is_not_yet_known(self) -> None:
        mended = unit(repairs=(repair("2024-07-01", "2024-07-11"),))
        assert judged(mended, "2024-06-30", DOOR).until == day("2026-06-01")
        assert judged(mended, "2024-07-04", DOOR).until == day("2026-06-04")

    def test_a_term_may_say_otherwise(self) -> None:
        ruling = (policy(term(months=12, extended_by_repairs=False)),)
        mended = unit(repairs=(repair("2024-07-01", "2024-07-11"),))
        assert judged(mended, "2025-01-01", None, ruling).until == day("2025-06-01")


class TestExchangeRestarts:
    def test_every_term_begins_anew(self) -> None:
        other = unit(exchanged_on=(day("2025-03-01"),))
        answer = judged(other, "2026-07-01", DOOR)
        assert answer.until == day("2027-03-01")
        assert Reason.RESTARTED_BY_EXCHANGE in answer.reasons

    def test_the_last_exchange_counts(self) -> None:
        other = unit(exchanged_on=(day("2025-03-01"), day("2025-09-01"), day("2026-02-01")))
        assert judged(other, "2025-10-01", DOOR).until == day("2027-09-01")

    def test_repairs_of_the_unit_before_do_not_extend(self) -> None:
        other = unit(exchanged_on=(day("2025-03-01"),), repairs=(repair("2025-01-01", "2025-02-20"),))
        assert judged(other, "2025-04-01", DOOR).until == day("2027-03-01")

    def test_a_term_may_say_otherwise(self) -> None:
        ruling = (policy(term(months=12, restarts_on_exchange=False)),)
        assert judged(unit(exchanged_on=(day("2025-03-01"),)), "2025-04-01", None, ruling).until == day("2025-06-01")


class TestRepairsThatDoNotHelp:
    FAILED = (repair("2024-07-01", "2024-07-02", cured=False), repair("2024-08-01", "2024-08-02", cured=False))

    def test_two_give_exchange_or_refund(self) -> None:
        answer = judged(unit(repairs=self.FAILED), "2024-10-01", DOOR)
        assert kinds(answer) == {"refund", "exchange", "repair"}
        assert Reason.NOT_CURED in answer.reasons
        assert "statute.repairs-that-do-not-cure" in answer.rules

    def test_one_does_not(self) -> None:
        assert kinds(judged(unit(repairs=self.FAILED[:1]), "2024-10-01", DOOR)) == {"repair"}

    def test_a_repair_that_cured_does_not_count(self) -> None:
        mixed = (self.FAILED[0], repair("2024-08-01", "2024-08-02"))
        assert kinds(judged(unit(repairs=mixed), "2024-10-01", DOOR)) == {"repair"}

    def test_those_of_the_unit_before_an_exchange_do_not_count(self) -> None:
        other = unit(repairs=self.FAILED, exchanged_on=(day("2024-09-01"),))
        assert kinds(judged(other, "2024-10-01", DOOR)) == {"repair"}

    def test_not_after_the_term(self) -> None:
        assert kinds(judged(unit(repairs=self.FAILED), "2028-01-01", DOOR)) == {"repair"}

    @pytest.mark.parametrize(
        ("delay", "on", "remedy", "paid_by"),
        [
            ("parts", "2024-09-29", None, None),
            ("parts", "2024-09-30", "exchange", "maker"),
            ("repairer", "2024-07-31", None, None),
            ("repairer", "2024-08-01", "exchange", "repairer"),
            (None, "2024-12-01", None, None),
        ],
    )
    def test_a_repair_that_takes_too_long(self, delay: str, on: str, remedy: str | None, paid_by: str | None) -> None:
        waiting = unit(repairs=(repair("2024-07-01", None, delay=delay),))
        exchanges = [one.paid_by for one in judged(waiting, on, COMPRESSOR).remedies if one.kind == "exchange"]
        assert exchanges == ([] if remedy is None else [paid_by])

    def test_not_once_it_is_back(self) -> None:
        slow = unit(repairs=(repair("2024-07-01", "2024-12-01", delay="parts"),))
        assert kinds(judged(slow, "2024-11-30", COMPRESSOR)) == {"exchange", "repair"}
        assert kinds(judged(slow, "2024-12-01", COMPRESSOR)) == {"repair"}


class TestRepairedFault:
    MENDED = unit(repairs=(repair("2029-01-01", "2029-01-05", fault_code="E1"),))

    @pytest.mark.parametrize(
        ("fault", "on", "covered"),
        [
            (COMPRESSOR, "2029-01-05", True),
            (COMPRESSOR, "2029-02-04", True),
            (COMPRESSOR, "2029-02-05", False),
            (DOOR, "2029-01-10", False),
            (Fault(component="compressor", fault_code="E1"), "2029-01-10", True),
            (Fault(component="compressor", fault_code="E2"), "2029-01-10", False),
            (Fault(component="compressor", exclusions=("misuse",)), "2029-01-10", False),
        ],
    )
    def test_has_its_own_30_days_long_after_the_term(self, fault: Fault, on: str, covered: bool) -> None:
        assert judged(self.MENDED, on, fault).covered is covered


class TestExclusions:
    @pytest.mark.parametrize("exclusion", ["misuse", "unauthorised_opening", "force_majeure"])
    def test_found_by_the_technician(self, exclusion: str) -> None:
        fault = Fault(component="door", severity="major", exclusions=(exclusion,))  # type: ignore[arg-type]
        answer = judged(unit(), "2024-06-02", fault)
        assert not answer.covered
        assert answer.reasons[0] == exclusion
        assert kinds(answer) == {"repair"}
        assert named(answer.remedies, "repair").paid_by == "customer"

    @pytest.mark.parametrize(("proof", "reason"), [("altered", "proof_altered"), ("other_serial", "serial_mismatch")])
    def test_found_on_the_proof(self, proof: str, reason: str) -> None:
        answer = judged(unit(proof=proof, manufactured_on="2024-05-01"), "2024-06-02", DOOR)
        assert not answer.covered
        assert reason in answer.reasons

    def test_only_where_the_policy_excludes_it(self) -> None:
        lenient = policy(term(months=12))
        fault = Fault(component="door", exclusions=("misuse",))
        assert judged(unit(), "2024-06-02", fault, (lenient, STATUTE)).promise.covered
        assert not judged(unit(), "2024-06-02", fault, (lenient, STATUTE)).statute.covered

    def test_an_ended_term_is_said_to_have_ended_first(self) -> None:
        fault = Fault(component="door", exclusions=("misuse",))
        assert judged(unit(), "2030-01-01", fault).reasons[0] is Reason.EXPIRED


class TestPolicyVersions:
    OLD = policy(term(months=12), version=1)
    NEW = policy(term(months=60), version=2, effective_from=date(2024, 6, 1))

    @pytest.mark.parametrize(
        ("sold", "until", "version"), [("2024-05-31", "2025-05-31", 1), ("2024-06-01", "2029-06-01", 2)]
    )
    def test_the_promise_at_the_sale_counts(self, sold: str, until: str, version: int) -> None:
        answer = judged(unit(sold), "2025-01-01", None, (self.NEW, self.OLD))
        assert answer.until == day(until)
        assert answer.decisive is not None
        assert answer.decisive.policy_version == version

    def test_a_withdrawn_policy_promises_nothing_to_later_buyers(self) -> None:
        ended = policy(term(months=12), effective_to=date(2024, 5, 31))
        assert judged(unit("2024-05-31"), "2024-06-01", None, (ended,)).covered
        answer = judged(unit("2024-06-01"), "2024-06-01", None, (ended,))
        assert answer.reasons == (Reason.NO_TERM,)

    def test_a_later_version_changes_no_earlier_verdict(self) -> None:
        sold = unit("2024-05-31")
        assert judged(sold, "2025-01-01", DOOR, (self.OLD,)) == judged(sold, "2025-01-01", DOOR, (self.OLD, self.NEW))


class TestExplains:
    def test_names_policy_version_rule_and_start(self) -> None:
        line = judged(unit(), "2024-07-01", COMPRESSOR).decisive
        assert line is not None
        assert (line.policy, line.policy_version, line.rule) == (
            "cn-three-guarantees",
            1,
            "statute.main-parts.air-conditioner",
        )
        assert (line.starts_from, line.starts_on) == ("invoice", day("2024-06-01"))

    def test_page_rows_are_the_better_of_each_component(self) -> None:
        rows = {line.component: (line.source, line.until) for line in judged(unit(), "2024-07-01").by_component}
        assert rows == {
            "whole_unit": ("promise", day("2026-06-01")),
            "main_parts": ("statute", day("2027-06-01")),
        }

    def test_goes_over_the_wire(self) -> None:
        answer = judged(unit(repairs=(repair("2024-07-01", None),)), "2024-07-05", COMPRESSOR)
        assert msgspec.json.decode(msgspec.json.encode(answer), type=Verdict) == answer


dates = st.dates(date(2023, 1, 1), date(2030, 1, 1))
repairs = st.builds(
    lambda start, days, **facts: repair(
        str(start), None if days is None else str(date.fromordinal(start.toordinal() + days)), **facts
    ),
    dates,
    st.none() | st.integers(0, 120),
    component=st.sampled_from(["compressor", "door"]),
    cured=st.booleans(),
    fault_code=st.sampled_from(["", "e1", "e2"]),
    delay=st.sampled_from([None, "parts", "repairer"]),
)
units = st.builds(
    UnitFacts,
    product_line=st.sampled_from(["air_conditioner", "range_hood", "other"]),
    sold_on=st.none() | dates,
    installed_on=st.none() | dates,
    manufactured_on=st.none() | dates,
    proof=st.sampled_from(["valid", "missing", "altered", "other_serial"]),
    repairs=st.lists(repairs, max_size=4).map(tuple),
    exchanged_on=st.lists(dates, max_size=2).map(tuple),
    withdrawn_on=st.none() | dates,
)
faults = st.none() | st.builds(
    Fault,
    component=st.sampled_from(["compressor", "door", "whole_unit"]),
    severity=st.sampled_from(["minor", "performance", "major"]),
    exclusions=st.sampled_from([(), ("misuse",)]),
)


def _cut(facts: UnitFacts, on: date) -> UnitFacts:
    """The unit as its records stood at the end of that day (its sale is known beforehand, see rule 1)."""

    def known(happened: date | None) -> date | None:
        return happened if happened is not None and happened <= on else None

    return msgspec.structs.replace(
        facts,
        installed_on=known(facts.installed_on),
        withdrawn_on=known(facts.withdrawn_on),
        exchanged_on=tuple(one for one in facts.exchanged_on if one <= on),
        repairs=tuple(
            msgspec.structs.replace(one, finished_on=known(one.finished_on))
            for one in facts.repairs
            if one.started_on <= on
        ),
    )


def _same(line: Line, other: Line) -> bool:
    """One term, begun on the same day and said to end on the same day."""
    return (line.rule, line.starts_on, line.until) == (other.rule, other.starts_on, other.until)


class TestAnyUnitOnAnyDay:
    RULING: tuple[Policy, ...] = (STATUTE, PROMISE)

    @given(units, dates, faults)
    def test_later_facts_change_nothing(self, facts: UnitFacts, on: date, fault: Fault | None) -> None:
        assert verdict(facts, self.RULING, on, fault) == verdict(_cut(facts, on), self.RULING, on, fault)

    @given(units, dates, faults)
    def test_the_customer_gets_no_less_than_either_source(
        self, facts: UnitFacts, on: date, fault: Fault | None
    ) -> None:
        answer = verdict(facts, self.RULING, on, fault)
        for judged_alone in (answer.statute, answer.promise):
            assert answer.covered >= judged_alone.covered
            assert {one.kind for one in judged_alone.remedies} <= kinds(answer)
            for item in ("parts", "labour", "travel"):
                assert (getattr(answer.pays, item) == "maker") >= (getattr(judged_alone.pays, item) == "maker")

    @given(units, dates, faults)
    def test_sources_do_not_see_each_other(self, facts: UnitFacts, on: date, fault: Fault | None) -> None:
        both = verdict(facts, self.RULING, on, fault)
        assert verdict(facts, (STATUTE,), on, fault).statute == both.statute
        assert verdict(facts, (PROMISE,), on, fault).promise == both.promise

    @given(units, dates, st.integers(1, 60), st.sampled_from(["whole_unit", "compressor"]), st.integers(1, 40))
    def test_a_further_promise_takes_nothing_away(
        self, facts: UnitFacts, on: date, months: int, component: str, days: int
    ) -> None:
        window = {"rule": "w", "remedies": ["refund"], "days": days, "severity": "performance"}
        more = policy(term(component, months=months), code="more", windows=(window,))
        change = change_between(verdict(facts, self.RULING, on), verdict(facts, (*self.RULING, more), on))
        assert change in (None, "gains")
        back = change_between(verdict(facts, (*self.RULING, more), on), verdict(facts, self.RULING, on))
        assert back == (None if change is None else "loses")

    @given(units, dates, faults)
    def test_covered_means_today_is_within_the_term(self, facts: UnitFacts, on: date, fault: Fault | None) -> None:
        answer = verdict(facts, self.RULING, on, fault)
        assert not answer.covered or answer.until is None or answer.until >= on

    @given(units, dates, faults)
    def test_a_last_day_holds_what_it_says(self, facts: UnitFacts, on: date, fault: Fault | None) -> None:
        """When nothing happens any more, each term runs to the very day it was said to, and not a day longer."""
        known = _cut(facts, on)
        quiet = msgspec.structs.replace(known, repairs=tuple(one for one in known.repairs if one.finished_on))
        answer = verdict(quiet, self.RULING, on, fault)
        for line in answer.statute.lines + answer.promise.lines:
            if not line.covered or line.until is None:
                continue
            last, after = (verdict(quiet, self.RULING, add_days(line.until, days), fault) for days in (0, 1))
            assert any(_same(line, one) and one.covered for one in last.statute.lines + last.promise.lines)
            assert not any(_same(line, one) and one.covered for one in after.statute.lines + after.promise.lines)

    @given(units, dates, faults)
    def test_there_is_always_a_repair_and_a_reason(self, facts: UnitFacts, on: date, fault: Fault | None) -> None:
        answer = verdict(facts, self.RULING, on, fault)
        assert "repair" in kinds(answer)
        assert answer.reasons
