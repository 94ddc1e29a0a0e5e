"""What people do with calendars. A calendar is never edited in place: its next version counts for jobs opened from then
on, and a promise that was made stays on the version it was made on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.commitments import Calendar, Holiday, NewCalendar, YearOfHolidays
from schemas.errors import Code
from server.commitments import store
from server.commitments.book import made_calendar, rule_of
from server.commitments.rules import public_holidays
from server.commitments.rules.calendar import calendar_from_plain
from server.commitments.rules.policy import LONGEST, check_policy
from server.commitments.rules.said import Refusal
from server.platform import clock, db
from server.platform.auth import Caller, Scope
from server.platform.errors import Refused

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LIVING = ("binding", "approved", "awaiting_approval")


async def add_calendar(new: NewCalendar) -> UUID:
    """Headquarters', for whoever builds a firm. Raises as `make_calendar`."""
    _judge(new)
    async with db.transaction():
        return await _add(new, None, None)


async def make_calendar(caller: Caller, new: NewCalendar) -> Calendar:
    """A calendar, or the next version of one. Raises `Refused`: `calendar_never_open`, `calendar_window_unreadable`,
    `calendar_windows_overlap`, `calendar_country_unknown`, `calendar_code_taken`, `calendar_under_approval`,
    `time_out_of_range`, `policy_promise_too_long` for a policy that runs on it."""
    _judge(new)
    async with db.transaction():
        made = await _add(new, caller.centre_id, caller.user_id)
        row = await store.calendar(made)
    assert row is not None
    return shown(row, clock.now().year)


async def considered(caller: Caller, new: NewCalendar) -> dict[str, Any]:
    """The row of a next version that nobody has made. Raises as `make_calendar`, and `calendar_unknown`."""
    _judge(new)
    last = await store.last_calendar(new.code) if new.code is not None else None
    if last is None or not is_seen(last["centre_id"], caller.scope):
        raise Refused(Code.CALENDAR_UNKNOWN)
    row = last | msgspec.structs.asdict(new) | {"id": clock.new_id()}
    await _refuse_too_narrow(row, clock.now())
    return row


def _judge(new: NewCalendar) -> None:
    refuse_unbelievable(new.effective_from)
    refuse(calendar_from_plain("UTC", msgspec.to_builtins(new)))


async def _add(new: NewCalendar, owner: UUID | None, user_id: UUID | None) -> UUID:
    await store.lock_terms()
    now, calendar_id = clock.now(), clock.new_id()
    row = msgspec.structs.asdict(new) | {"id": calendar_id, "code": new.code or str(calendar_id), "version": 1}
    last = await store.last_calendar(row["code"])
    if last is not None:
        await _refuse_next_version(last, owner, new.effective_from or now, now)
        await _refuse_too_narrow(row, now)
        row |= {"version": last["version"] + 1, "effective_from": new.effective_from or now}
        owner = last["centre_id"]
    await store.add_calendar(row | {"centre_id": owner, "made_by": user_id, "made_at": now})
    return calendar_id


def refuse_unbelievable(*instants: datetime | None) -> None:
    """Raises `Refused(time_out_of_range)` for what is a typing error, not a plan."""
    latest = clock.now() + LONGEST
    if any(at is not None and not EARLIEST <= at <= latest for at in instants):
        raise Refused(Code.TIME_OUT_OF_RANGE, "between 1990 and ten years ahead")


async def _refuse_next_version(last: Mapping[str, Any], owner: UUID | None, begins: datetime, now: datetime) -> None:
    """Headquarters may give any calendar its next version, a centre its own. What headquarters approved was approved
    with the hours they saw."""
    if owner is not None and last["centre_id"] != owner:
        raise Refused(Code.CALENDAR_CODE_TAKEN)
    if begins < now:
        raise Refused(Code.TIME_OUT_OF_RANGE, "effective_from: a version takes effect now or later")
    if owner is not None and await store.is_under_approval(last["code"], now):
        raise Refused(Code.CALENDAR_UNDER_APPROVAL)


async def _refuse_too_narrow(row: Mapping[str, Any], now: datetime) -> None:
    """What runs on this calendar must still fall due: hours may shrink, but a promise is never longer than ten years.
    Raises `Refused(policy_promise_too_long)`, `extra.policy` says which."""
    versions = await store.calendars()
    for policy in await store.policies():
        runs = versions[policy["calendar_id"]]["code"] == row["code"] and policy["standing"] in _LIVING
        if runs and (policy["effective_to"] is None or policy["effective_to"] > now):
            begins_now = policy | {"effective_from": max(policy["effective_from"], now)}
            refuse(check_policy(rule_of(begins_now), made_calendar(row, "UTC")), policy=policy["code"])


async def calendars(scope: Scope) -> list[Calendar]:
    """Headquarters', and those of the caller's centre; every version."""
    year = clock.now().year
    return [shown(row, year) for row in (await store.calendars()).values() if is_seen(row["centre_id"], scope)]


async def calendar(scope: Scope, calendar_id: UUID) -> Calendar:
    """Raises `Refused(not_found)`."""
    row = await store.calendar(calendar_id)
    if row is None or not is_seen(row["centre_id"], scope):
        raise Refused(Code.NOT_FOUND)
    return shown(row, clock.now().year)


def is_seen(centre_id: UUID | None, scope: Scope) -> bool:
    return centre_id is None or scope.centre_id in (None, centre_id)


def shown(row: Mapping[str, Any], year: int) -> Calendar:
    country = row["holidays_of"]
    years = range(year, year + 3) if country else range(0)
    unknown = [one for one in years if not public_holidays.known(country, one)]
    return msgspec.convert({**row, "unknown_years": unknown}, Calendar)


def year_of_holidays(country: str, year: int) -> YearOfHolidays:
    """Raises `Refused(calendar_country_unknown)`."""
    if not public_holidays.country_known(country):
        raise Refused(Code.CALENDAR_COUNTRY_UNKNOWN, country)
    days = public_holidays.holidays(country, year)
    return YearOfHolidays(
        country=country,
        year=year,
        known=public_holidays.known(country, year),
        closed=[Holiday(day=d.day, name=d.zh, name_en=d.en) for d in public_holidays.named(country, year)],
        make_up=sorted(days.make_up),
    )


def refuse(judged: object, **extra: object) -> None:
    """Raises `Refused` with the code of a refusal by the rules; whatever else it is passes."""
    if isinstance(judged, Refusal):
        known = judged.code in Code.__members__.values()
        raise Refused(Code(judged.code) if known else Code.INVALID, judged.said.en, reason=judged.code, **extra)
