"""What lies ahead in the first outlet of the demonstration firm: a visit that is fixed, a technician who will be on
leave, and a plan that the server makes as soon as it is up, for a dispatcher to look at."""

from datetime import datetime, time, timedelta

from schemas.dispatch import NewPlan
from schemas.jobs import Lock
from schemas.network import NewAbsence
from server.demo.cast import LOCAL, day_of
from server.demo.firm import Firm
from server.demo.plan import Plan, Task
from server.demo.story import Story
from server.dispatch import plans
from server.jobs import actions as jobs
from server.network import people

_OUTLET = 0
_LEAVE_IN_DAYS = 2
_PLANNED_DAYS = 2
_SEARCH_SECONDS = 3.0


async def prepare(firm: Firm, plan: Plan, story: Story, now: datetime) -> None:
    """Inside the transaction that makes the firm."""
    office = firm.dispatchers[_OUTLET]
    visits = [(key, task) for key, task in enumerate(plan.tasks) if _to_come(task, now)]
    for key, _ in visits[:1]:
        await jobs.lock(office, story.job_id(key), Lock.BOTH)
    leave = day_of(now) + timedelta(days=_LEAVE_IN_DAYS)
    busy = {task.technician for _, task in visits if task.start is not None and day_of(task.start) == leave}
    for technician in sorted(number for number in busy if number is not None)[:1]:
        starts = datetime.combine(leave, time(), LOCAL)
        absence = NewAbsence(starts_at=starts, ends_at=starts + timedelta(days=1), note="年假")
        await people.add_absence(office, firm.technician_ids[technician], absence)
    outlet_id = firm.outlets[_OUTLET]["id"]
    await plans.begin(office, NewPlan(outlet_id=outlet_id, days=_PLANNED_DAYS, seconds=_SEARCH_SECONDS))


def _to_come(task: Task, now: datetime) -> bool:
    """Booked, and not before tomorrow, when nothing of it has happened yet."""
    if task.outlet != _OUTLET or task.fate != "visit" or task.technician is None or task.start is None:
        return False
    return day_of(task.start) > day_of(now)
