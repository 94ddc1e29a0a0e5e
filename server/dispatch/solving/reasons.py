"""Pure. Why a job is on no route: the first rule that leaves no vehicle, as a code and a sentence in each language."""

from schemas.solving import Reason
from server.commitments.rules.said import Said
from server.dispatch.solving.plan import Plan
from server.dispatch.solving.timetable import timetable

WHY: dict[str, Said] = {
    "skills": Said("没有一辆车具备所需技能。", "No vehicle has all the skills it needs."),
    "capacity": Said("任何能做它的车都装不下。", "It is too much for every vehicle that could do it."),
    "windows": Said(
        "即使空车也无法在时间窗和班次内完成。",
        "Even an empty vehicle could not do it within its time windows and the shift.",
    ),
    "full": Said("能做它的班次都已排满。", "Every shift that could do it is full."),
    "dropped": Said(
        "已告知的上门现在无法安排。", "People were told of this visit, and there is no place for it any more."
    ),
}
"""By code; `dropped` wins over the others, whose sentence follows it."""


def reason_left(plan: Plan, j: int) -> Reason:
    code = _code(plan, j)
    said = WHY[code]
    if plan.model.tasks[j].told is None:
        return Reason(code=code, zh=said.zh, en=said.en)
    lost = WHY["dropped"]
    return Reason(code="dropped", zh=lost.zh + said.zh, en=f"{lost.en} {said.en}")


def _code(plan: Plan, j: int) -> str:
    model = plan.model
    task, able = model.tasks[j], model.able[j]
    if not able:
        return "skills"
    heavier = [
        v
        for v in able
        if any(max(d, p) > can for d, p, can in zip(task.delivery, task.pickup, model.vans[v].capacity, strict=True))
    ]
    if len(heavier) == len(able):
        return "capacity"
    return "full" if any(timetable(model, v, [j]) for v in able) else "windows"
