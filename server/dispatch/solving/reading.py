"""Pure. From JSON to a problem whose every part makes sense by itself, or a refusal that says which does not.

Also returns what only looks wrong: such things are answered, with a warning.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

from schemas.errors import Code
from schemas.solving import Break, Coordinates, Job, Matrix, Problem, Reason, Vehicle, Window
from server.dispatch.rules.places import in_words, suspicious, suspicious_among
from server.dispatch.rules.problem import Place
from server.dispatch.solving.refusals import Limits, refuse

LATEST = 2**40
"""Of instants: seconds from any zero, also Unix time."""
LONGEST = 2**30
"""Of lengths of time, amounts and costs: 34 years of seconds."""

_IN_MATRIX = re.compile(r"\$\.matri")


def read_problem(body: bytes) -> Problem:
    """Raises ProblemRefused for what is not JSON, or not of this form."""
    try:
        return msgspec.json.decode(body, type=Problem)
    except msgspec.ValidationError as fault:
        why, _, where = str(fault).partition(" - at ")
        if _IN_MATRIX.search(where):
            refuse(Code.MATRIX_INVALID, where.strip("`$."), highest=LONGEST, why=why)
        refuse(Code.INVALID, where.strip("`$."), why=why)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        refuse(Code.MALFORMED, why=str(fault).rstrip("."))
    except RecursionError:
        refuse(Code.NESTED_TOO_DEEP)


def check(problem: Problem, limits: Limits) -> list[Reason]:
    """Raises ProblemRefused at the first thing that cannot be; returns what only looks wrong."""
    for what, found, limit in (
        ("jobs", problem.jobs, limits.jobs),
        ("vehicles", problem.vehicles, limits.vehicles),
    ):
        if len(found) > limit:
            refuse(Code.PROBLEM_TOO_LARGE, what, what=what, count=len(found), limit=limit)
    if problem.shipments:
        refuse(Code.UNSUPPORTED, "shipments", what="shipments")
    if not problem.vehicles:
        refuse(Code.NO_VEHICLES, "vehicles")
    _once((job.id for job in problem.jobs), "jobs")
    _once((vehicle.id for vehicle in problem.vehicles), "vehicles")
    for i, job in enumerate(problem.jobs):
        _check_job(job, f"jobs[{i}]")
    for i, vehicle in enumerate(problem.vehicles):
        _check_vehicle(vehicle, f"vehicles[{i}]")
    _check_amounts(problem)
    _check_steps(problem)
    sizes = _check_matrices(problem, limits)
    _check_places(problem, sizes)
    return _looks_wrong(problem)


def windows_of(windows: Iterable[Window]) -> list[Window]:
    """In order of time, as VROOM takes them."""
    return sorted((start, end) for start, end in windows)


def _once(ids: Iterable[int], where: str) -> None:
    seen: set[int] = set()
    for i, id_ in enumerate(ids):
        if id_ in seen:
            refuse(Code.DUPLICATE_ID, f"{where}[{i}].id", id=id_)
        _within(id_, 0, 2**63 - 1, f"{where}[{i}].id")
        seen.add(id_)


def _within(value: float, low: float, high: float, where: str) -> None:
    if not low <= value <= high:
        refuse(Code.VALUE_OUT_OF_RANGE, where, value=value, low=low, high=high)


def _length(value: int, where: str) -> None:
    if value < 0:
        refuse(Code.DURATION_NEGATIVE, where, value=value)
    _within(value, 0, LONGEST, where)


def _check_windows(windows: Sequence[Window], where: str) -> None:
    for i, (start, end) in enumerate(windows):
        _within(start, 0, LATEST, f"{where}[{i}]")
        _within(end, 0, LATEST, f"{where}[{i}]")
        if end < start:
            refuse(Code.WINDOW_INVALID, f"{where}[{i}]", start=start, end=end)
    ordered = windows_of(windows)
    if any(later[0] <= earlier[1] for earlier, later in pairwise(ordered)):
        refuse(Code.WINDOWS_OVERLAP, where)


def _check_job(job: Job, where: str) -> None:
    for name, length in (("setup", job.setup), ("service", job.service)):
        _length(length, f"{where}.{name}")
    for name, lengths in (("setup_per_type", job.setup_per_type), ("service_per_type", job.service_per_type)):
        for type_, length in lengths.items():
            _length(length, f"{where}.{name}.{type_}")
    _within(job.priority, 0, 100, f"{where}.priority")
    for name, amounts in (("amount", job.amount), ("delivery", job.delivery), ("pickup", job.pickup)):
        for amount in amounts:
            _within(amount, 0, LONGEST, f"{where}.{name}")
    _check_windows(job.time_windows, f"{where}.time_windows")
    if job.due is not None:
        _within(job.due, -LATEST, LATEST, f"{where}.due")


def _check_vehicle(vehicle: Vehicle, where: str) -> None:
    if vehicle.time_window is not None:
        start, end = vehicle.time_window
        _within(start, 0, LATEST, f"{where}.time_window")
        _within(end, 0, LATEST, f"{where}.time_window")
        if end < start:
            refuse(Code.SHIFT_INVALID, f"{where}.time_window", start=start, end=end)
    if not 0 < vehicle.speed_factor <= 5:
        refuse(Code.VALUE_OUT_OF_RANGE, f"{where}.speed_factor", value=vehicle.speed_factor, low=0, high=5)
    for amount in vehicle.capacity:
        _within(amount, 0, LONGEST, f"{where}.capacity")
    costs = vehicle.costs
    for cost in (costs.fixed, costs.per_hour, costs.per_km, costs.per_task_hour):
        _within(cost, 0, LONGEST, f"{where}.costs")
    for limit in (vehicle.max_tasks, vehicle.max_travel_time, vehicle.max_distance):
        if limit is not None:
            _within(limit, 0, 2**63 - 1, where)
    for i, pause in enumerate(vehicle.breaks):
        _check_break(pause, f"{where}.breaks[{i}]")
    _once((pause.id for pause in vehicle.breaks), f"{where}.breaks")


def _check_break(pause: Break, where: str) -> None:
    if pause.max_load is not None:
        refuse(Code.UNSUPPORTED, f"{where}.max_load", what="max_load of breaks")
    _length(pause.service, f"{where}.service")
    _check_windows(pause.time_windows, f"{where}.time_windows")


def _check_amounts(problem: Problem) -> None:
    """All amounts have the same length, as in VROOM; a vehicle or job without any counts as zeros."""
    named = [(f"vehicles[{i}].capacity", vehicle.capacity) for i, vehicle in enumerate(problem.vehicles)]
    for i, job in enumerate(problem.jobs):
        named += [(f"jobs[{i}].delivery", job.delivery or job.amount), (f"jobs[{i}].pickup", job.pickup)]
    lengths = {len(amounts) for _, amounts in named if amounts}
    if len(lengths) > 1:
        odd = next(where for where, amounts in named if amounts and len(amounts) != max(lengths))
        refuse(Code.INVALID, odd, why="amounts differ in length / 数量的维度不一致")


def _check_steps(problem: Problem) -> None:
    known, seen = {job.id for job in problem.jobs}, set()
    for i, vehicle in enumerate(problem.vehicles):
        for k, step in enumerate(vehicle.steps):
            where = f"vehicles[{i}].steps[{k}]"
            if step.type in ("start", "end", "break"):
                continue
            if step.type != "job":
                refuse(Code.UNSUPPORTED, where, what=f"steps of type {step.type}")
            if step.id not in known:
                refuse(Code.STEPS_INVALID, where, id=step.id, zh="问题中没有此工单", en="the problem has no such job")
            if step.id in seen:
                refuse(Code.STEPS_INVALID, where, id=step.id, zh="出现两次", en="it occurs twice")
            seen.add(step.id)
            if step.service_at is not None:
                _within(step.service_at, 0, LATEST, f"{where}.service_at")


def _check_matrices(problem: Problem, limits: Limits) -> dict[str, int]:
    """Profile → size."""
    sizes: dict[str, int] = {}
    given = dict(problem.matrices or {})
    if problem.matrix is not None and "car" not in given:
        given["car"] = Matrix(durations=problem.matrix)
    for profile, matrix in given.items():
        named = (("durations", matrix.durations), ("distances", matrix.distances), ("costs", matrix.costs))
        for name, rows in named:
            if rows is None:
                continue
            where = f"matrices.{profile}.{name}"
            _check_square(rows, where, limits)
            if sizes.setdefault(profile, len(rows)) != len(rows):
                refuse(Code.MATRIX_NOT_SQUARE, where, rows=len(rows), columns=sizes[profile])
        if matrix.durations is None:
            refuse(Code.MATRIX_MISSING, f"matrices.{profile}.durations", profile=profile)
    for i, vehicle in enumerate(problem.vehicles if given else ()):
        _check_profile(vehicle, given, f"vehicles[{i}].profile")
    return sizes


def _check_profile(vehicle: Vehicle, given: Mapping[str, Matrix], where: str) -> None:
    if vehicle.profile not in given:
        refuse(Code.MATRIX_MISSING, where, profile=vehicle.profile)
    by_way = vehicle.costs.per_km or vehicle.max_distance is not None
    if by_way and given[vehicle.profile].distances is None:
        refuse(Code.MATRIX_MISSING, f"matrices.{vehicle.profile}.distances", profile=vehicle.profile)


def _check_square(rows: list[list[int]], where: str, limits: Limits) -> None:
    if len(rows) > limits.places:
        refuse(Code.PROBLEM_TOO_LARGE, where, what="places", count=len(rows), limit=limits.places)
    for i, row in enumerate(rows):
        if len(row) != len(rows):
            refuse(Code.MATRIX_NOT_SQUARE, f"{where}[{i}]", rows=len(rows), columns=len(row))
        if row and (min(row) < 0 or max(row) > LONGEST):
            wrong = next(k for k, value in enumerate(row) if not 0 <= value <= LONGEST)
            refuse(Code.MATRIX_INVALID, f"{where}[{i}][{wrong}]", highest=LONGEST, why=row[wrong])
    if not rows:
        refuse(Code.MATRIX_NOT_SQUARE, where, rows=0, columns=0)


def _check_places(problem: Problem, sizes: dict[str, int]) -> None:
    smallest = min(sizes.values()) if sizes else None
    for i, job in enumerate(problem.jobs):
        _check_place(job.location, job.location_index, smallest, f"jobs[{i}].location", needed=True)
    for i, vehicle in enumerate(problem.vehicles):
        where = f"vehicles[{i}]"
        known = [
            _check_place(vehicle.start, vehicle.start_index, smallest, f"{where}.start", needed=False),
            _check_place(vehicle.end, vehicle.end_index, smallest, f"{where}.end", needed=False),
        ]
        if not any(known):
            refuse(Code.LOCATION_MISSING, where)


def _check_place(place: Coordinates | None, index: int | None, size: int | None, where: str, needed: bool) -> bool:
    """Whether there is one that counts: an index beside matrices, coordinates without."""
    if place is not None and suspicious(Place(place[1], place[0])) in ("location_invalid", "location_swapped"):
        refuse(Code.LOCATION_INVALID, where, value=list(place))
    if size is not None and index is not None and not 0 <= index < size:
        refuse(Code.MATRIX_TOO_SMALL, f"{where}_index", index=index, size=size)
    known = place is not None if size is None else index is not None
    if needed and not known:
        refuse(Code.LOCATION_MISSING, where)
    return known


def _looks_wrong(problem: Problem) -> list[Reason]:
    named = [(f"jobs[{i}].location", job.location) for i, job in enumerate(problem.jobs)]
    for i, vehicle in enumerate(problem.vehicles):
        named += [(f"vehicles[{i}].start", vehicle.start), (f"vehicles[{i}].end", vehicle.end)]
    given = [(where, Place(place[1], place[0])) for where, place in named if place is not None]
    odd = suspicious_among([place for _, place in given])
    return [_warning(code, given[i][0]) for i, code in sorted(odd.items())]


def _warning(code: str, where: str) -> Reason:
    said = in_words(code)
    return Reason(code=code, zh=said.zh, en=said.en, where=where)
