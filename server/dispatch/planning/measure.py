"""Pure. What a plan costs by the terms of the objective, as it was told and as it is planned, on the same travel times.

A shift is one tour: from where its technician is (or home), through its visits in order of time, and home; a visit
outside every shift counts with the shift before it.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from server.dispatch.planning.scene import Scene, Subject, Visit, shifts_in
from server.dispatch.rules.objective import NAMES
from server.dispatch.rules.problem import Place, Span, Stop, Technician
from server.dispatch.rules.travel import TravelModel

VALUE = {name: 0.0 for name in NAMES}


class Tour(NamedTuple):
    """`legs[i]`: seconds of travel to stop i; the last one goes home."""

    technician_id: str
    stops: tuple[Stop, ...]
    legs: tuple[int, ...]
    overtime_s: int


class Totals(NamedTuple):
    """Of the jobs that the plan may place; travel and overtime are those of all their technicians' tours. `promised`:
    visits with a promise, `kept` of them begin in time; `missed`: promises that are not, or that no visit keeps."""

    visits: int
    unassigned: int
    promised: int
    kept: int
    missed: int
    late_s: int
    travel_s: int
    overtime_s: int


class Measured(NamedTuple):
    """`terms`: term → value in its unit. `travel`: job → seconds of travel to its visit."""

    totals: Totals
    terms: Mapping[str, float]
    travel: Mapping[str, int]


def measure(scene: Scene, visits: Mapping[str, Visit], travel: TravelModel) -> Measured:
    """`visits`: of the scene's subjects, job → visit."""
    tours = [tour for person in scene.routes(visits) for tour in tours_of(person, scene, travel)]
    travel_s, overtime_s = sum(sum(t.legs) for t in tours), sum(t.overtime_s for t in tours)
    promised = [(s, visits[i]) for i, s in scene.subjects.items() if s.job.due is not None and i in visits]
    late = [(s, visit) for s, visit in promised if late_s(s, visit)]
    nobody = [s for i, s in scene.subjects.items() if i not in visits]
    hopeless = [s for s in nobody if s.job.due is not None and s.job.due < scene.end]
    totals = Totals(
        visits=len(visits),
        unassigned=len(nobody),
        promised=len(promised),
        kept=len(promised) - len(late),
        missed=len(late) + len(hopeless),
        late_s=sum(late_s(s, visit) or 0 for s, visit in late),
        travel_s=travel_s,
        overtime_s=overtime_s,
    )
    values = dict(VALUE)
    values["missed"] = sum(s.job.weight for s, _ in late) + sum(s.job.weight for s in hopeless)
    values["late"] = sum((late_s(s, v) or 0) / 60 * s.job.weight for s, v in late)
    values["unassigned"] = sum(s.told is None for s in nobody)
    values["overtime"], values["travel"] = overtime_s / 60, travel_s / 60
    _count_changes(scene, visits, values)
    _count_people(scene, visits, values)
    return Measured(totals, values, _travel_to(tours))


def late_s(subject: Subject, visit: Visit) -> int | None:
    """Seconds after the promise, 0 when it is kept; None without one."""
    return None if subject.job.due is None else max(0, visit.start - subject.job.due)


def tours_of(person: Technician, scene: Scene, travel: TravelModel) -> Iterable[Tour]:
    shifts = shifts_in(person, scene)
    for index, shift in enumerate(shifts):
        following = shifts[index + 1].start if index + 1 < len(shifts) else scene.end + 86_400
        stops = tuple(s for s in person.route if (not index or s.start >= shift.start) and s.start < following)
        if stops:
            yield _tour(person, shift, stops, scene, travel)


def _tour(person: Technician, shift: Span, stops: tuple[Stop, ...], scene: Scene, travel: TravelModel) -> Tour:
    begun = person.here is not None and shift.start <= scene.start
    origin = person.here if begun and person.here is not None else person.home
    legs = travel.legs([origin, *(Place(s.lat, s.lon) for s in stops), person.home], max(shift.start, person.free_from))
    return Tour(person.id, stops, tuple(legs), max(0, stops[-1].end + legs[-1] - shift.end))


def _count_changes(scene: Scene, visits: Mapping[str, Visit], values: dict[str, float]) -> None:
    for job_id, told in scene.told.items():
        visit = visits.get(job_id)
        if visit is None:
            values["dropped"] += 1
        elif visit[:2] != told[:2]:
            values["changed"] += 1
            values["hands"] += visit.technician_id != told.technician_id
            values["moved"] += abs(visit.start - told.start) / 60


def _count_people(scene: Scene, visits: Mapping[str, Visit], values: dict[str, float]) -> None:
    people = {person.id: person for person in scene.people}
    mean = sum(person.recent_work_s for person in scene.people) / max(1, len(people))
    for job_id, visit in visits.items():
        job, person = scene.subjects[job_id].job, people.get(visit.technician_id)
        if person is None:
            continue
        values["overqualified"] += len(person.skills - job.skills)
        values["unfamiliar"] += job.last_technician_id not in (None, person.id)
        values["load"] += max(0.0, person.recent_work_s - mean) / 3600


def _travel_to(tours: Iterable[Tour]) -> dict[str, int]:
    return {stop.job_id: leg for tour in tours for stop, leg in zip(tour.stops, tour.legs[:-1], strict=True)}
