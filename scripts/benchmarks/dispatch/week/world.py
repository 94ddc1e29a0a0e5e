"""Pure. A week of visits played minute by minute, the same for every way of dispatching.

Every change of the world is one event: a call, the begin or end of a shift, an arrival, the end of a visit, a tick.
After each the way is asked who is to set out where; it sees only what a dispatcher would know: expected durations,
never the true ones, and no call before it has come in. Only the visit under way is fixed.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from server.dispatch.rules.problem import Place, Span
from server.dispatch.rules.travel import GreatCircle

GRACE_S = 1800
"""Nobody sets out for a visit after which he is expected home later than this after the end of the shift."""

TICK_S = 1200


class Call(NamedTuple):
    """A request for a visit. `service_s`: what such a visit takes on average; `due`: the latest arrival that keeps the
    promise."""

    id: int
    opened: int
    place: Place
    skill: str
    service_s: int
    due: int
    weight: int


class Truth(NamedTuple):
    """What the visit will really take, and its journey as a multiple of what was expected."""

    service_s: int
    journey: float


class Person(NamedTuple):
    id: int
    home: Place
    skills: frozenset[str]
    shifts: tuple[Span, ...]


@dataclass
class Standing:
    """Where somebody is: idle at `place`, or under way to or at `call`. `expected_free`: when that visit should end."""

    person: Person
    place: Place
    call: Call | None = None
    arrives: int = 0
    free_at: int = 0
    expected_free: int = 0
    travel_s: float = 0.0

    def shift(self, now: int) -> Span | None:
        return next((shift for shift in self.person.shifts if shift.start <= now < shift.end), None)


@dataclass
class View:
    """What a dispatcher knows. `waiting`: calls nobody has set out for, by id, oldest first."""

    travel: GreatCircle
    people: list[Standing]
    now: int = 0
    waiting: dict[int, Call] = field(default_factory=dict)

    def seconds(self, a: Place, b: Place) -> int:
        return self.travel.legs((a, b), self.now)[0]

    def free(self) -> list[Standing]:
        return [one for one in self.people if one.call is None and one.shift(self.now) is not None]

    def can(self, one: Standing, call: Call) -> bool:
        """Skilled, on shift, and expected home in time."""
        shift = one.shift(self.now)
        if shift is None or call.skill not in one.person.skills:
            return False
        out, back = self.seconds(one.place, call.place), self.seconds(call.place, one.person.home)
        return self.now + out + call.service_s + back <= shift.end + GRACE_S

    def free_from(self, one: Standing) -> int:
        """When somebody is expected to be free; now for the idle and for whoever should long have been."""
        return self.now if one.call is None else max(self.now, one.expected_free)


class Way(Protocol):
    """A way of dispatching. Both are asked after every event, `called` first and only with new calls."""

    def called(self, view: View, calls: Sequence[Call]) -> None: ...

    def send(self, view: View, ticked: bool) -> Iterable[tuple[int, int]]:
        """Person and call, for people who are free."""
        ...


class Played(NamedTuple):
    """`arrived`: call → instant. `travel_s`: of everybody, the ways home included."""

    arrived: Mapping[int, int]
    travel_s: float
    visits: int
    overtime_s: int


_CALL, _ARRIVES, _DONE, _SHIFT, _TICK = range(5)


def play(
    calls: Sequence[Call], truths: Sequence[Truth], people: Sequence[Person], way: Way, travel: GreatCircle, until: int
) -> Played:
    """From the first call to `until`."""
    view = View(travel, [Standing(person, person.home) for person in people])
    events = [(call.opened, _CALL, call.id) for call in calls]
    for person in people:
        events += [(instant, _SHIFT, person.id) for shift in person.shifts for instant in (shift.start, shift.end)]
    ticks = {instant for person in people for shift in person.shifts for instant in range(*shift, TICK_S)}
    events += [(instant, _TICK, 0) for instant in ticks]
    heapq.heapify(events)
    world = _World(view, {call.id: call for call in calls}, dict(enumerate(truths)), events)
    while events and events[0][0] < until:
        new, ticked = world.step()
        if new:
            way.called(view, new)
        for who, call_id in way.send(view, ticked):  # one by one: who is asked next sees that it is taken
            world.set_out(who, call_id)
    return Played(world.arrived, sum(one.travel_s for one in view.people), len(world.arrived), world.overtime_s)


@dataclass
class _World:
    view: View
    calls: dict[int, Call]
    truths: dict[int, Truth]
    events: list[tuple[int, int, int]]
    arrived: dict[int, int] = field(default_factory=dict)
    overtime_s: int = 0

    def step(self) -> tuple[list[Call], bool]:
        """Everything that happens at the next instant; the calls that came in, and whether the clock ticked."""
        self.view.now = now = self.events[0][0]
        new, ticked = [], False
        while self.events and self.events[0][0] == now:
            _, kind, who = heapq.heappop(self.events)
            if kind == _CALL:
                self.view.waiting[who] = self.calls[who]
                new.append(self.calls[who])
            elif kind == _ARRIVES:
                self._arrive(self.view.people[who])
            elif kind == _DONE:
                self._finish(self.view.people[who])
            elif kind == _SHIFT:
                self._go_home(self.view.people[who])
            ticked = ticked or kind == _TICK
        return new, ticked

    def set_out(self, person: int, call_id: int) -> None:
        """Raises `ValueError` for what no dispatcher may do: the fault is the way's."""
        view, one, call = self.view, self.view.people[person], self.view.waiting.get(call_id)
        if call is None or one.call is not None or not view.can(one, call):
            raise ValueError(f"person {person} cannot set out for call {call_id} now")
        del view.waiting[call_id]
        expected, truth = view.seconds(one.place, call.place), self.truths[call_id]
        one.call, one.arrives = call, view.now + round(expected * truth.journey)
        one.travel_s += one.arrives - view.now
        one.free_at, one.expected_free = one.arrives + truth.service_s, view.now + expected + call.service_s
        heapq.heappush(self.events, (one.arrives, _ARRIVES, person))
        heapq.heappush(self.events, (one.free_at, _DONE, person))

    def _arrive(self, one: Standing) -> None:
        assert one.call is not None
        self.arrived[one.call.id] = one.arrives
        one.place, one.expected_free = one.call.place, one.arrives + one.call.service_s

    def _finish(self, one: Standing) -> None:
        one.call = None
        self._go_home(one)

    def _go_home(self, one: Standing) -> None:
        """Once the shift is over and nothing is left to finish."""
        now = self.view.now
        if one.call is not None or one.shift(now) is not None or one.place == one.person.home:
            return
        back = self.view.seconds(one.place, one.person.home)
        one.travel_s += back
        one.place = one.person.home
        ended = max(shift.end for shift in one.person.shifts if shift.end <= now)
        self.overtime_s += max(0, now + back - ended)
