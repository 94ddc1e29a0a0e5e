"""What a file of cases was or would be promised: CSV in, CSV out, without a database.

In: `case` and `opened`; `policy` (a code), or conditions of policies; `arrived` judges the response, `closed` the
resolution; `promised` is what was promised on record, to be compared. Out: a line for each promise, or one that says
why there is none.
"""

import csv
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TextIO
from zoneinfo import ZoneInfo

from server.commitments.explaining import Comparison
from server.commitments.rules.calendar import Calendar
from server.commitments.rules.policy import CONDITIONS, Case, Due, Match, Policy, choose, promise
from server.commitments.rules.terms import Terms
from server.commitments.rules.working_time import OutOfReach, working_time_between
from server.commitments.sheet import CasesRefused, Sheet, opened_sheet, quiet

__all__ = ["CasesRefused", "Quoted", "compare_file", "quote", "quote_file"]


class Quoted(NamedTuple):
    """A line of the answer. `due` in the zone of its calendar; `state`: `met`, `missed`, or empty where nothing tells;
    `taken_*`: how long it took until then; `problem`: a code, and then there is no promise; `recorded`: `same` or
    `differs` where the case says what was promised, by `difference_seconds` (the record less `due`); `line`: the
    case's last in its file."""

    case: str
    policy: str = ""
    promise: str = ""
    due: str = ""
    elapsed_seconds: str = ""
    working_seconds: str = ""
    state: str = ""
    problem: str = ""
    recorded: str = ""
    difference_seconds: str = ""
    line: str = ""
    taken_seconds: str = ""
    taken_working_seconds: str = ""


def quote_file(terms: Terms, cases: Path, answer: TextIO) -> Counter[str]:
    """Writes the answer; returns how often each state and each problem came up. Raises `CasesRefused`, `Unreadable`."""
    tally: Counter[str] = Counter()
    with opened_sheet(cases, terms.columns, needed=("case", "opened"), encoding=terms.encoding) as sheet:
        writer = csv.writer(answer, lineterminator="\n")
        writer.writerow(Quoted._fields)
        for line in _lines(_Quoting(terms), sheet):
            tally[line.problem or line.state or "open"] += 1
            writer.writerow(line)
    return tally


def compare_file(terms: Terms, cases: Path) -> Comparison:
    """How much of what the cases were promised on record the terms explain. Raises as `quote_file`, also when no column
    tells what was promised."""
    quoting = _Quoting(terms)
    with opened_sheet(cases, terms.columns, needed=("case", "opened", "promised"), encoding=terms.encoding) as sheet:
        for _ in _lines(quoting, sheet):
            pass
    return quoting.compared


def _lines(quoting: "_Quoting", sheet: Sheet) -> Iterator[Quoted]:
    for row in sheet:
        if row.broken:
            found: Iterable[Quoted] = [Quoted(row.fields["case"], problem="row_broken")]
        else:
            found = quoting.of(row.fields)
        for quoted in found:
            yield quoted._replace(case=quiet(quoted.case), line=str(row.line))


def quote(terms: Terms, cases: Iterable[Mapping[str, str]]) -> Iterator[Quoted]:
    """`cases`: what is known of each, by the names of `terms.COLUMNS`. Problems: `opened_unreadable`,
    `arrived_unreadable`, `closed_unreadable`, `promised_unreadable`, `policy_unknown`, `no_policy`, `out_of_reach`."""
    quoting = _Quoting(terms)
    for given in cases:
        yield from quoting.of(given)


class _Quoting:
    """`compared` takes in every case that says what was promised."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._binding = _Binding(terms)
        self._zones = {name: ZoneInfo(calendar.zone) for name, calendar in terms.calendars.items()}
        self.compared = Comparison()

    def of(self, given: Mapping[str, str]) -> Iterator[Quoted]:
        name = given["case"]
        instants: dict[str, datetime | None] = {}
        for column in _INSTANTS:
            try:
                instants[column] = _instant(given.get(column, ""), self._terms.zone)
            except (ValueError, OverflowError):
                yield Quoted(name, problem=f"{column}_unreadable")
                return
        opened = instants["opened"]
        if opened is None:
            yield Quoted(name, problem="opened_unreadable")
            return
        policy = self._binding.named(given["policy"]) if given.get("policy") else self._binding.of(given, opened)
        if policy is None:
            yield Quoted(name, problem="policy_unknown" if given.get("policy") else "no_policy")
            return
        try:
            yield from self._promises(name, policy, opened, instants)
        except (OutOfReach, OverflowError):
            yield Quoted(name, policy.code, problem="out_of_reach")

    def _promises(
        self, name: str, policy: Policy, opened: datetime, instants: Mapping[str, datetime | None]
    ) -> list[Quoted]:
        calendar = self._terms.calendars[policy.calendar_id]
        made = promise(policy, calendar, opened)
        compared = "response" if made.resolution is None else "resolution"
        found: list[Quoted] = []
        for kind, due, stopped in (
            ("response", made.response, instants["arrived"]),
            ("resolution", made.resolution, instants["closed"]),
        ):
            if due is None:
                continue
            line = self._line(name, policy, kind, due)
            if stopped is not None:
                line = _judged(line, calendar, opened, due, stopped)
            if kind == compared and instants["promised"] is not None:
                line = self._recorded(line, instants["promised"] - due.at)
            found.append(line)
        return found

    def _line(self, name: str, policy: Policy, kind: str, due: Due) -> Quoted:
        shown = due.at.astimezone(self._zones[policy.calendar_id]).isoformat()
        return Quoted(name, policy.code, kind, shown, _seconds(due.elapsed), _seconds(due.working))

    def _recorded(self, line: Quoted, difference: timedelta) -> Quoted:
        self.compared.add(line.policy, difference)
        return line._replace(recorded="differs" if difference else "same", difference_seconds=_seconds(difference))


def _judged(line: Quoted, calendar: Calendar, opened: datetime, due: Due, stopped: datetime) -> Quoted:
    return line._replace(
        state="met" if stopped <= due.at else "missed",
        taken_seconds=_seconds(stopped - opened),
        taken_working_seconds=_seconds(working_time_between(calendar, opened, stopped)),
    )


_INSTANTS = ("opened", "arrived", "closed", "promised")


def _seconds(span: timedelta) -> str:
    whole, rest = divmod(abs(span), timedelta(seconds=1))
    return ("-" if span < timedelta(0) else "") + (f"{whole}.{rest.microseconds:06d}" if rest else str(whole))


_SPREADSHEET = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_ONE_DIGIT_HOUR = re.compile(r"(\d{4}-\d{2}-\d{2}[ T])(\d:\d{2}(?::\d{2})?)", re.ASCII)


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    """ISO 8601, or year first as spreadsheets write it (2026/7/1 9:05). Without an offset it is the zone's wall time,
    of the hour repeated in autumn the first. Day and month first are not guessed."""
    if not text:
        return None
    if found := _SPREADSHEET.fullmatch(text):
        read = datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    elif found := _ONE_DIGIT_HOUR.fullmatch(text):
        read = datetime.fromisoformat(f"{found[1]}0{found[2]}")
    else:
        read = datetime.fromisoformat(text)
    return read if read.tzinfo is not None else read.replace(tzinfo=zone)


class _Binding:
    """Which policy binds a case. Cases are many and alike, so an answer is kept for as long as no policy begins or
    ends."""

    def __init__(self, terms: Terms) -> None:
        self._policies = terms.policies
        self._by_code = {policy.code: policy for policy in terms.policies}
        ends = {p.effective_to for p in terms.policies if p.effective_to is not None}
        self._turns = sorted({p.effective_from for p in terms.policies} | ends)
        self._known: dict[tuple[int, tuple[str | None, ...]], Policy | None] = {}

    def named(self, code: str) -> Policy | None:
        return self._by_code.get(code)

    def of(self, given: Mapping[str, str], at: datetime) -> Policy | None:
        conditions = tuple(given.get(name) or None for name in CONDITIONS)
        key = (bisect_right(self._turns, at), conditions)
        if key not in self._known:
            chosen = choose(self._policies, Case(*conditions), at)
            self._known[key] = chosen.policy if isinstance(chosen, Match) else None
        return self._known[key]
