"""How a job stands, as its customer may be told. Pure: no I/O, no clock.

What the customer sees of a job is exactly the fields of `Followed`: never who raised it, what it costs the firm, the
technician's whole name, their other visits, nor anything about the place beyond what the customer wrote.
"""

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from schemas.jobs import JobState as S

Standing = Literal[
    "received", "planned", "on_the_way", "with_you", "paused", "done", "not_finished", "ended", "cancelled"
]
Step = Literal["received", "planned", "on_the_way", "with_you", "done"]
ClockState = Literal["running", "unplanned", "at_risk", "overdue", "paused", "met", "missed"]

#: The way of a job that goes well; a page shows how far it is.
STEPS: Final[tuple[Step, ...]] = ("received", "planned", "on_the_way", "with_you", "done")

_STANDING: Final[Mapping[S, Standing]] = {
    S.NEW: "received",
    S.DECLINED: "received",
    S.SCHEDULED: "planned",
    S.ACCEPTED: "planned",
    S.EN_ROUTE: "on_the_way",
    S.ON_SITE: "with_you",
    S.WORKING: "with_you",
    S.PAUSED: "paused",
    S.COMPLETED: "done",
    S.CLOSED: "done",
    S.CANNOT_COMPLETE: "not_finished",
    S.CANCELLED: "cancelled",
}
#: Standings in which a job is somewhere along `STEPS` and stands still.
_STILL: Final[frozenset[Standing]] = frozenset({"paused", "not_finished"})
#: Standings in which the customer may still ask for another time or for the job to be called off.
OPEN: Final[frozenset[Standing]] = frozenset({"received", "planned", "paused", "not_finished"})
_AHEAD: Final = frozenset({S.SCHEDULED, S.ACCEPTED, S.EN_ROUTE})
_VISITED: Final = _AHEAD | {S.ON_SITE, S.WORKING, S.PAUSED}
#: A planned arrival is told as the half hours it lies between: roads are not exact.
_HALF_HOUR: Final = timedelta(minutes=30)
#: Nobody planned this long before the promise is due: calling that on track would be a lie.
_TOO_LATE_TO_PLAN: Final = timedelta(hours=1)


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The promise at this moment. `left`: until `due`, less than nothing when over; None when nothing runs. `spent`:
    share of the time used, 0 to 1. Instants are local to the outlet."""

    goal: Literal["arrive", "finish"]
    state: ClockState
    due: datetime
    left: timedelta | None
    spent: float


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """`name`, `name_en`, `begins`, `ends`: on the day alone; empty and None before. `begins`, `ends`: between which the
    technician is expected; None once they are there, and once that time has passed."""

    day: date
    name: str = ""
    name_en: str = ""
    begins: datetime | None = None
    ends: datetime | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that ended without the work being done, in the words that the customer was shown and signed for: why,
    what was found and done, and when it ended, local to the outlet."""

    reason: str
    found: str
    done: str
    ended_at: datetime | None


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A job to its customer. `reached`: how many of `STEPS` are behind it, the present one included; 0 when the job
    left that way. `done_at`, `result`: once the work is done; until then `attempt`, of the last visit that ended
    without."""

    number: int
    standing: Standing
    reached: int
    opened_at: datetime
    clock: Clock | None
    visit: Visit | None
    appointment_at: datetime | None
    hold_cause: str
    done_at: datetime | None
    result: str
    attempt: Attempt | None


def followed(
    job: Mapping[str, Any],
    technician: tuple[str, str],
    zone: ZoneInfo,
    now: datetime,
    attempt: Attempt | None = None,
) -> Followed:
    """`job`: its fields, JSON-shaped; `technician`: names in Chinese and English, empty when nobody is booked."""
    standing = standing_of(job)
    finished = _instant(job["finished_at"], zone) if standing == "done" else None
    return Followed(
        number=job["number"],
        standing=standing,
        reached=_reached(job, standing),
        opened_at=datetime.fromisoformat(job["opened_at"]).astimezone(zone),
        clock=_clock(job, standing, zone, now),
        visit=_visit(job, technician, zone, now),
        appointment_at=_instant(job["appointment_at"], zone) if standing in OPEN else None,
        hold_cause=job["hold_cause"] if standing in OPEN else "",
        done_at=finished,
        result=job["result"] if finished is not None else "",
        attempt=attempt if finished is None else None,
    )


def attempts_of(job: Mapping[str, Any]) -> list[str]:
    """The visits that ended without the work being done, by the ids of what may have been signed then; the last one
    first. None once it is done."""
    if job["completion_id"] is not None:
        return []
    ended = [line for line in job["visits_done"] if line["event"] == "cannot_complete"]
    return [line["id"] for line in sorted(ended, key=lambda line: str(line["at"]), reverse=True)]


def attempt_of(manifest: Mapping[str, Any], zone: ZoneInfo) -> Attempt:
    """What was signed, as its customer reads it. It was read as a manifest before it was kept, but for the report,
    which may hold anything."""
    told = {name: value for name, value in manifest.get("report", {}).items() if isinstance(value, str)}
    return Attempt(
        reason=manifest.get("reason", ""),
        found=told.get("diagnosis", ""),
        done=told.get("result", ""),
        ended_at=_said_instant(manifest.get("finished_at", ""), zone),
    )


def _said_instant(text: str, zone: ZoneInfo) -> datetime | None:
    """What a phone's clock said; None when that is no instant."""
    try:
        said = datetime.fromisoformat(text)
        return said.astimezone(zone) if said.tzinfo else None
    except (ValueError, OverflowError):
        return None


def standing_of(job: Mapping[str, Any]) -> Standing:
    state = S(job["state"])
    if state is S.CLOSED and job["finished_at"] is None:
        return "ended"
    return _STANDING[state]


def _reached(job: Mapping[str, Any], standing: Standing) -> int:
    if standing in _STILL:
        return STEPS.index("planned" if job["arrival"] is None else "with_you") + 1
    return STEPS.index(standing) + 1 if standing in STEPS else 0


def _instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(zone)


def _clock(job: Mapping[str, Any], standing: Standing, zone: ZoneInfo, now: datetime) -> Clock | None:
    arriving = job["arrival"] is None and job["respond_by"] is not None
    due = _instant(job["respond_by"] if arriving or job["resolve_by"] is None else job["resolve_by"], zone)
    state = job["promise_state"]
    if due is None or state == "void" or standing in ("cancelled", "ended"):
        return None
    goal: Literal["arrive", "finish"] = "arrive" if arriving or job["resolve_by"] is None else "finish"
    opened = datetime.fromisoformat(job["opened_at"])
    whole, left = due - opened, due - now
    spent = 1.0 if whole <= timedelta(0) else min(max((now - opened) / whole, 0.0), 1.0)
    if state in ("met", "missed"):
        return Clock(goal=goal, state=state, due=due, left=None, spent=1.0)
    if state == "paused":
        return Clock(goal=goal, state="paused", due=due, left=None, spent=spent)
    return Clock(goal=goal, state=_running(job, goal, due, now), due=due, left=left, spent=spent)


def _running(job: Mapping[str, Any], goal: str, due: datetime, now: datetime) -> ClockState:
    """Between the server's judgements a clock goes on: as every face reads it (shared/promise/promise.ts)."""
    if now > due:
        return "overdue"
    if job["promise_state"] == "at_risk":
        return "at_risk"
    if goal == "finish" and job["arrival"] is not None:
        return "running"
    if job["window_start"] is None:
        return "at_risk" if due - now < _TOO_LATE_TO_PLAN else "unplanned"
    return "at_risk" if datetime.fromisoformat(job["window_start"]) > due else "running"


def _visit(job: Mapping[str, Any], technician: tuple[str, str], zone: ZoneInfo, now: datetime) -> Visit | None:
    starts, today = _instant(job["window_start"], zone), now.astimezone(zone).date()
    if starts is None or job["state"] not in _VISITED or (starts.date() < today and job["state"] in _AHEAD):
        return None
    if starts.date() > today:
        return Visit(day=starts.date())
    begins = _floor(starts)
    ends = begins + _HALF_HOUR if starts == begins else begins + 2 * _HALF_HOUR
    expected = job["state"] in _AHEAD and now <= ends
    return Visit(
        day=starts.date(),
        name=first_name(technician[0]),
        name_en=first_name(technician[1] or technician[0]),
        begins=begins if expected else None,
        ends=ends if expected else None,
    )


def _floor(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)


_TWO_CHARACTERS = frozenset("欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 南宫 长孙 宇文".split())  # noqa: SIM905


def first_name(name: str) -> str:
    """What a technician is called at the door: the first word of a name in letters; of a Chinese one the family name
    with the courtesy that goes with it, as given names are not for strangers."""
    name = name.strip()
    if not name:
        return ""
    if name[0] >= "\u2e80":
        return (name[:2] if name[:2] in _TWO_CHARACTERS else name[:1]) + "师傅"
    return name.split()[0]


def minutes_of(span: timedelta) -> int:
    """Whole minutes, rounded away from promising too much: what is left rounds down, what is over rounds up."""
    return math.floor(span.total_seconds() / 60)
