"""Pure. An independent judge of a plan: it plays the routes and counts, and trusts nothing a solver says of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scripts.benchmarks.dispatch.instances import Instance, Vehicle

Routes = Mapping[int, Sequence[int]]
"""Vehicle index → job indices in order."""


class Verdict(NamedTuple):
    """A breach is a job that starts after its due time or is on no route. `weighted`: breaches times their weights;
    `tardy_h`, `travel_h`: hours; `broken`: rules that no plan may break."""

    breaches: int
    late: int
    unassigned: int
    weighted: int
    tardy_h: float
    travel_h: float
    broken: tuple[str, ...]


class _Count:
    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.broken: list[str] = []
        self.late = self.weighted = self.tardy = self.travel = 0


def judge(instance: Instance, routes: Routes) -> Verdict:
    """Every visit starts as early as it can."""
    count = _Count()
    for index, route in routes.items():
        if route:
            _play(instance, instance.vehicles[index], route, count)
    left = [job for job in range(instance.jobs) if job not in count.seen]
    return Verdict(
        count.late + len(left),
        count.late,
        len(left),
        count.weighted + sum(int(instance.weight[job]) for job in left),
        count.tardy / 3600,
        count.travel / 3600,
        tuple(count.broken),
    )


def _play(instance: Instance, vehicle: Vehicle, route: Sequence[int], count: _Count) -> None:
    now, here = vehicle.start, vehicle.home
    for job in route:
        if job in count.seen:
            count.broken.append(f"job {job} is visited twice")
        count.seen.add(job)
        if instance.skill[job] not in vehicle.skills:
            count.broken.append(f"technician {vehicle.technician} lacks the skill for job {job}")
        step, due = int(instance.seconds[here, job]), int(instance.due[job])
        count.travel += step
        now = max(now + step, int(instance.early[job]))
        if now > due:
            count.late += 1
            count.weighted += int(instance.weight[job])
            count.tardy += now - due
        now += int(instance.service[job])
        here = job
    step = int(instance.seconds[here, vehicle.home])
    count.travel += step
    if now + step > vehicle.end:
        count.broken.append(f"technician {vehicle.technician} is home {now + step - vehicle.end} s after the shift")
