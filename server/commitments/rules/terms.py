"""Pure. Policies and calendars as a person writes them into a small TOML file.

zone = "Asia/Shanghai"                      # of calendars, and of instants that name no offset

[calendars.office]                          # `247` is there without being named: its clock never stops
weekly = { mon-fri = [["08:00", "12:00"], ["13:00", "17:30"]], sat = [["09:00", "12:00"]] }
closed = [2026-10-01, 2026-10-02]
extra = { 2026-10-10 = [["08:00", "17:30"]] }
holidays_of = "CN"                          # its holidays are closed, its swapped weekends open as `make_up` says

[[policies]]
code = "repair"
calendar = "office"
job_type = "repair"                         # or any other of `policy.CONDITIONS`; none: every case
respond_within = "4h"                       # of the calendar's open time: s, m, h, d (24 h)
resolve_by_day = 2                          # by the last closing of the second working day after the start

[[policies]]
code = "survey"
calendar = "office"
resolve_in_days = 2                         # by the same wall time of the second working day after the start
carried_to = "08:30"                        # after the last closing: this time of the next working day (or: opening)

[columns]                                   # what the columns of the cases are called, where not as here
opened = "open_dt"

Above all this may stand `encoding = "gb18030"`, where the cases are not UTF-8.
"""

import codecs
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.commitments.rules.calendar import Calendar, calendar_from_plain
from server.commitments.rules.policy import CONDITIONS, ByEndOfDay, InDays, Policy, Term, Within, check_policy
from server.commitments.rules.said import Refusal, Said

ROUND_THE_CLOCK = "247"
COLUMNS = ("case", "opened", "arrived", "closed", "promised", "policy", *CONDITIONS)

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)
_PROMISES = tuple(f"{kind}_{how}" for kind in ("respond", "resolve") for how in ("within", "by_day", "in_days"))
_OF_A_POLICY = frozenset(
    (
        "code",
        "calendar",
        "name",
        "name_en",
        "rank",
        "effective_from",
        "effective_to",
        "carried_to",
        *_PROMISES,
        *CONDITIONS,
    )
)
_OF_A_CALENDAR = frozenset(("zone", "always_open", "weekly", "closed", "extra", "holidays_of", "make_up"))
_OF_THE_FILE = frozenset(("zone", "encoding", "calendars", "policies", "columns"))


class TermsRefused(Exception):
    """`refusal`: code and sentence; `where`: the part of the file that is at fault."""

    def __init__(self, where: str, refusal: Refusal) -> None:
        super().__init__(f"{where}: {refusal.said.en} ({refusal.code})")
        self.where = where
        self.refusal = refusal


@dataclass(frozen=True)
class Terms:
    """`columns`: what is asked of a case → the name of its column. `encoding`: of the cases, "": UTF-8, or as their
    byte order mark says."""

    zone: ZoneInfo
    calendars: Mapping[str, Calendar]
    policies: tuple[Policy, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""


def read_terms(text: str) -> Terms:
    """Raises `TermsRefused`: `terms_unreadable`, `terms_unknown_key`, `calendar_unknown`, `promise_unreadable`,
    `policy_twice`, and as `calendar_from_plain` and `check_policy`."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise TermsRefused("the file", _refusal("terms_unreadable", "不是有效的 TOML", f"no TOML: {fault}")) from fault
    _only(plain, _OF_THE_FILE, "the file")
    zone = _text(plain.get("zone", "UTC"), "zone")
    calendars: dict[str, Calendar] = {
        ROUND_THE_CLOCK: _checked(calendar_from_plain(zone, {"always_open": True}), "zone")
    }
    for name, one in _table(plain.get("calendars", {}), "calendars").items():
        calendars[name] = _calendar(_table(one, f"calendars.{name}"), zone, f"calendars.{name}")
    policies: list[Policy] = []
    for number, one in enumerate(_list(plain.get("policies", []), "policies"), 1):
        policies.append(_policy(_table(one, f"policy {number}"), calendars, f"policy {number}"))
    codes = [policy.id for policy in policies]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise TermsRefused(f"policy {twice}", _refusal("policy_twice", "承诺编号重复", "there are two of this code"))
    columns = _table(plain.get("columns", {}), "columns")
    _only(columns, frozenset(COLUMNS), "columns")
    named = {asked: _text(columns.get(asked, asked), f"columns.{asked}") for asked in COLUMNS}
    return Terms(ZoneInfo(zone), calendars, tuple(policies), named, _encoding(plain.get("encoding")))


def _encoding(value: object) -> str:
    if value is None:
        return ""
    try:
        "".encode(_text(value, "encoding"))
        return codecs.lookup(str(value)).name
    except LookupError as fault:
        words = _refusal("terms_unreadable", f"不认识的编码 {value!r}", f"there is no text encoding {value!r}")
        raise TermsRefused("encoding", words) from fault


def _calendar(plain: Mapping[str, Any], zone: str, where: str) -> Calendar:
    _only(plain, _OF_A_CALENDAR, where)
    weekly: dict[str, Any] = {}
    for days, windows in _table(plain.get("weekly", {}), f"{where}.weekly").items():
        for day in _days(days, where):
            weekly[str(day)] = _windows(windows, where)
    extra = {day: _windows(windows, where) for day, windows in _table(plain.get("extra", {}), f"{where}.extra").items()}
    closed = _list(plain.get("closed", []), f"{where}.closed")
    own = _text(plain.get("zone", zone), f"{where}.zone")
    made = calendar_from_plain(
        own,
        {
            "always_open": plain.get("always_open", False) is True,
            "weekly": weekly,
            "closed": closed,
            "extra": extra,
            "holidays_of": _text(plain["holidays_of"], f"{where}.holidays_of") if "holidays_of" in plain else "",
            "make_up": _windows(plain.get("make_up", []), where),
        },
    )
    return _checked(made, where)


def _days(text: str, where: str) -> range | list[int]:
    """`mon`, `mon-fri`, `sat-mon`, or `0` (Monday) to `6`."""
    first, _, last = text.strip().lower().partition("-")
    names = {name: n for n, name in enumerate(_WEEKDAYS)} | {str(n): n for n in range(7)}
    if first not in names or (last and last not in names):
        words = Said(f"不认识的星期：{text!r}", f"unknown weekday: {text!r}")
        raise TermsRefused(where, Refusal("calendar_weekday_unknown", words))
    begin, end = names[first], names[last or first]
    return [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]


def _windows(windows: Any, where: str) -> list[list[Any]]:
    return [_list(window, where) for window in _list(windows, where)]


def _policy(plain: Mapping[str, Any], calendars: Mapping[str, Calendar], where: str) -> Policy:
    _only(plain, _OF_A_POLICY, where)
    code = _text(plain.get("code"), f"{where}.code")
    where = f"policy {code}"
    calendar_id = _text(plain.get("calendar", ROUND_THE_CLOCK), f"{where}.calendar")
    if calendar_id not in calendars:
        unknown = _refusal("calendar_unknown", f"没有日历 {calendar_id!r}", f"there is no calendar {calendar_id!r}")
        raise TermsRefused(where, unknown)
    rank = plain.get("rank", 0)
    if type(rank) is not int:
        raise TermsRefused(f"{where}.rank", _refusal("terms_unreadable", "应为整数", "a whole number belongs here"))
    conditions: dict[str, Any] = {name: _text(plain[name], f"{where}.{name}") for name in CONDITIONS if name in plain}
    carried_to = _carried_to(plain, calendars[calendar_id], where)
    policy = Policy(
        id=code,
        code=code,
        version=1,
        name=_text(plain.get("name", code), f"{where}.name"),
        name_en=_text(plain.get("name_en", code), f"{where}.name_en"),
        calendar_id=calendar_id,
        effective_from=_instant(plain.get("effective_from"), calendars[calendar_id], where) or _ALWAYS,
        effective_to=_instant(plain.get("effective_to"), calendars[calendar_id], where),
        respond=_term(plain, "respond", carried_to, where),
        resolve=_term(plain, "resolve", carried_to, where),
        rank=rank,
        **conditions,
    )
    refusal = check_policy(policy, calendars[calendar_id])
    if refusal is not None:
        raise TermsRefused(where, refusal)
    return policy


_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_SPAN = re.compile(r"\s*(?:(\d+)\s*d)?\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*m)?\s*(?:(\d+)\s*s)?\s*")


def _term(plain: Mapping[str, Any], kind: str, carried_to: time | None, where: str) -> Term | None:
    named = [how for how in ("within", "by_day", "in_days") if f"{kind}_{how}" in plain]
    if len(named) > 1:
        both = _refusal("promise_unreadable", "几种期限只能写一种", f"{kind}: only one of {', '.join(named)}")
        raise TermsRefused(where, both)
    if not named:
        return None
    value = plain[f"{kind}_{named[0]}"]
    if named == ["within"]:
        return _within(value, where)
    if type(value) is not int:
        raise TermsRefused(where, _unreadable_promise(value))
    return ByEndOfDay(value) if named == ["by_day"] else InDays(value, carried_to)


def _carried_to(plain: Mapping[str, Any], calendar: Calendar, where: str) -> time | None:
    """`08:30`, a time at which every working day of the week is open; without it, the first opening."""
    value = plain.get("carried_to")
    if value is None:
        return None
    where = f"{where}.carried_to"
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise TermsRefused(
            where, _refusal("promise_unreadable", f"无法识别的时刻：{value!r}", f"no time of day: {value!r}")
        )
    if not any(f"{kind}_in_days" in plain for kind in ("respond", "resolve")):
        alone = _refusal("promise_unreadable", "仅用于 in_days", "it belongs to respond_in_days or resolve_in_days")
        raise TermsRefused(where, alone)
    read = time.fromisoformat(value)
    minute = read.hour * 60 + read.minute
    if any(day and not any(opens <= minute < closes for opens, closes in day) for day in calendar.weekly):
        closed = _refusal("promise_unreadable", f"{value} 不在营业时间内", f"the calendar is closed at {value}")
        raise TermsRefused(where, closed)
    return read


def _within(within: Any, where: str) -> Within:
    found = _SPAN.fullmatch(within) if isinstance(within, str) else None
    if found is None or not any(found.groups()) or max(map(len, filter(None, found.groups()))) > 9:
        raise TermsRefused(where, _unreadable_promise(within))
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return Within(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))


def _unreadable_promise(value: object) -> Refusal:
    return _refusal("promise_unreadable", f"无法识别的时限：{value!r}", f"no length of time: {value!r}")


def _instant(value: object, calendar: Calendar, where: str) -> datetime | None:
    """A TOML date or date and time; without an offset it is the calendar's wall time."""
    if value is None:
        return None
    if type(value) is date:
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise TermsRefused(where, _refusal("terms_unreadable", "应为日期", "a date belongs here"))
    return value if value.tzinfo is not None else value.replace(tzinfo=ZoneInfo(calendar.zone))


def _checked(calendar: Calendar | Refusal, where: str) -> Calendar:
    if isinstance(calendar, Refusal):
        raise TermsRefused(where, calendar)
    return calendar


def _only(plain: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    if unknown := sorted(plain.keys() - known):
        raise TermsRefused(
            where, _refusal("terms_unknown_key", f"不认识的键 {unknown[0]}", f"unknown key {unknown[0]}")
        )


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TermsRefused(where, _refusal("terms_unreadable", "应为表", "a table belongs here"))
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise TermsRefused(where, _refusal("terms_unreadable", "应为列表", "a list belongs here"))
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise TermsRefused(where, _refusal("terms_unreadable", "应为文字", "a text belongs here"))
    return value


def _refusal(code: str, zh: str, en: str) -> Refusal:
    return Refusal(code, Said(zh, en))
