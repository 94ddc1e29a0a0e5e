"""Policy documents: the shipped ones are sound, broken ones are refused with their fault named."""

from datetime import date

import pytest

from server.products.policies import SHIPPED, read_policy, shipped
from server.products.rules.policy import Policy, faults_between, faults_of
from tests.products.builders import policy, term

SOUND = """
code = "x"
version = 1
source = "promise"
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
            ("months = 12", "months = -1"),
            ("months = 12", "months = 99999"),
            ("months = 12", "moths = 12"),
            ('covers = ["parts"]', 'covers = ["everything"]'),
            ('component = "whole_unit"', ""),
        ],
    )
    def test_is_refused(self, before: str, after: str) -> None:
        assert before in SOUND
        faults = read_policy(SOUND.replace(before, after))
        assert isinstance(faults, tuple)
        assert [fault.code for fault in faults] == ["policy_unreadable"]

    def test_the_sound_one_is_read(self) -> None:
        assert isinstance(read_policy(SOUND), Policy)


class TestUnfit:
    @pytest.mark.parametrize(
        ("unfit", "code"),
        [
            (policy(term()), "term_needs_one_length"),
            (policy(term(months=1, days=1)), "term_needs_one_length"),
            (policy(term(months=1, life=True)), "term_needs_one_length"),
            (policy(term(months=1, covers=())), "term_covers_nothing"),
            (policy(term(months=1, parts=("door",))), "whole_unit_lists_no_parts"),
            (policy(term(months=1), term(months=2)), "terms_overlap"),
            (policy(term(months=1), term(months=2, product_lines=("a",))), "terms_overlap"),
            (policy(term(months=1), effective_to=date(1999, 1, 1)), "policy_never_in_force"),
        ],
    )
    def test_names_the_fault(self, unfit: Policy, code: str) -> None:
        assert [fault.code for fault in faults_of(unfit)] == [code]

    def test_two_product_lines_may_differ(self) -> None:
        assert faults_of(policy(term(months=1, product_lines=("a",)), term(months=2, product_lines=("b",)))) == ()

    def test_versions_must_be_told_apart(self) -> None:
        one = policy(term(months=1))
        same_day = policy(term(months=2), version=2)
        assert [fault.code for fault in faults_between((one, same_day))] == ["versions_clash"]
