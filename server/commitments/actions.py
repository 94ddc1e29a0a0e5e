"""Promises made, quoted and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.commitments.book import Book, made_calendar
from server.commitments.book import calendar as calendar
from server.commitments.rules.binding import Bound
from server.commitments.rules.calendar import Calendar
from server.commitments.rules.policy import Case as PolicyCase
from server.commitments.rules.policy import Due
from server.commitments.rules.policy import Policy as PolicyRule
from server.commitments.rules.said import Said
from server.platform import clock


@dataclass(frozen=True, slots=True)
class Case:
    """A job that is being raised. `outlet`: its row, for grade, zone and place in the network; `product_category`: the
    line of its product; `severity`: its priority, `1` to `5`. None: not known, or none."""

    outlet: Mapping[str, Any]
    job_type: str
    opened_at: datetime
    product_category: str | None = None
    customer_tier: str | None = None
    severity: str | None = None

    def described(self) -> PolicyCase:
        """As the rules of policies see it."""
        return PolicyCase(
            job_type=self.job_type,
            product_category=self.product_category,
            customer_tier=self.customer_tier,
            region_grade=self.outlet["grade"],
            centre_id=str(self.outlet["centre_id"]),
            outlet_id=str(self.outlet["id"]),
            severity=self.severity,
        )


@dataclass(frozen=True, slots=True)
class Promise:
    """What a case is promised; instants in UTC. `response`, `resolution`: with the working time they contain.
    `calendar_id`: the version of the calendar it was made on; `calendar`: that version in the outlet's zone."""

    policy: PolicyRule
    why: Said
    calendar_id: UUID
    calendar: Calendar
    calendar_name: Said
    response: Due | None
    resolution: Due | None

    @property
    def name(self) -> str:
        return self.policy.name

    @property
    def name_en(self) -> str:
        return self.policy.name_en or self.policy.name

    @property
    def respond_by(self) -> datetime | None:
        return self.response.at.astimezone(clock.UTC) if self.response else None

    @property
    def resolve_by(self) -> datetime | None:
        return self.resolution.at.astimezone(clock.UTC) if self.resolution else None


async def promises_for(cases: Sequence[Case]) -> list[Promise | None]:
    """One per case, in order; None where no policy covers it."""
    return promises_by(await Book.read(), cases) if cases else []


def promises_by(book: Book, cases: Sequence[Case]) -> list[Promise | None]:
    """As `promises_for`, by a book that has been read."""
    return [_promise(case, book) for case in cases]


def _promise(case: Case, book: Book) -> Promise | None:
    bound = book.bind(case.described(), case.outlet["zone"], case.opened_at)
    if not isinstance(bound, Bound):
        return None
    policy, due = bound.match.policy, bound.promise
    row = book.calendar_row(policy, case.opened_at)
    calendar = made_calendar(row, case.outlet["zone"])
    name = Said(row["name"], row["name_en"] or row["name"])
    return Promise(policy, bound.match.why, row["id"], calendar, name, due.response, due.resolution)
