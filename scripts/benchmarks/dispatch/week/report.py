"""The week, three ways, side by side."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from scripts.benchmarks.dispatch import table
from scripts.benchmarks.dispatch.week import picture
from scripts.benchmarks.dispatch.week.calls import Week, read_week
from scripts.benchmarks.dispatch.week.first_come import FirstCome
from scripts.benchmarks.dispatch.week.planned import Planned
from scripts.benchmarks.dispatch.week.recommended import Recommended
from scripts.benchmarks.dispatch.week.world import Call, Played, Way, play
from server.dispatch.rules.travel import GreatCircle

TECHNICIANS, CALLS = 25, 1_700
"""As many calls of the week's 1,981 as make the visits alone, without any travel, four fifths of all shift hours."""

TRAVEL = GreatCircle(detour=1.3, speeds_kmh=(25.0,))
PICTURE = Path("docs/images/dispatch-week.svg")

WAYS: Mapping[str, Callable[[Week], Way]] = {
    "Onsite's plan": lambda week: Planned(),
    "recommend only": lambda week: Recommended(week.zone),
    "first come, nearest technician": lambda week: FirstCome(),
}


class Day(NamedTuple):
    """Promises that fell due on it. `broken_weight`: of those not kept."""

    due: int
    kept: int
    broken_weight: int


def days_of(week: Week, played: Played) -> list[Day]:
    found = []
    for day in week.days:
        due = [call for call in week.calls if datetime.fromtimestamp(call.due, week.zone).date() == day]
        broken = [call for call in due if not kept(call, played)]
        found.append(Day(len(due), len(due) - len(broken), sum(call.weight for call in broken)))
    return found


def kept(call: Call, played: Played) -> bool:
    return call.id in played.arrived and played.arrived[call.id] <= call.due


def show(file: Path, seed: int, drawn: Path | None) -> None:
    week = read_week(file, CALLS, TECHNICIANS, seed)
    end = datetime.combine(week.days[-1] + timedelta(days=1), datetime.min.time(), week.zone)
    told, shares = dict[str, list[Day]](), dict[str, list[float]]()
    names = [f"{day:%a}" for day in week.days]
    table.head(
        f"A week: {len(week.calls):,} of {week.found:,} real calls, {TECHNICIANS} technicians; promises kept, by day",
        ("way", *names, "kept", "weighted breaches", "visits", "travel, h", "per visit, min", "overtime, h", "run, s"),
    )
    for name, way in WAYS.items():
        began = perf_counter()
        played = play(week.calls, week.truths, week.people, way(week), TRAVEL, int(end.timestamp()))
        days = told[name] = days_of(week, played)
        shares[name] = [day.kept / max(1, day.due) for day in days]
        _row(name, days, played, perf_counter() - began)
    due = [day.due for day in told[next(iter(told))]]
    work = sum(call.service_s for call in week.calls) / 3600
    shifts = sum(s.end - s.start for p in week.people for s in p.shifts[: len(week.days)]) / 3600
    table.note(f"Visits without travel: {work:,.0f} h of {shifts:,.0f} shift hours, {work / shifts:.0%}")
    table.note(f"Promises that fell due: {', '.join(f'{n} {d}' for n, d in zip(names, due, strict=True))}")
    picture.draw(drawn or PICTURE, names, shares, due, len(week.calls), TECHNICIANS)
    table.note(f"Drawn: {drawn or PICTURE}")


def _row(name: str, days: list[Day], played: Played, seconds: float) -> None:
    due, kept_all = sum(day.due for day in days), sum(day.kept for day in days)
    table.row(
        [
            name,
            *(f"{day.kept / max(1, day.due):.1%}" for day in days),
            f"{kept_all:,} of {due:,}, {kept_all / due:.1%}",
            f"{sum(day.broken_weight for day in days):,}",
            f"{played.visits:,}",
            f"{played.travel_s / 3600:.0f}",
            f"{played.travel_s / 60 / played.visits:.1f}",
            f"{played.overtime_s / 3600:.1f}",
            f"{seconds:.0f}",
        ]
    )
