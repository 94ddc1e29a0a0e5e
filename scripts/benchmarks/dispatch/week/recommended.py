"""Recommend only: every call is put, once, where the recommendation says; the routes are then driven as they stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from scripts.benchmarks.dispatch.week.world import GRACE_S, Call, Person, Standing, View
from server.dispatch.rules.problem import Job, Limits, Place, Span, Stop, Technician
from server.dispatch.rules.recommendation import recommend

OUTLET = "city"
LIMITS = Limits(freeze_s=0, overtime_s=GRACE_S)


@dataclass
class Recommended:
    """`routes`: person → calls in order. `unplaced`: calls without a proposal; asked again at every tick."""

    zone: tzinfo
    routes: dict[int, list[Call]] = field(default_factory=dict)
    unplaced: list[Call] = field(default_factory=list)

    def called(self, view: View, calls: Sequence[Call]) -> None:
        for call in calls:
            self._place(view, call)

    def send(self, view: View, ticked: bool) -> Iterator[tuple[int, int]]:
        if ticked:
            again, self.unplaced = self.unplaced, []
            for call in again:
                self._place(view, call)
        for one in view.free():
            route = self.routes.get(one.person.id)
            if route and view.can(one, route[0]):
                yield one.person.id, route.pop(0).id

    def _place(self, view: View, call: Call) -> None:
        job = Job(
            str(call.id), *call.place, call.service_s, OUTLET, frozenset({call.skill}), due=call.due, weight=call.weight
        )
        people = [self._technician(view, one) for one in view.people if call.skill in one.person.skills]
        found = recommend(job, people, view.travel, view.now, self.zone, limits=LIMITS).proposals
        if found:
            self.routes.setdefault(int(found[0].technician_id), []).insert(found[0].position, call)
        else:
            self.unplaced.append(call)

    def _technician(self, view: View, one: Standing) -> Technician:
        person, free_from = one.person, view.free_from(one)
        under_way = one.shift(view.now) is not None or one.call is not None
        here = one.call.place if one.call else one.place
        return Technician(
            str(person.id),
            person.id,
            str(person.id),
            OUTLET,
            person.home,
            tuple(shift for shift in person.shifts if shift.end > view.now),
            skills=person.skills,
            route=tuple(as_driven(view, person, self.routes.get(person.id, ()), here, free_from)),
            here=here if under_way else None,
            free_from=free_from,
        )


def as_driven(view: View, person: Person, route: Sequence[Call], here: Place, free_from: int) -> Iterator[Stop]:
    """The route as it will be driven from here, if nothing takes longer than expected: what no longer fits into a shift
    opens the next."""
    shifts = [shift for shift in person.shifts if shift.end > view.now]
    now, shift = max(free_from, shifts[0].start), shifts.pop(0)
    for call in route:
        start = now + view.seconds(here, call.place)
        if shifts and not _fits(view, person, call, start, shift):
            shift = shifts.pop(0)
            start = shift.start + view.seconds(person.home, call.place)
        yield Stop(str(call.id), *call.place, start, call.service_s, due=call.due, weight=call.weight)
        now, here = start + call.service_s, call.place


def _fits(view: View, person: Person, call: Call, start: int, shift: Span) -> bool:
    return start + call.service_s + view.seconds(call.place, person.home) <= shift.end + GRACE_S
