"""Pure. From a scene to the problem that `solving` answers, and back.

- One vehicle is one person's shift, cut at absences. A shift is as long as it is, or as the visits need that are in it.
- Whoever may do a job, by every hard rule that holds for the whole of the shift, is one skill: jobs with the same
  people share it. What holds for part of a shift only (a loan until noon) is left to `filling`, which knows it exactly.
- Everything is on whole minutes: travel and lengths rounded up, visits that stay from the minute they begin in, so
  that what comes back can be booked as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from schemas.solving import Job as Task
from schemas.solving import Lock, Matrix, PlannedStep, Problem, Solution, Vehicle
from server.dispatch.planning.scene import MINUTE, Scene, Subject, Visit, shifts_in, up_to_minute
from server.dispatch.rules.insertion import ruled_out
from server.dispatch.rules.problem import Job, Place, Span, Stop, Technician, spans_barred, spans_within

_WHOLE_WEIGHT = 4  # the least weight is a quarter, and the solver's are whole numbers
_STAYS: Lock = "both"
_FAR = 400 * 86_400


class Piece(NamedTuple):
    """What of a shift somebody works in one go, from `origin`."""

    person: Technician
    span: Span
    origin: Place


@dataclass(frozen=True)
class Posed:
    """`places`: what the matrix is over, in its order."""

    scene: Scene
    pieces: Sequence[Piece]
    subjects: Sequence[Subject]
    places: Sequence[Place]
    index: Mapping[Place, int] = field(repr=False)


def pose(scene: Scene) -> Posed:
    pieces = [piece for person in scene.people for piece in _pieces(person, scene)]
    subjects = list(scene.subjects.values())
    index: dict[Place, int] = {}
    for place in _places(scene):
        index.setdefault(place, len(index))
    return Posed(scene, pieces, subjects, list(index), index)


def problem(posed: Posed, seconds: ArrayLike) -> Problem:
    """`seconds`: of travel between `posed.places`."""
    whole: list[list[int]] = (-(-np.asarray(seconds) // MINUTE) * MINUTE).tolist()
    numbers = {subject.job.id: n for n, subject in enumerate(posed.subjects, 1)}
    skills = _skills(posed)
    tasks = [_task(n, s, posed.index, skills.of_subject[s.job.id]) for n, s in enumerate(posed.subjects, 1)]
    vehicles, others = [], len(tasks)
    told = _told_by_piece(posed)
    for n, piece in enumerate(posed.pieces):
        stops = told[n]
        steps = []
        for stop in stops:
            subject = posed.scene.subjects.get(stop.job_id)
            if subject is None:
                others += 1
                tasks.append(_standing(others, stop, posed.index))
            begins = stop.start // MINUTE * MINUTE
            fixed = _STAYS if subject is None else ("person" if subject.job.lock == "person" else "none")
            number = others if subject is None else numbers[stop.job_id]
            steps.append(PlannedStep(id=number, service_at=begins, fixed=fixed))
        vehicles.append(
            Vehicle(
                id=n + 1,
                start_index=posed.index[piece.origin],
                end_index=posed.index[piece.person.home],
                time_window=_window(piece, stops, posed.index, whole),
                skills=sorted(skills.of_piece[n]),
                steps=steps,
            )
        )
    return Problem(vehicles=vehicles, jobs=tasks, matrices={"car": Matrix(durations=whole)})


def visits_of(posed: Posed, solution: Solution) -> dict[str, Visit]:
    """Job → its visit in the solution."""
    found = {}
    for route in solution.routes:
        person = posed.pieces[route.vehicle - 1].person
        for step in route.steps:
            if step.type == "job" and step.id is not None and step.id <= len(posed.subjects):
                subject = posed.subjects[step.id - 1]
                found[subject.job.id] = _visit(subject, person.id, step.arrival + step.waiting_time)
    return found


def _visit(subject: Subject, technician_id: str, start: int) -> Visit:
    told = subject.told
    if told is not None and told.technician_id == technician_id and told.start // MINUTE * MINUTE == start:
        return told
    return Visit(technician_id, start, start + subject.job.service_s)


def _pieces(person: Technician, scene: Scene) -> Iterable[Piece]:
    for shift in shifts_in(person, scene):
        running = shift.start <= scene.start
        origin = person.here if running and person.here is not None else person.home
        start = up_to_minute(max(shift.start, person.free_from))
        for absence in sorted(person.absences):
            if absence.start < shift.end and absence.end > start:
                if absence.start > start:
                    yield Piece(person, Span(start, absence.start // MINUTE * MINUTE), origin)
                start, origin = up_to_minute(absence.end), person.home
        if start < shift.end:
            yield Piece(person, Span(start, shift.end // MINUTE * MINUTE), origin)


def _places(scene: Scene) -> Iterable[Place]:
    """Everywhere that anybody of the scene may go."""
    for person in scene.people:
        yield person.home
        if person.here is not None:
            yield person.here
        yield from (Place(stop.lat, stop.lon) for stop in person.route)
    yield from (Place(subject.job.lat, subject.job.lon) for subject in scene.subjects.values())


def _told_by_piece(posed: Posed) -> list[list[Stop]]:
    """The visits of each piece in order of time: in the one they begin in, else the last before them, else the first.
    Those of people who do not work then are in none, and are planned anew."""
    by_person: dict[str, list[int]] = {}
    for n, piece in enumerate(posed.pieces):
        by_person.setdefault(piece.person.id, []).append(n)
    found: list[list[Stop]] = [[] for _ in posed.pieces]
    for person in posed.scene.routes(posed.scene.told):
        own = by_person.get(person.id)
        for stop in person.route if own else ():
            assert own is not None
            begun = [n for n in own if posed.pieces[n].span.start <= stop.start]
            found[begun[-1] if begun else own[0]].append(stop)
    return found


def _window(
    piece: Piece, stops: Sequence[Stop], index: Mapping[Place, int], seconds: Sequence[Sequence[int]]
) -> tuple[int, int]:
    """The piece, or as much more as what stays in it needs, with the way there and home."""
    first, last = piece.span
    for stop in stops:
        at = index[Place(stop.lat, stop.lon)]
        first = min(first, stop.start // MINUTE * MINUTE - seconds[index[piece.origin]][at])
        last = max(last, up_to_minute(stop.end) + seconds[at][index[piece.person.home]])
    return first, last


def _task(number: int, subject: Subject, index: Mapping[Place, int], skill: int) -> Task:
    job = subject.job
    return Task(
        id=number,
        location_index=index[Place(job.lat, job.lon)],
        service=up_to_minute(job.service_s),
        skills=[skill],
        priority=min(100, max(1, round(job.weight * _WHOLE_WEIGHT))),
        time_windows=_open(job, subject.told),
        due=job.due,
    )


def _open(job: Job, told: Visit | None) -> list[tuple[int, int]]:
    """When work may begin: first and last second. A visit told for before the appointment is not held to it."""
    earliest = job.earliest if told is None or told.start >= job.earliest else 0
    if not job.windows:
        return [(earliest, earliest + _FAR)] if earliest else []
    return [(max(span.start, earliest), span.end - 1) for span in job.windows if span.end > earliest]


def _standing(number: int, stop: Stop, index: Mapping[Place, int]) -> Task:
    """A visit that stays as it is."""
    begins = stop.start // MINUTE * MINUTE
    return Task(
        id=number,
        location_index=index[Place(stop.lat, stop.lon)],
        service=up_to_minute(stop.end) - begins,
        time_windows=[(begins, begins)],
        priority=100,
    )


class _Skills(NamedTuple):
    of_subject: Mapping[str, int]
    of_piece: Sequence[set[int]]


def _skills(posed: Posed) -> _Skills:
    numbers: dict[frozenset[int], int] = {}
    known: dict[object, frozenset[int]] = {}
    of_subject = {}
    for subject in posed.subjects:
        alike = _alike(subject.job)
        if alike not in known:
            known[alike] = frozenset(n for n, piece in enumerate(posed.pieces) if _may(subject.job, piece, posed.scene))
        of_subject[subject.job.id] = numbers.setdefault(known[alike], len(numbers) + 1)
    of_piece: list[set[int]] = [set() for _ in posed.pieces]
    for pieces, number in numbers.items():
        for n in pieces:
            of_piece[n].add(number)
    return _Skills(of_subject, of_piece)


def _alike(job: Job) -> object:
    """Jobs with the same answer here may be done by the same people."""
    parts = (frozenset(job.parts.items()), frozenset(job.depot.items())) if job.parts else None
    return job.skills, job.outlet_id, job.declined_by, parts, job.lock, job.held_by if job.lock != "none" else None


def _may(job: Job, piece: Piece, scene: Scene) -> bool:
    if ruled_out(job, piece.person, scene.start) is not None:
        return False
    start, end = piece.span
    if any(rule != "absence" and s.start < end and s.end > start for rule, s in spans_barred(job, piece.person)):
        return False
    return all(
        rule == "locked" or any(s.start <= start and end <= s.end for s in spans)
        for rule, spans in spans_within(job, piece.person)
    )
