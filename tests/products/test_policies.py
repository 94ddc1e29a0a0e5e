"""Policy documents: the shipped ones are sound, broken ones are refused with their fault named."""

from datetime import date

import msgspec
import pytest

from server.products.policies import SHIPPED, read_policy, shipped
from server.products.rules.policy import (
    OnSiteService,
    Policy,
    RemedyWindow,
    RepairGuarantee,
    RepeatedRepairs,
    SlowRepair,
    WarrantyTerm,
)
from server.products.rules.policy_check import Vocabulary, faults_between, faults_of, vocabulary_of
from server.products.rules.refusal import Text
from server.products.rules.sentences import sentence_of
from tests.products.builders import judged, policy, term, unit

SOUND = """
code = "x"
version = 1
source = "promise"
country = "CN"
effective_from = 2024-01-01
without_proof = "excluded"
name = { zh = "甲", en = "a" }
[[terms]]
rule = "r"
component = "whole_unit"
name = { zh = "整机", en = "whole unit" }
months = 12
covers = ["parts"]
"""


class TestShipped:
    def test_all_are_read(self) -> None:
        assert [one.source for one in shipped()] == ["statute", "promise"]
        assert len(SHIPPED) == 2

    def test_they_do_not_clash(self) -> None:
        assert faults_between(shipped()) == ()

    @pytest.mark.parametrize("one", shipped(), ids=lambda one: one.code)
    def test_every_name_is_in_both_languages(self, one: Policy) -> None:
        for name in (one.name, *(own.name for own in one.terms)):
            assert name.zh
            assert name.en


class TestUnreadable:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("code =", "code"),
            ('code = "x"', 'code = "X y"'),
            ("version = 1", "version = 0"),
            ('source = "promise"', 'source = "rumour"'),
            ("2024-01-01", '"soon"'),
            ('country = "CN"', 'country = "China"'),
            ("months = 12", "moths = 12"),
            ('covers = ["parts"]', 'covers = ["everything"]'),
            ('component = "whole_unit"', ""),
            ('component = "whole_unit"', 'component = "a"\nparts = [' + '"b",' * 101 + "]"),
            ("[[terms]]", "[[windows]]\n" * 201 + "[[terms]]"),
        ],
    )
    def test_is_refused(self, before: str, after: str) -> None:
        assert before in SOUND
        faults = read_policy(SOUND.replace(before, after))
        assert isinstance(faults, tuple)
        assert [fault.code for fault in faults] == ["policy_unreadable"]

    def test_the_sound_one_is_read(self) -> None:
        assert isinstance(read_policy(SOUND), Policy)


def _terms(*terms: WarrantyTerm, **fields: object) -> Policy:
    """Terms with a rule code each."""
    told = [msgspec.structs.replace(one, rule=f"rule-{place}") for place, one in enumerate(terms)]
    return policy(*told, **fields)


def _window(days: int = 7, **fields: object) -> RemedyWindow:
    plain = {"rule": f"window-{days}", "remedies": ("refund",), "days": days, "severity": "performance"}
    return RemedyWindow(**(plain | fields))  # type: ignore[arg-type]


YEAR = term(months=12)
LAW = {"without_proof": "excluded"}
WAITS = SlowRepair(rule="waits", delay="parts", more_than_days=90, remedies=("exchange",), paid_by="maker")
BACK = RepairGuarantee(rule="back", days=30)


class TestUnfit:
    """Each thing that a manager would not have meant, by the name it is refused under."""

    @pytest.mark.parametrize(
        ("unfit", "code"),
        [
            (policy(term()), "term_needs_one_length"),
            (policy(term(months=1, days=1)), "term_needs_one_length"),
            (policy(term(months=1, life=True)), "term_needs_one_length"),
            (policy(term(months=-1)), "length_negative"),
            (policy(term(days=-36_500)), "length_negative"),
            (policy(term(months=1201)), "length_too_long"),
            (policy(term(days=36_501)), "length_too_long"),
            (policy(term(months=10**30)), "length_too_long"),
            (policy(term(months=1, covers=())), "term_covers_nothing"),
            (policy(term(months=1, parts=("door",))), "whole_unit_lists_no_parts"),
            (policy(term("door", months=1, parts=("whole_unit",))), "whole_unit_is_no_part"),
            (_terms(YEAR, term(months=2)), "terms_overlap"),
            (_terms(YEAR, term(months=2, product_lines=("a",))), "terms_overlap"),
            (_terms(term("door", months=1), term("front", months=2, parts=("door",))), "terms_overlap"),
            (_terms(term("a", months=1, parts=("x",)), term("b", months=2, parts=("y", "x"))), "terms_overlap"),
            (policy(YEAR, term("door", months=3, rule="rule-whole-unit")), "rule_twice"),
            (policy(YEAR, effective_to=date(1999, 1, 1)), "policy_never_in_force"),
            (policy(YEAR, effective_from=date(2100, 1, 1)), "policy_never_starts"),
            (policy(YEAR, effective_from=date(1, 1, 1)), "policy_never_starts"),
            (policy(), "policy_promises_nothing"),
            (policy(YEAR, grace_days=-1), "length_negative"),
            (policy(YEAR, grace_days=36_501), "length_too_long"),
            (policy(YEAR, grace_days=90, **LAW), "grace_never_counts"),
            (policy(YEAR, exclusions=("proof_missing",)), "proof_contradicts"),
            (policy(YEAR, windows=(_window(0),)), "window_without_days"),
            (policy(YEAR, windows=(_window(-7),)), "length_negative"),
            (policy(YEAR, windows=(_window(40_000),)), "length_too_long"),
            (policy(YEAR, windows=(_window(remedies=()),)), "no_remedy"),
            (policy(YEAR, windows=(_window(7), _window(15))), "window_never_counts"),
            (policy(YEAR, windows=(_window(7, severity="major"), _window(15))), "window_never_counts"),
            (policy(YEAR, repeated_repairs=RepeatedRepairs(rule="two", repairs=2, remedies=())), "no_remedy"),
            (policy(YEAR, slow_repairs=(msgspec.structs.replace(WAITS, remedies=()),)), "no_remedy"),
            (policy(YEAR, slow_repairs=(msgspec.structs.replace(WAITS, more_than_days=-1),)), "length_negative"),
            (policy(YEAR, repair_guarantee=RepairGuarantee(rule="back", days=0)), "guarantee_without_days"),
            (policy(YEAR, repair_guarantee=RepairGuarantee(rule="back", days=9, covers=())), "term_covers_nothing"),
            (policy(term(months=1, name=Text("整机", " "))), "name_missing"),
            (policy(YEAR, name=Text("", "ours")), "name_missing"),
            (policy(YEAR, name=Text("长" * 121, "long")), "name_too_long"),
            (policy(YEAR, name=Text("甲", "a\r\nSet-Cookie: b")), "name_with_control_characters"),
            (policy(YEAR, name=Text("甲", "\u202edesrever")), "name_with_control_characters"),
        ],
    )
    def test_names_the_fault(self, unfit: Policy, code: str) -> None:
        faults = faults_of(unfit)
        assert {fault.code for fault in faults} == {code}
        for fault in faults:
            assert "{" not in fault.text_zh + fault.text_en

    def test_two_repairs_that_wait_for_the_same(self) -> None:
        twice = policy(YEAR, slow_repairs=(WAITS, msgspec.structs.replace(WAITS, rule="waits-too")))
        assert {fault.code for fault in faults_of(twice)} == {"slow_repair_twice"}

    @pytest.mark.parametrize(
        "fit",
        [
            _terms(term(months=1, product_lines=("a",)), term(months=2, product_lines=("b",))),
            _terms(YEAR, term("door", months=36)),
            policy(YEAR, windows=(_window(7, remedies=("refund", "exchange")), _window(15, remedies=("exchange",)))),
            policy(YEAR, windows=(_window(7), _window(15, severity="major"))),
            policy(YEAR, windows=(_window(7, product_lines=("a",)), _window(15, product_lines=("b",)))),
            policy(repair_guarantee=BACK),
        ],
    )
    def test_what_is_meant_is_taken(self, fit: Policy) -> None:
        assert faults_of(fit) == ()

    def test_everything_wrong_is_told_at_once(self) -> None:
        unfit = policy(term(), term("door", months=-1), effective_to=date(1999, 1, 1))
        told = [fault.code for fault in faults_of(unfit)]
        assert told == ["policy_never_in_force", "term_needs_one_length", "length_negative"]

    def test_of_two_equal_windows_one_never_counts(self) -> None:
        twice = policy(YEAR, windows=(_window(7), _window(7, rule="again")))
        assert "window_never_counts" in {fault.code for fault in faults_of(twice)}

    def test_what_a_name_holds_is_not_filled_in(self) -> None:
        answer = judged(unit(), "2024-07-01", None, (policy(term(months=12), name=Text("{day}", "{0} {name}")),))
        assert "{0} {name}" in sentence_of(answer).en
        assert "{day}" in sentence_of(answer).zh


class TestVocabulary:
    CATALOGUE = Vocabulary(frozenset({"kettle"}), frozenset({"lid"}))

    @pytest.mark.parametrize(
        ("told", "codes"),
        [
            (policy(term("lid", months=1, product_lines=("kettle",))), []),
            (policy(term("lid", months=1, product_lines=("ketle",))), ["line_unknown"]),
            (policy(term("lit", months=1)), ["component_unknown"]),
            (policy(term("lid", months=1, parts=("hinge",))), ["component_unknown"]),
            (policy(YEAR, windows=(_window(product_lines=("pan",)),)), ["line_unknown"]),
            (policy(YEAR, on_site_service=OnSiteService(rule="comes", product_lines=("pan",))), ["line_unknown"]),
        ],
    )
    def test_a_slip_of_the_pen_is_found(self, told: Policy, codes: list[str]) -> None:
        assert [fault.code for fault in faults_of(told, self.CATALOGUE)] == codes

    def test_a_correction_may_repeat_what_a_version_named(self) -> None:
        known = vocabulary_of(shipped(), self.CATALOGUE)
        assert [fault for one in shipped() for fault in faults_of(one, known)] == []
        assert faults_of(policy(term("lid", months=1, product_lines=("kettle",))), known) == ()


class TestVersions:
    def test_must_be_told_apart(self) -> None:
        one, other = policy(YEAR), policy(term(months=2))
        assert [fault.code for fault in faults_between((one, other))] == ["versions_clash"]

    def test_a_correction_may_begin_on_the_same_day(self) -> None:
        assert faults_between((policy(YEAR), policy(term(months=2), version=2))) == ()

    def test_a_correction_has_the_higher_number(self) -> None:
        late = (policy(YEAR, version=3), policy(term(months=2), version=2))
        assert [fault.code for fault in faults_between(late)] == ["version_never_counts"]
        abroad = (policy(YEAR, version=3, country="DE"), policy(term(months=2), version=2, country="CN"))
        assert faults_between(abroad) == ()

    def test_a_promise_does_not_become_law(self) -> None:
        law = policy(YEAR, version=2, source="statute")
        assert [fault.code for fault in faults_between((policy(YEAR), law))] == ["source_changed"]

    def test_other_policies_do_not_matter(self) -> None:
        assert faults_between((policy(YEAR), policy(YEAR, code="other", source="statute"))) == ()
