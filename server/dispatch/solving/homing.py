"""Pure. Visits in other hands than people were told go back, where the plan is better for it.

First one by one, alone or in exchange for another. Then by chance: a visit, and a few of those in its way, are taken
out and put back one after another; what is a little worse may stay for a while (annealing), the best is kept.
"""

import random

from server.dispatch.solving.insertion import Stop, exchange, insert, insert_all
from server.dispatch.solving.plan import Plan

TRIES = 1_000
WARMTH = 960.0
"""What the tier of changes may be worse by at first: one visit in other hands."""
CHANGES = 4
"""The place of that tier in the key."""


def bring_home(plan: Plan, stop: Stop, seed: int) -> None:
    for j in _abroad(plan):
        before, key = plan.snapshot(), plan.key()
        if stop() or not _put_back(plan, j, [], stop) or plan.key() >= key:
            plan.restore(before)
    draw = random.Random(seed)
    best, least, now = plan.snapshot(), plan.key(), plan.key()
    for tried in range(TRIES):
        abroad = _abroad(plan)
        if not abroad or stop():
            break
        before = plan.snapshot()
        j = draw.choice(abroad)
        done = _put_back(plan, j, _in_the_way(plan, j, abroad, draw), stop)
        key = plan.key()
        if not done or not _bearable(key, now, WARMTH * draw.random() * (1 - tried / TRIES)):
            plan.restore(before)
            continue
        now = key
        if key < least:
            best, least = plan.snapshot(), key
    plan.restore(best)


def _bearable(key: tuple[float, ...], now: tuple[float, ...], warmth: float) -> bool:
    """Never worse in what counts before changes."""
    before, after = now[:CHANGES], key[:CHANGES]
    return after < before or (after == before and key[CHANGES] < now[CHANGES] + warmth)


def _in_the_way(plan: Plan, j: int, abroad: list[int], draw: random.Random) -> list[int]:
    """Some of what its own person does, some of what its present one does, and perhaps another visit abroad."""
    own = [i for v in _own_vans(plan, j) for i in plan.routes[v]]
    present = plan.van_of[j]
    there = [] if present is None else [i for i in plan.routes[present] if i != j]
    chosen = draw.sample(own, min(len(own), draw.randint(1, 3))) + draw.sample(
        there, min(len(there), draw.randint(0, 1))
    )
    return list({*chosen, *draw.sample(abroad, draw.randint(0, 1))} - {j})


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


def _put_back(plan: Plan, j: int, in_the_way: list[int], stop: Stop) -> bool:
    """Whether all found a place again."""
    out = {j, *in_the_way}
    for v in {plan.van_of[i] for i in out}:
        if v is not None:
            plan.put(v, [i for i in plan.routes[v] if i not in out])
    own = _own_vans(plan, j)
    back = insert(plan, j, own) or (not in_the_way and exchange(plan, j, own, stop))
    return back and not insert_all(plan, in_the_way, stop)
