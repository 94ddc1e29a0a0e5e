"""What was known at a moment: nothing recorded later changes it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from server.products.policies import shipped
from server.products.rules.coverage import verdict
from server.products.rules.entitlement import Repair, Verdict
from server.products.rules.knowledge import (
    FACTS,
    FactsChange,
    PolicyRecord,
    RepairRecord,
    facts_of,
    policies_known,
    repairs_known,
    unit_known,
)
from server.products.rules.policy import Policy
from tests.products.builders import PROMISE, day, policy, repair, term

MOMENT = datetime(2024, 6, 1, tzinfo=UTC)
UNIT: dict[str, Any] = {name: None for name in FACTS} | {
    "line_code": "air_conditioner",
    "country": "CN",
    "proof": "valid",
    "sold_on": date(2024, 6, 1),
}


def at(days: float) -> datetime:
    return MOMENT + timedelta(days=days)


def record(number: int, days: float, said: Repair | None = None, corrects: int | None = None) -> RepairRecord:
    """Recorded so many days after the moment; nothing said: there was no such repair."""
    return RepairRecord(
        id=UUID(int=number),
        repair=said or repair("2024-07-01", None),
        recorded_at=at(days),
        corrects=None if corrects is None else UUID(int=corrects),
        never_was=said is None,
    )


class TestRepairs:
    OPEN, DONE = repair("2024-07-01", None), repair("2024-07-01", "2024-07-11")

    def test_each_moment_has_the_record_of_its_time(self) -> None:
        chain = (record(1, 30, self.OPEN), record(2, 40, self.DONE, corrects=1), record(3, 50, None, corrects=2))
        known = {days: [one.repair for one in repairs_known(chain, at(days))] for days in (29, 30, 39, 40, 49, 50)}
        assert known == {29: [], 30: [self.OPEN], 39: [self.OPEN], 40: [self.DONE], 49: [self.DONE], 50: []}

    def test_left_open_it_is_what_stands(self) -> None:
        chain = (record(2, 40, self.DONE, corrects=1), record(1, 30, self.OPEN))
        assert [one.repair for one in repairs_known(chain)] == [self.DONE]

    def test_they_come_by_the_day_they_began(self) -> None:
        later, sooner = record(1, 1, repair("2024-08-01", None)), record(2, 2, repair("2024-07-01", None))
        assert repairs_known((later, sooner)) == (sooner, later)


class TestFacts:
    HISTORY = (
        FactsChange(recorded_at=at(20), changes={"sold_on": ["2024-05-01", "2024-06-01"], "customer_id": [None, "x"]}),
        FactsChange(recorded_at=at(10), changes={"sold_on": [None, "2024-05-01"], "proof": ["missing", "valid"]}),
        FactsChange(recorded_at=at(0), changes={}, born=True),
    )

    def test_what_was_changed_later_is_undone(self) -> None:
        known = {days: unit_known(UNIT, self.HISTORY, at(days)) for days in (0, 10, 19, 20)}
        told = {days: (one["sold_on"], one["proof"]) for days, one in known.items() if one is not None}
        assert told == {
            0: (None, "missing"),
            10: (day("2024-05-01"), "valid"),
            19: (day("2024-05-01"), "valid"),
            20: (day("2024-06-01"), "valid"),
        }

    def test_before_it_was_on_record_it_is_not_known(self) -> None:
        assert unit_known(UNIT, self.HISTORY, at(-1)) is None

    def test_what_does_not_decide_coverage_is_left_alone(self) -> None:
        known = unit_known(UNIT, self.HISTORY, at(0))
        assert known is not None
        assert set(known) == set(FACTS)


# ---- whatever is recorded later -----------------------------------------------------------------------------------

days_known = st.integers(0, 20).map(float)
days_of_facts = st.dates(date(2024, 1, 1), date(2026, 1, 1))
said_of_repairs = st.none() | st.builds(
    lambda start, length, cured: Repair(
        component="compressor",
        started_on=start,
        finished_on=None if length is None else start + timedelta(days=length),
        cured=cured,
    ),
    days_of_facts,
    st.none() | st.integers(0, 100),
    st.booleans(),
)


@st.composite
def chains(draw: st.DrawFn) -> list[RepairRecord]:
    """Repairs with corrections upon corrections, each recorded after what it corrects."""
    records: list[RepairRecord] = []
    standing: list[RepairRecord] = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        before = draw(st.sampled_from([None, *standing]))
        since = 0 if before is None else (before.recorded_at - MOMENT).days
        one = record(number, draw(st.integers(since, 20)), draw(said_of_repairs))
        if before is not None:
            one = msgspec.structs.replace(one, corrects=before.id)
            standing.remove(before)
        standing.append(one)
        records.append(one)
    return draw(st.permutations(records))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[FactsChange], list[tuple[int, dict[str, Any]]]]:
    """How a unit came to be, the newest first; and the unit as it stood from each day on."""
    lines = [FactsChange(recorded_at=at(0), changes={}, born=True)]
    stood = [(0, dict(UNIT))]
    for recorded in sorted(draw(st.lists(st.integers(0, 20), max_size=5))):
        name = draw(st.sampled_from(["sold_on", "installed_on", "withdrawn_on", "exchanged_on", "proof", "line_code"]))
        if name.endswith("_on"):
            value: Any = draw(st.none() | days_of_facts)
        else:
            value = draw(st.sampled_from(["valid", "missing"] if name == "proof" else ["air_conditioner", "fan"]))
        before = stood[-1][1]
        lines.append(FactsChange(recorded_at=at(recorded), changes={name: [_told(before[name]), _told(value)]}))
        stood.append((recorded, before | {name: value}))
    return lines[::-1], stood


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


published = st.lists(
    st.builds(
        lambda version, months, since, days: PolicyRecord(
            policy=policy(term(months=months), code="company-promise", version=version, effective_from=since),
            published_at=at(days),
        ),
        st.integers(2, 9),
        st.integers(1, 60),
        days_of_facts,
        st.integers(0, 20),
    ),
    max_size=4,
)
SHIPPED = [PolicyRecord(policy=one, published_at=at(-1)) for one in shipped()]


def judged(unit: dict[str, Any], repairs: list[RepairRecord], policies: list[PolicyRecord], on: date) -> Verdict:
    """From all these records, as whoever had just these would judge."""
    facts = facts_of(unit, (one.repair for one in repairs_known(repairs)))
    return verdict(facts, policies_known([*SHIPPED, *policies]), on)


class TestWhateverIsRecordedLater:
    @given(chains(), histories(), published, days_of_facts, st.integers(0, 20))
    def test_a_verdict_of_the_past_stays_as_it_was(
        self,
        repairs: list[RepairRecord],
        unit: tuple[list[FactsChange], list[tuple[int, dict[str, Any]]]],
        policies: list[PolicyRecord],
        on: date,
        days: int,
    ) -> None:
        """Judged then, by somebody who had only what was recorded by then; and now, as of then."""
        history, stood = unit
        moment, now = at(days), stood[-1][1]
        judged_then = judged(
            [state for recorded, state in stood if recorded <= days][-1],
            [one for one in repairs if one.recorded_at <= moment],
            [one for one in policies if one.published_at <= moment],
            on,
        )
        then = unit_known(now, history, moment)
        assert then is not None
        facts = facts_of(then, (one.repair for one in repairs_known(repairs, moment)))
        assert verdict(facts, policies_known([*SHIPPED, *policies], moment), on) == judged_then

    @given(published)
    def test_only_what_was_published_counts(self, policies: list[PolicyRecord]) -> None:
        known: tuple[Policy, ...] = policies_known([*SHIPPED, *policies], at(-1))
        assert PROMISE in known
        assert len(known) == len(SHIPPED)
