"""Pure. Whether a centre's policy promises at least as much as headquarters' do, for every case it covers.

Two promises are compared at every opening instant of a year, exactly. The due instant of a term is a function of the
opening instant that, between the instants listed by `_turns`, either stands still or moves as time does. So between two
neighbouring turns the difference of two such functions is a straight line, and it is enough to look at its ends: at
each turn, and a microsecond before and after it.

Deliberate limits: `HORIZON` of instants, the outlets there are, the calendars as they stand. What changes later is met
when a promise is made, see `binding`.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from server.commitments.rules.binding import pauses_more
from server.commitments.rules.calendar import Calendar
from server.commitments.rules.opening import first_instant, from_instant, intervals_of, to_instant
from server.commitments.rules.policy import ByEndOfDay, Case, Match, Policy, Term, Within, choose, promise
from server.commitments.rules.said import Said, span_in_words

HORIZON = timedelta(days=400)


class Place(NamedTuple):
    """An outlet that a policy may cover."""

    outlet_id: str
    centre_id: str
    grade: str
    zone: str


class Shortfall(NamedTuple):
    """For a job opened at `opened_at`, `kind` (`response` or `resolution`) is due later than by `standard`; `due` None:
    it is not promised at all. Kind `pausing`: it is paused by what does not pause the standard."""

    standard: Policy
    kind: str
    outlet_id: str
    opened_at: datetime
    due: datetime | None
    standard_due: datetime


class Calendars:
    """What a policy runs on in a zone."""

    def of(self, policy: Policy, zone: str, at: datetime) -> Calendar:
        raise NotImplementedError


def shortfall(
    policy: Policy, standards: Sequence[Policy], places: Sequence[Place], calendars: Calendars
) -> Shortfall | None:
    """The first case found for which `policy` promises less than the one of `standards` that would bind it; None when
    there is none. `standards`: headquarters' policies, and what they approved."""
    judged: set[tuple[str, str]] = set()
    for place, at, standard in _rivals(policy, standards, places):
        if (standard.id, place.zone) in judged:
            continue
        judged.add((standard.id, place.zone))
        mine, theirs = calendars.of(policy, place.zone, at), calendars.of(standard, place.zone, at)
        if pauses_more(policy, standard):
            return Shortfall(standard, "pausing", place.outlet_id, at, None, at)
        found = _less(policy, mine, standard, theirs, at)
        if found is not None:
            kind, opened_at = found
            due, standard_due = (
                getattr(promise(p, c, opened_at), kind) for p, c in ((policy, mine), (standard, theirs))
            )
            return Shortfall(standard, kind, place.outlet_id, opened_at, due and due.at, standard_due.at)
    return None


def _rivals(
    policy: Policy, standards: Sequence[Policy], places: Sequence[Place]
) -> Iterator[tuple[Place, datetime, Policy]]:
    """Each of `standards` that binds some case `policy` covers, once per place and time of change.

    A standard binds some of those cases exactly if it binds the one that has what both of them ask for and nothing
    else: whatever covers that case covers every other one that has as much."""
    instants = {at for s in standards for at in (s.effective_from, s.effective_to) if at and at > policy.effective_from}
    ends = policy.effective_to
    turns = [policy.effective_from, *sorted(at for at in instants if ends is None or at < ends)]
    for place in places:
        known = {"outlet_id": place.outlet_id, "centre_id": place.centre_id, "region_grade": place.grade}
        own = {name: getattr(policy, name) for name in policy.conditions}
        if not _agree(own, known):
            continue
        for at in turns:
            for standard in standards:
                asked = {name: getattr(standard, name) for name in standard.conditions}
                if standard.in_force(at) and _agree(asked, own | known):
                    chosen = choose(standards, Case(**(own | asked | known)), at)
                    if isinstance(chosen, Match) and chosen.policy is standard:
                        yield place, at, standard


def _agree(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(other.get(name, value) == value for name, value in one.items())


def _less(
    policy: Policy, calendar: Calendar, standard: Policy, standard_calendar: Calendar, begins: datetime
) -> tuple[str, datetime] | None:
    ends = min(begins + HORIZON, policy.effective_to or begins + HORIZON)
    for kind, mine, theirs in (
        ("response", policy.respond, standard.respond),
        ("resolution", policy.resolve, standard.resolve),
    ):
        if theirs is None:
            continue
        at = begins if mine is None else first_later(mine, calendar, theirs, standard_calendar, begins, ends)
        if at is not None:
            return kind, at
    return None


def first_later(
    mine: Term, calendar: Calendar, theirs: Term, standard: Calendar, begins: datetime, ends: datetime
) -> datetime | None:
    """The first instant of [begins, ends] known at which a job opened then is due later by `mine` than by `theirs`."""
    if _plainly_no_later(mine, calendar, theirs, standard):
        return None
    turns = set(_turns(mine, calendar, begins, ends)) | set(_turns(theirs, standard, begins, ends))
    low, high = to_instant(begins), to_instant(ends)
    asked = {low, high} | {turn + step for turn in turns for step in (-1, 0, 1)}
    for instant in sorted(at for at in asked if low <= at <= high):
        opened_at = from_instant(instant)
        if _due(mine, calendar, opened_at) > _due(theirs, standard, opened_at):
            return opened_at
    return None


def _plainly_no_later(mine: Term, calendar: Calendar, theirs: Term, standard: Calendar) -> bool:
    if isinstance(mine, Within) and isinstance(theirs, Within):  # no calendar opens more than the one that never closes
        return mine.time <= theirs.time and (calendar.always_open or calendar == standard)
    if isinstance(mine, ByEndOfDay) and isinstance(theirs, ByEndOfDay):
        return mine.n <= theirs.n and calendar == standard
    return mine == theirs and calendar == standard


def _due(term: Term, calendar: Calendar, opened_at: datetime) -> datetime:
    alone = Policy("", "", 0, "", "", "", opened_at, respond=term)
    made = promise(alone, calendar, opened_at).response
    assert made is not None
    return made.at


def _turns(term: Term, calendar: Calendar, begins: datetime, ends: datetime) -> Iterator[int]:
    """Openings, closings and midnights, and the instants from which the term ends exactly at a closing."""
    if calendar.always_open and isinstance(term, Within):
        return
    zone = ZoneInfo(calendar.zone)
    day = begins.astimezone(zone).date() - timedelta(days=2)
    last = _due(term, calendar, ends).astimezone(zone).date() + timedelta(days=2)
    intervals: list[tuple[int, int]] = []
    while day <= last:
        yield first_instant(zone, day, 0)
        intervals += intervals_of(calendar, zone, day)
        day += timedelta(days=1)
    for start, end in intervals:
        yield from (start, end)
    if isinstance(term, Within):
        yield from _ending_at_a_closing(intervals, term.time // timedelta(microseconds=1))


def _ending_at_a_closing(intervals: Sequence[tuple[int, int]], amount: int) -> Iterator[int]:
    worked = list(accumulate(end - start for start, end in intervals))
    for total in worked:
        target = total - amount
        if target > 0:
            i = bisect_left(worked, target)
            yield intervals[i][1] - (worked[i] - target)


def shortfall_in_words(short: Shortfall, zone: str) -> Said:
    """One sentence for whoever made it, and whoever approves it."""
    opened = short.opened_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
    standard, standard_en = short.standard.name, short.standard.name_en or short.standard.name
    if short.kind == "pausing":
        en = f"It is paused by what does not pause headquarters' “{standard_en}”."
        return Said(f"暂停计时的情形多于总部「{standard}」。", en)
    kind = Said("上门", "arrival") if short.kind == "response" else Said("解决", "resolution")
    if short.due is None:
        return Said(
            f"「{standard}」承诺了{kind.zh}期限，本承诺没有。", f"“{standard_en}” promises {kind.en}, this does not."
        )
    late = span_in_words(short.due - short.standard_due)
    return Said(
        f"例如 {opened} 来电：{kind.zh}期限比总部「{standard}」晚 {late.zh}。",
        f"A call at {opened}, for example: {kind.en} is due {late.en} later than by headquarters' “{standard_en}”.",
    )
