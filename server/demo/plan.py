"""What happens in the demonstration firm, worked out before it is played: 300 calls around the present moment, who goes
when, and how each visit went. Pure: seed, cast and the present moment in, a list of tasks out.

A visit is planned as a dispatcher would: the call's promise, the technician's skills and shift, the road from the visit
before and to the one after. How the day really went is then walked through in order, technician by technician, up to
the present moment; so somebody is under way, somebody is working, and the rest of the day lies ahead.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Literal, NamedTuple

from server.demo.cast import LOCAL, Cast, shared_out
from server.demo.catalogue import LINES, TROUBLES, Trouble, errand
from server.demo.places import DISTRICTS, Place, travel_minutes
from server.demo.standards import procedures, promises

Fate = Literal["visit", "queue", "cancelled", "declined", "cannot_complete"]
Twist = Literal["done_after_cancel", "settled", "duplicate_visit", "completion_invalid", "suspect_time"]

#: Day from today → visits booked on it. With the calls that wait for somebody: 300 jobs.
VISITS = {-3: 26, -2: 34, -1: 40, 0: 85, 1: 58, 2: 25}
WAITING = 32
LIVE = 3  # of each outlet, where so many are on shift

MISSED_SHARE = 0.08
MOVED = 7
CANCELLED = 9
DECLINED = 4
NOT_COMPLETED = 5

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


class Booking(NamedTuple):
    start: datetime
    end: datetime
    at: Place


@dataclass(slots=True)
class Task:
    """One job and all that becomes of it; what has not happened by now is None."""

    outlet: int
    customer: int
    unit: int
    job_type: str
    title: str
    at: Place
    opened_at: datetime
    priority: int
    minutes: int
    trouble: Trouble | None = None
    fate: Fate = "visit"
    reason: str = ""
    technician: int | None = None
    first_technician: int | None = None  # had it before it was moved
    assigned_at: datetime | None = None
    start: datetime | None = None
    moved_at: datetime | None = None
    called_off_at: datetime | None = None  # cancelled by the office, or declined in the field
    accepted_at: datetime | None = None
    set_off_at: datetime | None = None
    arrived_at: datetime | None = None
    began_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    twist: Twist | None = None
    second: Second | None = None
    lost_signal_at: datetime | None = None
    pushed_at: datetime | None = None  # when the phone of a twisted visit found signal again

    @property
    def end(self) -> datetime:
        assert self.start is not None
        return self.start + self.minutes * _MINUTE


class Second(NamedTuple):
    """The other technician of a duplicate visit."""

    technician: int
    start: datetime
    arrived_at: datetime
    ended_at: datetime


@dataclass(slots=True)
class Plan:
    """`tasks`: in the order of their calls. `offline`: technician → spans without signal."""

    tasks: list[Task]
    offline: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=dict)


class Diary:
    """Who is booked when, with the roads between."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self.booked: dict[int, list[Booking]] = {index: [] for index in range(len(cast.technicians))}

    def earliest(self, technician: int, wanted: datetime, minutes: int, at: Place) -> datetime | None:
        """The first quarter of an hour from `wanted` at which the technician could begin, in the shift then running or
        the first one of the next six hours; None when there is none."""
        for begins, ends in self._cast.technicians[technician].shifts:
            if ends <= wanted or begins > wanted + 6 * _HOUR:
                continue
            start = self._earliest_in(technician, max(wanted, begins + 15 * _MINUTE), ends, minutes, at)
            if start is not None:
                return start
        return None

    def _earliest_in(
        self, technician: int, wanted: datetime, ends: datetime, minutes: int, at: Place
    ) -> datetime | None:
        start = _quarter(wanted)
        for booking in self.booked[technician]:
            road = travel_minutes(booking.at, at) * _MINUTE
            if booking.end + road <= start:
                continue
            if start + minutes * _MINUTE + road <= booking.start:
                break
            start = _quarter(booking.end + road)
        return start if start + minutes * _MINUTE <= ends else None

    def book(self, technician: int, start: datetime, minutes: int, at: Place) -> None:
        insort(self.booked[technician], Booking(start, start + minutes * _MINUTE, at))

    def load(self, technician: int, day: datetime) -> int:
        return sum(abs(b.start - day) < 12 * _HOUR for b in self.booked[technician])


def _quarter(instant: datetime) -> datetime:
    seconds = math.ceil(instant.timestamp() / 900) * 900
    return datetime.fromtimestamp(seconds, instant.tzinfo)


def make_plan(seed: int, cast: Cast, now: datetime) -> Plan:
    plan = _Planner(seed, cast, now)
    plan.book_visits()
    plan.queue_calls()
    plan.call_off_some()
    plan.walk_the_days()
    plan.move_some()
    plan.twist()
    plan.close_files()
    return Plan(sorted(plan.tasks, key=lambda t: t.opened_at), plan.offline)


class _Planner:
    def __init__(self, seed: int, cast: Cast, now: datetime) -> None:
        self.rng = Random(seed + 1)
        self.cast = cast
        self.now = now
        self.midnight = datetime.combine(now.astimezone(LOCAL).date(), time(), LOCAL)
        self.diary = Diary(cast)
        self.tasks: list[Task] = []
        self.offline: dict[int, list[tuple[datetime, datetime]]] = {}
        self.units = _Units(self.rng, cast)
        self.kinds = {kind.code: kind for kind in procedures().job_type}

    # ------------------------------------------------------------------------------------------------ who goes when

    def book_visits(self) -> None:
        live = [self._booked_now(outlet) for outlet in range(len(DISTRICTS))]
        for day, count in VISITS.items():
            for outlet, share in enumerate(shared_out(count)):
                for _ in range(share - (live[outlet] if day == 0 else 0)):
                    self.tasks.append(self._booked(outlet, self.midnight + timedelta(days=day)))

    def _booked_now(self, outlet: int) -> int:
        """Visits that are going on, as many as somebody is on shift for: the board is alive at any hour."""
        booked = 0
        for _ in range(LIVE):
            wanted = self.now - self.rng.uniform(8, 50) * _MINUTE
            job_type = self._job_type(outlet, wanted)
            unit = self.units.take(outlet, job_type) if job_type else None
            if job_type is None or unit is None:
                continue
            task = self._task(outlet, unit, job_type)
            if self._give_to_somebody(task, wanted, self.now + 12 * _MINUTE):
                self._backdate_call(task)
                self.tasks.append(task)
                booked += 1
            else:
                self.units.put_back(outlet, unit)
        return booked

    def _booked(self, outlet: int, midnight: datetime) -> Task:
        for _ in range(200):
            wanted = midnight + self._hour_of_day(outlet) * _HOUR
            job_type = self._job_type(outlet, wanted)
            unit = self.units.take(outlet, job_type) if job_type else None
            if job_type is None or unit is None:
                continue
            task = self._task(outlet, unit, job_type)
            if self._give_to_somebody(task, wanted):
                self._backdate_call(task)
                return task
            self.units.put_back(outlet, unit)
        raise AssertionError(f"no room for another visit of outlet {outlet}")

    def _hour_of_day(self, outlet: int) -> float:
        night = DISTRICTS[outlet].grade == "A" and self.rng.random() < 0.05
        return (
            self.rng.uniform(21, 28) if night else self.rng.choice([8, 9, 10, 13, 14, 15, 17]) + self.rng.random() * 2
        )

    def _job_type(self, outlet: int, wanted: datetime) -> str | None:
        """One whose promise can still be kept if the call came before now."""
        local = wanted.astimezone(LOCAL)
        if local.hour >= 21 or local.hour < 7:
            return "repair"
        needed = (wanted - (self.now - 20 * _MINUTE)) / _HOUR
        weights = {}
        for code, weight in _WEIGHTS.items():
            hours = promises().respond_hours(code, DISTRICTS[outlet].grade)
            if hours is None or needed < hours * 0.9:
                weights[code] = weight
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _task(self, outlet: int, unit: int, job_type: str) -> Task:
        owner = self.cast.units[unit].customer
        assert owner is not None
        line = self.cast.units[unit].model.line
        trouble = self.rng.choice(TROUBLES[line]) if job_type == "repair" else None
        title = f"{trouble.said} / {trouble.said_en}" if trouble else errand(job_type, line)
        urgent = trouble is not None and self.rng.random() < 0.12
        return Task(
            *(outlet, owner, unit, job_type, title, self.cast.customers[owner].at, self.now),
            1 if urgent else self.rng.choices([2, 3, 4], [2, 6, 1])[0],
            self.kinds[job_type].minutes,
            trouble,
        )

    def _give_to_somebody(self, task: Task, wanted: datetime, latest: datetime | None = None) -> bool:
        """Whoever can begin soonest, the less burdened first; nobody when that is after `latest`."""
        offers = [
            (start - wanted + self.diary.load(t, wanted) * 25 * _MINUTE, t, start)
            for t in self.able(task)
            if (start := self.diary.earliest(t, wanted, task.minutes, task.at)) is not None
        ]
        offers = [offer for offer in offers if latest is None or offer[2] <= latest]
        if not offers:
            return False
        _, task.technician, task.start = min(offers)
        self.diary.book(task.technician, task.start, task.minutes, task.at)
        return True

    def able(self, task: Task) -> list[int]:
        needed = {self.kinds[task.job_type].skill, self.cast.units[task.unit].model.line}
        return [t for t in self.cast.technicians_of(task.outlet) if needed <= set(self.cast.technicians[t].skills)]

    # --------------------------------------------------------------------------------------------- when people called

    def _backdate_call(self, task: Task) -> None:
        assert task.start is not None
        latest = min(task.start - 50 * _MINUTE, self.now - 14 * _MINUTE)
        hours = promises().respond_hours(task.job_type, DISTRICTS[task.outlet].grade)
        late = hours is not None and task.start < self.now and self.rng.random() < MISSED_SHARE
        if hours is None:
            lead = self.rng.uniform(12, 44)
        elif late:
            lead = hours + self.rng.uniform(0.4, 4)
        else:
            lead = 1.2 + (hours * 0.92 - 1.2) * self.rng.betavariate(1.5, 2.2)
        task.opened_at = min(latest, self._by_day(task.start - lead * _HOUR, task.start, hours, late))
        assigned = task.opened_at + self.rng.uniform(3, 40) * _MINUTE
        task.assigned_at = min(assigned, task.start - 35 * _MINUTE, self.now - 3 * _MINUTE)

    def _by_day(self, opened: datetime, start: datetime, hours: int | None, late: bool) -> datetime:
        """Few people call at night: most such calls come in the morning after, or the evening before."""
        local = opened.astimezone(LOCAL)
        if 7 <= local.hour < 22 or late or self.rng.random() < 0.15:
            return opened
        morning = local.replace(hour=7, minute=5, second=0) + self.rng.uniform(0, 85) * _MINUTE
        morning += timedelta(days=local.hour >= 22)
        if morning + 1.5 * _HOUR <= start:
            return morning
        evening = morning - self.rng.uniform(10, 12.5) * _HOUR
        return evening if hours is None or start - evening < hours * 0.97 * _HOUR else opened

    def queue_calls(self) -> None:
        """Calls that wait for a dispatcher: some overdue, some with little time left, most with enough."""
        slacks = [-4.2, -1.6, -0.4, 0.3, 0.6, 0.9, 1.3, 1.8]
        for outlet, share in enumerate(shared_out(WAITING)):
            for _ in range(share):
                self.tasks.append(self._waiting(outlet, slacks.pop(0) if slacks and len(self.tasks) % 2 else None))

    def _waiting(self, outlet: int, slack: float | None) -> Task:
        task = None
        while task is None:
            job_type = self.rng.choices(["repair", "installation", "delivery", "maintenance"], [7, 2, 1, 2])[0]
            hours = promises().respond_hours(job_type, DISTRICTS[outlet].grade)
            unit = self.units.take(outlet, job_type) if slack is None or hours is not None else None
            task = self._task(outlet, unit, job_type) if unit is not None else None
        ago = self.rng.uniform(0.05, 9) if slack is None or hours is None else hours - slack
        task.opened_at = self.now - ago * _HOUR
        task.fate = "queue"
        return task

    # ------------------------------------------------------------------------------------------- what did not come off

    def call_off_some(self) -> None:
        later = [t for t in self.tasks if t.start is not None and t.assigned_at is not None]
        self.rng.shuffle(later)
        for task in self._where_time(later, CANCELLED, self.now - 2 * timedelta(days=1)):
            task.fate, task.reason = "cancelled", self.rng.choice(_CANCELLED)
        for task in self._where_time(later, DECLINED, self.now + 2 * _HOUR):
            task.fate, task.reason = "declined", self.rng.choice(_DECLINED)
        past = [t for t in later if t.fate == "visit" and t.job_type == "repair" and t.end < self.now - _HOUR]
        for task in past[:NOT_COMPLETED]:
            task.fate, task.reason = "cannot_complete", self.rng.choice(_NOT_COMPLETED)

    def _where_time(self, tasks: Sequence[Task], count: int, after: datetime) -> Iterator[Task]:
        """Visits beyond `after` with an hour between booking and start in which somebody may change their mind."""
        for task in tasks:
            assert task.start is not None
            assert task.assigned_at is not None
            until = min(task.start - 40 * _MINUTE, self.now - 2 * _MINUTE)
            if count and task.fate == "visit" and task.start > after and until - task.assigned_at > 8 * _MINUTE:
                share = self.rng.uniform(0.3, 0.9)
                task.called_off_at = task.assigned_at + share * (until - task.assigned_at)
                count -= 1
                yield task

    # ----------------------------------------------------------------------------------------------- how it really went

    def walk_the_days(self) -> None:
        for technician, person in enumerate(self.cast.technicians):
            mine = [t for t in self.tasks if t.technician == technician and t.called_off_at is None]
            here, free_from = person.home, datetime.min.replace(tzinfo=self.now.tzinfo)
            for task in sorted(mine, key=lambda t: t.start or self.now):
                assert task.start is not None
                if not any(b <= free_from <= task.start <= e for b, e in person.shifts):
                    here = person.home
                self._walk(task, here, free_from)
                here, free_from = task.at, task.ended_at or task.end

    def _walk(self, task: Task, here: Place, free_from: datetime) -> None:
        assert task.start is not None
        assert task.assigned_at is not None
        road = travel_minutes(here, task.at)
        set_off = max(task.start - (road + self.rng.uniform(0, 8)) * _MINUTE, free_from + 2 * _MINUTE)
        set_off = max(set_off, task.assigned_at + 6 * _MINUTE)
        arrived = set_off + road * self.rng.uniform(0.85, 1.15) * _MINUTE
        began = arrived + self.rng.uniform(1, 4) * _MINUTE
        ended = began + task.minutes * self.rng.uniform(0.55, 0.93) * _MINUTE
        accepted = task.assigned_at + self.rng.uniform(1, 5) * _MINUTE
        if self.rng.random() < 0.85:
            task.accepted_at = self._if_past(accepted)
        task.set_off_at, task.arrived_at = self._if_past(set_off), self._if_past(arrived)
        task.began_at, task.ended_at = self._if_past(began), self._if_past(ended)
        if task.began_at and not task.ended_at and self.rng.random() < 0.15:
            task.paused_at = self._if_past(began + 9 * _MINUTE)
            task.reason = "等待配件送到 / waiting for a part"

    def _if_past(self, instant: datetime) -> datetime | None:
        return instant if instant < self.now - _MINUTE else None

    def move_some(self) -> None:
        """Visits that somebody else had been booked for first."""
        ahead = [t for t in self.tasks if t.fate == "visit" and t.start and t.start > self.now - 30 * _HOUR]
        self.rng.shuffle(ahead)
        moved = 0
        for task in ahead:
            assert task.start is not None
            assert task.assigned_at is not None
            other = next((t for t in self.able(task) if t != task.technician and self._free(t, task)), None)
            until = min(task.accepted_at or self.now, task.set_off_at or self.now, self.now - 2 * _MINUTE)
            if other is None or until - task.assigned_at < 2.5 * _MINUTE or moved == MOVED:
                continue
            task.first_technician = other
            task.moved_at = task.assigned_at + 0.7 * (until - task.assigned_at)
            self.diary.book(other, task.start, task.minutes, task.at)
            moved += 1

    def _free(self, technician: int, task: Task) -> bool:
        assert task.start is not None
        return self.diary.earliest(technician, task.start, task.minutes, task.at) == task.start

    # ------------------------------------------------------------------------------------------ conflicts to be settled

    def twist(self) -> None:
        """Office and field contradict each other, as they do when phones have no signal."""
        self._cancelled_but_done(0, "done_after_cancel", 0)
        self._unsigned(0)
        self._cancelled_but_done(0, "settled", 20)
        self._two_technicians(1)
        self._wrong_clock(sorted(range(len(DISTRICTS)), key=lambda outlet: (outlet - 2) % len(DISTRICTS)))

    def _latest(self, outlet: int, at_least_ago: float) -> Iterator[Task]:
        """Finished visits of the outlet, the latest first."""
        limit = self.now - at_least_ago * _HOUR
        finished = [
            t
            for t in self.tasks
            if t.outlet == outlet
            and t.ended_at
            and t.ended_at < limit
            and t.fate == "visit"
            and t.twist is None
            and t.moved_at is None
        ]
        yield from sorted(finished, key=lambda t: t.ended_at or limit, reverse=True)

    def _cancelled_but_done(self, outlet: int, twist: Twist, ago: float) -> None:
        for task in self._latest(outlet, ago + 0.2):
            assert task.arrived_at is not None
            assert task.set_off_at is not None
            assert task.ended_at is not None
            task.called_off_at = task.set_off_at + 0.6 * (task.arrived_at - task.set_off_at)
            task.reason = "顾客来电取消 / customer called it off"
            task.twist = twist
            self._without_signal(task, task.set_off_at + 5 * _SECOND, 80)
            return

    def _without_signal(self, task: Task, since: datetime, minutes: float) -> None:
        assert task.ended_at is not None
        assert task.technician is not None
        task.lost_signal_at = since
        task.pushed_at = min(task.ended_at + minutes * _MINUTE, self.now - 2 * _MINUTE)
        self.offline.setdefault(task.technician, []).append((since, task.pushed_at))

    def _unsigned(self, outlet: int) -> None:
        for task in self._latest(outlet, 0.5):
            task.twist = "completion_invalid"
            return

    def _two_technicians(self, outlet: int) -> None:
        for task in self._latest(outlet, 2.6):
            assert task.arrived_at is not None
            assert task.set_off_at is not None
            assert task.ended_at is not None
            second = self._second(task, task.arrived_at + 10 * _MINUTE)
            if second is None:
                continue
            task.twist, task.second = "duplicate_visit", second
            task.moved_at = task.set_off_at + 0.5 * (task.arrived_at - task.set_off_at)
            self._without_signal(task, task.set_off_at + 5 * _SECOND, 0)
            assert task.technician is not None
            task.pushed_at = min(max(task.ended_at, second.ended_at) + 25 * _MINUTE, self.now - 2 * _MINUTE)
            self.offline[task.technician][-1] = (self.offline[task.technician][-1][0], task.pushed_at)
            return

    def _second(self, task: Task, wanted: datetime) -> Second | None:
        for other in self.able(task):
            start = self.diary.earliest(other, wanted, 30, task.at) if other != task.technician else None
            if start is not None and start + 40 * _MINUTE < self.now and start < wanted + 2 * _HOUR:
                self.diary.book(other, start, 30, task.at)
                return Second(other, start, start + 2 * _MINUTE, start + 17 * _MINUTE)
        return None

    def _wrong_clock(self, outlets: Sequence[int]) -> None:
        """A phone whose clock ran days ahead wrote a telephone number that the office had changed as well; at the first
        of `outlets` where it fits."""
        until = self.now - 1.5 * _MINUTE
        for task in sorted(self.tasks, key=lambda t: outlets.index(t.outlet)):
            if (
                task.fate != "visit"
                or task.set_off_at is not None
                or task.accepted_at is None
                or task.twist is not None
                or task.moved_at is not None
            ):
                continue
            assert task.technician is not None
            since = max(task.accepted_at + 20 * _SECOND, self.now - 95 * _MINUTE)
            if until - since > 8 * _MINUTE:
                task.twist, task.lost_signal_at, task.pushed_at = "suspect_time", since, until
                self.offline.setdefault(task.technician, []).append((since, until))
                return

    # -------------------------------------------------------------------------------------------------- after the visit

    def close_files(self) -> None:
        """The office calls back and closes, in the hours of its desk."""
        for task in self.tasks:
            ended = task.ended_at
            if ended is None or task.twist not in (None, "settled") or self.rng.random() < 0.12:
                continue
            closed = max(ended, task.pushed_at or ended) + self.rng.uniform(1, 9) * _HOUR
            local = closed.astimezone(LOCAL)
            if not 8 <= local.hour < 20:
                morning = local.replace(hour=8, minute=30) + self.rng.uniform(0, 150) * _MINUTE
                closed = morning + timedelta(days=local.hour >= 20)
            task.closed_at = self._if_past(closed.astimezone(self.now.tzinfo))


#: How often each kind of job is asked for.
_WEIGHTS = {
    "repair": 44,
    "installation": 18,
    "delivery": 11,
    "maintenance": 14,
    "inspection": 5,
    "removal_refit": 4,
    "return_pickup": 4,
}
_CANCELLED = (
    "顾客已自行解决 / solved by the customer",
    "顾客要求改期，另行预约 / customer will call again",
    "重复报修 / reported twice",
)
_DECLINED = (
    "今天身体不适 / not feeling well today",
    "缺少高空作业证 / no permit for work at height",
    "车辆故障 / vehicle broke down",
)
_NOT_COMPLETED = (
    "顾客不在家，电话无人接听 / nobody at home, no answer",
    "缺少配件，已订货 / part missing, ordered",
    "需吊装设备 / lifting gear needed",
)


class _Units:
    """Which units jobs may be about; each is the subject of one job at most."""

    def __init__(self, rng: Random, cast: Cast) -> None:
        self._rng = rng
        self._cast = cast
        owned = [index for index, unit in enumerate(cast.units) if unit.customer is not None]
        rng.shuffle(owned)
        self._fresh = self._by_outlet(i for i in owned if cast.units[i].just_sold)
        self._old = self._by_outlet(i for i in owned if not cast.units[i].just_sold)

    def _by_outlet(self, indices: Iterator[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {outlet: [] for outlet in range(len(DISTRICTS))}
        for index in indices:
            found[self._cast.units[index].outlet].append(index)
        return found

    def take(self, outlet: int, job_type: str) -> int | None:
        fresh = job_type in ("delivery", "installation", "return_pickup")
        pool = (self._fresh if fresh else self._old)[outlet]
        lines = set(LINES) if job_type != "removal_refit" else {"air_conditioner"}
        if job_type in ("maintenance", "inspection"):
            lines = {"air_conditioner", "refrigerator"}
        fitting = [place for place, index in enumerate(pool) if self._cast.units[index].model.line in lines]
        return pool.pop(self._rng.choice(fitting)) if fitting else None

    def put_back(self, outlet: int, unit: int) -> None:
        pool = self._fresh if self._cast.units[unit].just_sold else self._old
        pool[outlet].append(unit)
