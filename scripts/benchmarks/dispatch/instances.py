"""Pure. Seeded field-service instances, the same for every solver.

World: 30 × 30 km, half of the jobs in eight clusters, great-circle × 1.3 at 30 km/h, 60 to 90 min of work, three
skills, 8 h shifts that start and end at home. Due times: 15 % within 1 to 4 h (weight 10), 25 % within 3 to 8 h
(weight 3), the rest on the last day (weight 1); 15 % of the customers are not there from the start. Times are whole
seconds since the start of day one, distances metres. The goals of docs/performance.md were set on seeds 1, 2 and 3 of
this generator: the order in which it draws is part of it.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAY, SHIFT, MINUTE = 86_400, 8 * 3600, 60
METRES_PER_SECOND, DETOUR = 30 / 3.6, 1.3
SIDE_M = 30_000
URGENT = 10
"""The weight of the most urgent promises."""

Numbers = NDArray[Any]


@dataclass(frozen=True)
class Vehicle:
    """One technician on one day, from `start` to `end`, at place `home` before and after."""

    technician: int
    home: int
    start: int
    end: int
    skills: tuple[int, ...]


@dataclass(frozen=True)
class Instance:
    """Arrays with one entry per job; `seconds` and `metres`: square, over the jobs first and then the homes."""

    vehicles: tuple[Vehicle, ...]
    service: Numbers
    skill: Numbers
    early: Numbers
    due: Numbers
    weight: Numbers
    seconds: Numbers
    metres: Numbers

    @property
    def jobs(self) -> int:
        return len(self.due)


def generate(n_jobs: int, n_technicians: int, days: int, seed: int) -> Instance:
    draw = np.random.default_rng(seed)
    places = _places(draw, n_jobs, n_technicians)
    service = draw.integers(60, 91, n_jobs) * MINUTE
    skill = draw.choice(3, n_jobs, p=[0.5, 0.3, 0.2])
    skills = [_skills(draw) for _ in range(n_technicians)]
    early, due, weight = _promises(draw, n_jobs, days)
    metres = np.hypot(*(places[:, None, k] - places[None, :, k] for k in (0, 1))) * DETOUR
    vehicles = tuple(
        Vehicle(who, n_jobs + who, day * DAY, day * DAY + SHIFT, skills[who])
        for who in range(n_technicians)
        for day in range(days)
    )
    seconds = np.rint(metres / METRES_PER_SECOND).astype(np.int64)
    return Instance(vehicles, service, skill, early, due, weight, seconds, np.rint(metres).astype(np.int64))


def with_urgent(instance: Instance, count: int, within_s: tuple[int, int], seed: int) -> Instance:
    """The last `count` jobs become urgent: due at an instant drawn from `within_s`, of the greatest weight."""
    draw = np.random.default_rng(seed)
    due, weight, early = instance.due.copy(), instance.weight.copy(), instance.early.copy()
    due[-count:] = draw.integers(*within_s, count)
    weight[-count:], early[-count:] = URGENT, 0
    return replace(instance, due=due, weight=weight, early=early)


def _places(draw: np.random.Generator, n_jobs: int, n_technicians: int) -> Numbers:
    clusters = draw.uniform(3000, 27000, (8, 2))
    in_cluster = draw.random((n_jobs, 1)) < 0.5
    near = clusters[draw.integers(0, 8, n_jobs)] + draw.normal(0, 1500, (n_jobs, 2))
    jobs = np.where(in_cluster, near, draw.uniform(0, SIDE_M, (n_jobs, 2))).clip(0, SIDE_M)
    return np.vstack([jobs, draw.uniform(0, SIDE_M, (n_technicians, 2))])


def _skills(draw: np.random.Generator) -> tuple[int, ...]:
    chance = draw.random()
    count = 1 if chance < 0.4 else (2 if chance < 0.8 else 3)
    return tuple(sorted(draw.choice(3, count, replace=False, p=[0.45, 0.3, 0.25]).tolist()))


def _promises(draw: np.random.Generator, n_jobs: int, days: int) -> tuple[Numbers, Numbers, Numbers]:
    early, due, weight = (np.zeros(n_jobs, int) for _ in range(3))
    for i in range(n_jobs):
        chance = draw.random()
        if chance < 0.15:
            due[i], weight[i] = draw.integers(60 * MINUTE, 240 * MINUTE), URGENT
        elif chance < 0.40:
            due[i], weight[i] = draw.integers(180 * MINUTE, 480 * MINUTE), 3
        else:
            due[i] = (DAY + draw.integers(0, SHIFT)) if days == 2 else SHIFT
            weight[i] = 1
        if draw.random() < 0.15:
            early[i] = min(draw.integers(0, 180 * MINUTE), due[i] - 1800)
    return early.clip(0), due, weight


def to_vroom(instance: Instance) -> dict[str, Any]:
    """The instance in VROOM's JSON, with a soft `due` and its weight (`priority`) beside each job's hard window."""
    last = max(vehicle.end for vehicle in instance.vehicles)
    return {
        "vehicles": [
            {
                "id": i,
                "start_index": vehicle.home,
                "end_index": vehicle.home,
                "time_window": [vehicle.start, vehicle.end],
                "skills": [skill + 1 for skill in vehicle.skills],
                "description": f"technician {vehicle.technician}",
            }
            for i, vehicle in enumerate(instance.vehicles)
        ],
        "jobs": [
            {
                "id": j,
                "location_index": j,
                "service": int(instance.service[j]),
                "skills": [int(instance.skill[j]) + 1],
                "time_windows": [[int(instance.early[j]), last]],
                "due": int(instance.due[j]),
                "priority": int(instance.weight[j]),
            }
            for j in range(instance.jobs)
        ],
        "matrices": {"car": {"durations": instance.seconds.tolist(), "distances": instance.metres.tolist()}},
    }
