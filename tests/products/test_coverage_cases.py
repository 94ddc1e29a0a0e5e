"""The rules of coverage, case by case: `coverage_cases.toml` says what must be answered, as a manager can read it."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.products.policies import shipped
from server.products.rules.coverage import verdict
from server.products.rules.entitlement import Fault, UnitFacts, Verdict
from server.products.rules.policy import ITEMS, Policy
from server.products.rules.policy_check import faults_of
from server.products.rules.sentences import sentence_of, sentence_of_remedy, sentence_of_source

BOOK = tomllib.loads((Path(__file__).parent / "coverage_cases.toml").read_text("utf-8"))
COMMON = {"product_line": "air_conditioner", "sold_on": date(2024, 6, 1)}
PLAIN_POLICY = {
    "version": 1,
    "effective_from": date(2000, 1, 1),
    "without_proof": "manufacture_plus_grace",
}


def _policy(written: dict[str, Any]) -> Policy:
    named = {"zh": written["code"], "en": written["code"]}
    terms = [{"name": {"zh": t["component"], "en": t["component"]}} | t for t in written["terms"]]
    fields = {name: value for name, value in written.items() if name != "id"}
    return msgspec.convert(PLAIN_POLICY | {"name": named} | fields | {"terms": terms}, Policy)


POLICIES = {one.code: one for one in shipped()} | {
    written.get("id", written["code"]): _policy(written) for written in BOOK["policy"]
}


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the book, with all its situation says."""

    name: str
    day: date
    statute: Any  # a day, or a word
    promise: Any
    may: str
    free: str | None = None
    until: date | None = None
    why: str | None = None
    among: str | None = None
    rule: str | None = None
    paid_by: str | None = None
    facts: dict[str, Any] = {}
    policies: tuple[str, ...] = tuple(one.code for one in shipped())
    fault: str | None = None
    severity: str = "performance"
    exclusions: list[str] = []
    fault_code: str = ""

    @property
    def unit(self) -> UnitFacts:
        known = {name: value for name, value in (COMMON | self.facts).items() if value != ""}
        return msgspec.convert(known, UnitFacts)

    @property
    def reported(self) -> Fault | None:
        if self.fault is None:
            return None
        told = {"component": self.fault, "severity": self.severity, "exclusions": self.exclusions}
        return msgspec.convert(told | {"fault_code": self.fault_code}, Fault)

    def judged(self) -> Verdict:
        return verdict(self.unit, [POLICIES[name] for name in self.policies], self.day, self.reported)


def _cases() -> list[Case]:
    found = []
    for situation in BOOK["situation"]:
        shared = {name: value for name, value in situation.items() if name != "cases"}
        for row in situation["cases"]:
            facts = situation.get("facts", {}) | row.get("facts", {})
            name = f"{situation['name']} · {row['day']}"
            found.append(msgspec.convert(shared | row | {"facts": facts, "name": name}, Case))
    return found


CASES = _cases()
each_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


class TestCases:
    def test_there_are_enough_of_them(self) -> None:
        assert len(CASES) >= 80

    @pytest.mark.parametrize("name", POLICIES)
    def test_their_policies_could_be_published(self, name: str) -> None:
        assert faults_of(POLICIES[name]) == ()

    @each_case
    def test_is_answered_so(self, case: Case) -> None:
        answer = case.judged()
        assert _last_day(answer.statute.covered, answer.statute.until) == case.statute
        assert _last_day(answer.promise.covered, answer.promise.until) == case.promise
        assert answer.covered == (case.statute != "no" or case.promise != "no")
        assert answer.until == (case.until or _later(case.statute, case.promise))
        assert {remedy.kind for remedy in answer.remedies} == set(case.may.split())
        free = " ".join(item for item in ITEMS if getattr(answer.pays, item) != "customer")
        assert free == (case.free if case.free is not None else "parts labour travel" if answer.covered else "")
        assert case.why in (None, answer.reasons[0])
        assert case.among is None or case.among in answer.reasons
        assert case.rule is None or case.rule in answer.rules
        if case.paid_by is not None:
            assert next(one for one in answer.remedies if one.rule == case.rule).paid_by == case.paid_by

    @each_case
    def test_is_said_in_whole_sentences_of_both_languages(self, case: Case) -> None:
        answer = case.judged()
        said = [sentence_of(answer), *(sentence_of_source(one, answer) for one in (answer.statute, answer.promise))]
        said += [sentence_of_remedy(remedy, answer) for remedy in answer.remedies]
        for text in said:
            assert text.zh.endswith("。")
            assert text.zh.count("。") == 1
            assert text.en.endswith(".")
            assert not {"{", "}", "None", "  "} & set(text.en)


def _last_day(covered: bool, until: date | None) -> date | str:
    return "no" if not covered else "life" if until is None else until


def _later(*days: date | str) -> date | None:
    known = [day for day in days if isinstance(day, date)]
    return None if "life" in days else max(known, default=None)


class TestEveryRule:
    def test_decides_some_case(self) -> None:
        """A rule of the shipped policies that no case needs could be wrong without anyone noticing."""
        decided = {rule for case in CASES for rule in case.judged().rules}
        of_terms = {term.rule for policy in shipped() for term in policy.terms}
        of_windows = {window.rule for policy in shipped() for window in policy.windows}
        of_repairs = {"statute.repairs-that-do-not-cure", "statute.waiting-for-parts", "statute.repairer-late"}
        not_needed = {"statute.main-parts.refrigerator", "statute.main-parts.washing-machine"}  # as the others
        assert (of_terms | of_windows | of_repairs) - decided <= not_needed
