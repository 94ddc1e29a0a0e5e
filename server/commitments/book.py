"""Policies and calendars as they stand, read once for a batch of cases, and what they promise."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from server.commitments import store
from server.commitments.rules.binding import Binding, Bound
from server.commitments.rules.calendar import Calendar, calendar_from_plain
from server.commitments.rules.comparison import Calendars
from server.commitments.rules.escalation import Step
from server.commitments.rules.policy import ByEndOfDay, Case, Policy, Promise, Term, Unmatched, Within, promise
from server.commitments.rules.said import Refusal

Row = Mapping[str, Any]

_BINDING = ("binding", "approved")
_MOST = 4096
_EVER = datetime(1990, 1, 1, tzinfo=UTC)


class Book(Calendars):
    """`rows`: every version of every policy, `policies`: those that bind; `calendars`: every version by id."""

    def __init__(self, policies: list[dict[str, Any]], calendars: Mapping[UUID, Row]) -> None:
        self.rows = policies
        self.policies = [rule_of(row) for row in policies if row["standing"] in _BINDING]
        self.calendars = calendars
        self._binding = Binding(self.policies)
        self._versions: dict[str, list[Row]] = {}
        for row in calendars.values():
            self._versions.setdefault(row["code"], []).append(row)

    @classmethod
    async def read(cls) -> "Book":
        return cls(await store.policies(), await store.calendars())

    def with_policy(self, row: Row) -> "Book":
        """As if `row` had always been the only version of its code, whoever has to approve it."""
        others = [one for one in self.rows if one["code"] != row["code"]]
        always = {"effective_from": _EVER, "effective_to": None, "standing": "approved", "version": 1}
        return Book([*others, {**row, **always}], self.calendars)

    def with_calendar(self, row: Row) -> "Book":
        """As if `row` had always been what its code stands for."""
        always = {**row, "effective_from": None, "effective_to": None}
        return Book(self.rows, {i: always if one["code"] == row["code"] else one for i, one in self.calendars.items()})

    def bind(self, case: Case, zone: str, at: datetime) -> Bound | Unmatched:
        """What binds a job opened at `at` in an outlet of `zone`."""

        def promising(policy: Policy, opened_at: datetime) -> Promise:
            return promise(policy, self.of(policy, zone, opened_at), opened_at)

        return self._binding.bind(case, at, promising)

    def of(self, policy: Policy, zone: str, at: datetime) -> Calendar:
        return made_calendar(self.calendar_row(policy, at), zone)

    def calendar_row(self, policy: Policy, at: datetime) -> Row:
        """The version of the policy's calendar in force at `at`; the one it was made with, where none is."""
        named = self.calendars[UUID(policy.calendar_id)]
        versions = self._versions[named["code"]]
        return next((row for row in reversed(versions) if _in_force(row, at)), named)


def _in_force(row: Row, at: datetime) -> bool:
    begins, ends = row["effective_from"], row["effective_to"]
    return (begins is None or begins <= at) and (ends is None or at < ends)


def rule_of(row: Row) -> Policy:
    """`owner`: only of what headquarters' promises are the floor for."""
    owner = row["owner_centre_id"] if row["standing"] != "approved" else None
    return Policy(
        id=str(row["id"]),
        code=row["code"],
        version=row["version"],
        name=row["name"],
        name_en=row["name_en"],
        calendar_id=str(row["calendar_id"]),
        effective_from=row["effective_from"],
        effective_to=row["effective_to"],
        respond=_term(row["respond_seconds"], row["respond_day"]),
        resolve=_term(row["resolve_seconds"], row["resolve_day"]),
        rank=row["rank"],
        job_type=row["job_type"],
        product_category=row["product_category"],
        customer_tier=row["customer_tier"],
        region_grade=row["region_grade"],
        centre_id=_text(row["centre_id"]),
        outlet_id=_text(row["outlet_id"]),
        severity=row["severity"],
        pausing=frozenset(row["pausing"]),
        steps=tuple(_step(step) for step in row["steps"]),
        owner=_text(owner),
    )


def _step(plain: Mapping[str, Any]) -> Step:
    return Step(plain["key"], timedelta(seconds=plain["offset_seconds"]), plain["tell"], plain.get("clock"))


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _term(seconds: int | None, day: int | None) -> Term | None:
    if seconds is not None:
        return Within(timedelta(seconds=seconds))
    return ByEndOfDay(day) if day is not None else None


_made: dict[tuple[UUID, str], Calendar] = {}


def made_calendar(row: Row, zone: str) -> Calendar:
    """Of a row as kept. Rows are never edited, so what was made of one is good for ever."""
    key = (row["id"], zone)
    if key not in _made:
        if len(_made) >= _MOST:
            _made.clear()
        made = calendar_from_plain(zone, row)
        assert not isinstance(made, Refusal), f"a calendar that was refused when saved: {made}"
        _made[key] = made
    return _made[key]


async def calendar(calendar_id: UUID, zone: str) -> Calendar:
    """The version `calendar_id`, whatever followed it: what a promise made on it is counted on. Raises `LookupError`
    for one that is not there."""
    known = _made.get((calendar_id, zone))
    if known is not None:
        return known
    row = await store.calendar(calendar_id)
    if row is None:
        raise LookupError(f"no calendar {calendar_id}")
    return made_calendar(row, zone)
