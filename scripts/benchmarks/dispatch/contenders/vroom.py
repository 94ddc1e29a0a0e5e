"""Plain pyvroom at a level of exploration, on both cores, with the time limit given to it."""

from datetime import timedelta

import vroom  # type: ignore[import-untyped]

from scripts.benchmarks.dispatch.contenders.plain import Plain, Plan

THREADS = 2


def plan(problem: Plain, seconds: float, level: int) -> Plan:
    asked = vroom.Input()
    asked.set_durations_matrix("car", problem.seconds)
    loaded = any(shift.capacity for shift in problem.shifts)
    asked.add_vehicle(
        [
            vroom.Vehicle(
                shift.id,
                start=shift.start,
                end=shift.end,
                skills=set(shift.skills),
                time_window=vroom.TimeWindow(shift.opens, shift.closes),
                capacity=[shift.capacity] if loaded else (),
            )
            for shift in problem.shifts
        ]
    )
    asked.add_job(
        [
            vroom.Job(
                work.id,
                work.place,
                default_service=work.service,
                delivery=vroom.Amount([work.load]) if loaded else vroom.Amount(),
                skills=set(work.skills),
                priority=work.weight,
                time_windows=[vroom.TimeWindow(work.opens, work.closes)],
            )
            for work in problem.works
        ]
    )
    found = asked.solve(exploration_level=level, nb_threads=THREADS, timeout=timedelta(seconds=seconds))
    routes: Plan = {}
    for step in found.routes[found.routes["type"] == "job"].itertuples():
        routes.setdefault(int(step.vehicle_id), []).append(int(step.id))
    return routes
