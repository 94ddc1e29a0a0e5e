"""What a file of cases was or would be promised: CSV in, CSV out, without a database.

In: `case` and `opened`; `policy` (a code), or conditions of policies; `arrived` judges the response, `closed` the
resolution. Out: a line for each promise, or one that says why there is none.
"""

import csv
import io
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TextIO
from zoneinfo import ZoneInfo

from server.commitments.rules.policy import CONDITIONS, Case, Due, Match, Policy, choose, promise
from server.commitments.rules.terms import Terms
from server.commitments.rules.working_time import OutOfReach
from server.platform.files import unpacked


class Quoted(NamedTuple):
    """A line of the answer. `due` in the zone of its calendar; `state`: `met`, `missed`, or empty where nothing tells;
    `problem`: a code, and then there is no promise."""

    case: str
    policy: str = ""
    promise: str = ""
    due: str = ""
    elapsed_seconds: str = ""
    working_seconds: str = ""
    state: str = ""
    problem: str = ""


class CasesRefused(Exception):
    """The file is none of cases; the text says why."""


def quote_file(terms: Terms, cases: Path, answer: TextIO) -> Counter[str]:
    """Writes the answer; returns how often each state and each problem came up. Raises `CasesRefused`, `Unreadable`."""
    tally: Counter[str] = Counter()
    with unpacked(cases) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
        try:
            rows = csv.DictReader(text, strict=True)
            asked = {name: column for name, column in terms.columns.items() if column in (rows.fieldnames or ())}
            if missing := [terms.columns[name] for name in ("case", "opened") if name not in asked]:
                raise CasesRefused(f"{cases.name} has no column {', '.join(missing)}.")
            writer = csv.writer(answer, lineterminator="\n")
            writer.writerow(Quoted._fields)
            given = ({name: (row[column] or "").strip() for name, column in asked.items()} for row in rows)
            for line in quote(terms, given):
                tally[line.problem or line.state or "open"] += 1
                writer.writerow(line)
        except (csv.Error, UnicodeDecodeError) as fault:
            raise CasesRefused(f"{cases.name}, line {rows.line_num + 1}: {fault}.") from fault
    return tally


def quote(terms: Terms, cases: Iterable[Mapping[str, str]]) -> Iterator[Quoted]:
    """`cases`: what is known of each, by the names of `terms.COLUMNS`. Problems: `opened_unreadable`,
    `arrived_unreadable`, `closed_unreadable`, `policy_unknown`, `no_policy`, `out_of_reach`."""
    binding = _Binding(terms)
    for given in cases:
        yield from _quoted(terms, binding, given)


def _quoted(terms: Terms, binding: "_Binding", given: Mapping[str, str]) -> Iterator[Quoted]:
    name = given["case"]
    instants: dict[str, datetime | None] = {}
    for column in ("opened", "arrived", "closed"):
        try:
            instants[column] = _instant(given.get(column, ""), terms.zone)
        except ValueError:
            yield Quoted(name, problem=f"{column}_unreadable")
            return
    opened = instants["opened"]
    if opened is None:
        yield Quoted(name, problem="opened_unreadable")
        return
    policy = binding.named(given["policy"]) if given.get("policy") else binding.of(given, opened)
    if policy is None:
        yield Quoted(name, problem="policy_unknown" if given.get("policy") else "no_policy")
        return
    calendar = terms.calendars[policy.calendar_id]
    try:
        made = promise(policy, calendar, opened)
    except (OutOfReach, OverflowError):
        yield Quoted(name, policy.code, problem="out_of_reach")
        return
    for kind, due, stopped in (
        ("response", made.response, instants["arrived"]),
        ("resolution", made.resolution, instants["closed"]),
    ):
        if due is not None:
            yield _line(name, policy, kind, due, stopped, ZoneInfo(calendar.zone))


def _line(name: str, policy: Policy, kind: str, due: Due, stopped: datetime | None, zone: ZoneInfo) -> Quoted:
    state = "" if stopped is None else "met" if stopped <= due.at else "missed"
    shown = due.at.astimezone(zone).isoformat()
    return Quoted(name, policy.code, kind, shown, _seconds(due.elapsed), _seconds(due.working), state)


def _seconds(span: timedelta) -> str:
    whole, rest = divmod(span, timedelta(seconds=1))
    return f"{whole}.{rest.microseconds:06d}" if rest else str(whole)


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    """ISO 8601; without an offset it is the zone's wall time, of the hour repeated in autumn the first."""
    if not text:
        return None
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
