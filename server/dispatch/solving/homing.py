"""Pure. Visits in other hands than people were told go back, where the plan is better for it.

First one by one, alone or in exchange for another; then by chance: a visit, and a few of those in its way, are taken
out and put back one after another. Only what is better by the objective stays.
"""

import random

from server.dispatch.solving.insertion import Stop, exchange, insert, insert_all
from server.dispatch.solving.plan import Plan

TRIES = 400
"""In vain, one after another, until it is enough."""


def bring_home(plan: Plan, stop: Stop, seed: int) -> None:
    for j in _abroad(plan):
        if not stop():
            _try(plan, j, [], stop)
    draw, fails = random.Random(seed), 0
    while fails < TRIES and not stop() and (abroad := _abroad(plan)):
        j = draw.choice(abroad)
        own = [i for v in _own_vans(plan, j) for i in plan.routes[v]]
        fails = 0 if _try(plan, j, draw.sample(own, min(len(own), draw.randint(1, 3))), stop) else fails + 1


def _abroad(plan: Plan) -> list[int]:
    vans = plan.model.vans
    return [
        j
        for j, (task, v) in enumerate(zip(plan.model.tasks, plan.van_of, strict=True))
        if task.told is not None and v is not None and vans[task.told.van].person != vans[v].person
    ]


def _own_vans(plan: Plan, j: int) -> list[int]:
    told, vans = plan.model.tasks[j].told, plan.model.vans
    assert told is not None
    return [v for v in plan.model.able[j] if vans[v].person == vans[told.van].person]


def _try(plan: Plan, j: int, in_the_way: list[int], stop: Stop) -> bool:
    before, key = plan.snapshot(), plan.key()
    out = {j, *in_the_way}
    for v in {plan.van_of[i] for i in out}:
        if v is not None:
            plan.put(v, [i for i in plan.routes[v] if i not in out])
    own = _own_vans(plan, j)
    back = insert(plan, j, own) or (not in_the_way and exchange(plan, j, own, stop))
    if back and not insert_all(plan, in_the_way, stop) and plan.key() < key:
        return True
    plan.restore(before)
    return False
