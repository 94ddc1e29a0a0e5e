"""The smallest re-plan for an event: each job concerned at its cheapest place, which takes milliseconds; only when a
promise would be missed by that, a plan of the people nearby, which may move more. Never the whole day.

The event loop waits for none of it: insertion runs in a thread, the search in a process of its own.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from math import floor
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from schemas.dispatch import PlanChange, PlanItem
from schemas.reactions import ReactionKind
from schemas.travel import TravelTimes
from server.commitments.rules.said import Said
from server.dispatch.planning.apart import finish
from server.dispatch.planning.gathering import Gathered, gather, gather_only
from server.dispatch.planning.kept import INSERTION, SEARCH
from server.dispatch.planning.posing import pose, problem, visits_of
from server.dispatch.planning.scene import Scene, Subject, shifts_in
from server.dispatch.planning.staleness import seen
from server.dispatch.reacting import saying
from server.dispatch.reacting.bounds import newly_missed
from server.dispatch.reacting.inserting import in_routes, insert, items, subject_of
from server.dispatch.reacting.kept import Event, Suggested, sentence
from server.dispatch.reacting.kinds import KINDS
from server.dispatch.reacting.steadying import nearby, steady, unlocked
from server.dispatch.solving import ProblemRefused, solve_apart
from server.dispatch.travel import in_use
from server.jobs import store as jobs
from server.network import store as network
from server.platform import db

log = structlog.get_logger()

LEAD = timedelta(minutes=5)
"""Nobody sets off the second something happens: a suggestion can be taken for so long before its time is past."""

HORIZON = timedelta(hours=24)
"""Beyond the visits concerned."""

SEARCH_SECONDS = 1.0

_UNKNOWN_WHERE = frozenset({ReactionKind.NO_SHOW, ReactionKind.OFFLINE})


class Found(NamedTuple):
    """`seen`: job → what of it this was made from."""

    items: list[PlanItem]
    seen: Mapping[str, Mapping[str, Any]]
    method: str


async def find(event: Event, now: datetime) -> Suggested:
    """Takes no lock and writes nothing. Raises `gathering.TooLarge`."""
    begun = time.monotonic()
    starts = now + LEAD
    ends = max(now, event.visit_at or now) + HORIZON
    outlet = await network.outlet(event.outlet_id)
    assert outlet is not None, "outlets are never deleted"
    async with db.transaction("REPEATABLE READ"):  # one picture: nothing changes between its queries
        gathered = await gather_only(outlet, starts, ends, event.job_ids)
    scene = _of_the_event(gathered.scene, event)
    urgent = event.kind is ReactionKind.EMERGENCY
    best, told = await _inserted(scene, gathered, outlet["id"], urgent=urgent)
    if newly_missed(best.items):
        searched = await _searched(event, outlet, starts, ends, list(scene.subjects))
        if searched is not None and newly_missed(searched.items) < newly_missed(best.items):
            best = searched
    locked = [job_id for job_id in scene.subjects if gathered.seen[job_id]["lock"] != "none"]
    return Suggested(
        said=sentence(_said(event, best.items)),
        items=best.items,
        seen={i: dict(fields) for i, fields in (dict(gathered.seen) | dict(best.seen)).items()},
        locked=[UUID(job_id) for job_id in locked],
        starts_at=starts,
        ends_at=ends,
        method=best.method if best.items else "",
        travel=told,
        elapsed_ms=round((time.monotonic() - begun) * 1000),
    )


def _of_the_event(scene: Scene, event: Event) -> Scene:
    """Who is away is asked no more, and a lock on their visits does not bind; what nobody knows how to supply waits."""
    subjects = dict(scene.subjects)
    if event.kind is ReactionKind.PARTS_MISSING:
        subjects = {job_id: subject for job_id, subject in subjects.items() if subject.job.parts}
    if KINDS[event.kind].away:
        subjects = {job_id: unlocked(subject) for job_id, subject in subjects.items()}
    return replace(scene, subjects=subjects, people=tuple(p for p in scene.people if p.id != _missing(event)))


def _missing(event: Event) -> str | None:
    """The technician of whom nobody knows where they are."""
    return str(event.technician_id) if event.kind in _UNKNOWN_WHERE else None


def _said(event: Event, items: Sequence[PlanItem]) -> Said:
    if event.kind is ReactionKind.PARTS_MISSING and not items:
        return saying.PARTS_UNKNOWN
    return saying.suggestion(items)


async def _inserted(scene: Scene, gathered: Gathered, outlet_id: UUID, *, urgent: bool) -> tuple[Found, TravelTimes]:
    """Visits of other outlets (of somebody who is lent), and what has moved since the picture was taken, make no
    room."""
    pinned: set[str] = set()
    while True:
        placed, told = await in_use().answer(
            partial(insert, scene, pinned=frozenset(pinned), urgent=urgent), scene.zone
        )
        rows = {str(i): row for i, row in (await jobs.rows(map(UUID, placed.delayed))).items()}
        delayed = {
            job_id: subject_of(person, stop, rows[job_id], scene)
            for job_id, (person, stop) in in_routes(scene, placed.delayed).items()
        }
        others = {i for i, subject in delayed.items() if not _as_told(subject, rows[i], outlet_id)}
        if not others:
            seen_now = dict(gathered.seen) | {job_id: seen(row) for job_id, row in rows.items()}
            return Found(items(scene, placed, delayed), seen_now, INSERTION), told.wire()
        pinned |= others


def _as_told(subject: Subject, row: Mapping[str, Any], outlet_id: UUID) -> bool:
    if row["outlet_id"] != str(outlet_id) or row["window_start"] is None or subject.told is None:
        return False
    return floor(datetime.fromisoformat(row["window_start"]).timestamp()) == subject.told.start


async def _searched(
    event: Event, outlet: network.Row, starts: datetime, ends: datetime, loose: Sequence[str]
) -> Found | None:
    """None: no solver answered, or there is nobody to plan for."""
    async with db.transaction("REPEATABLE READ"):
        gathered = await gather([outlet], starts, ends, loose=event.job_ids)
    away = KINDS[event.kind].away
    small = nearby(steady(gathered.scene, loose, away=away, missing=_missing(event)), loose)
    if not any(shifts_in(person, small) for person in small.people):
        return None
    posed = await asyncio.to_thread(pose, small)
    try:
        square, _ = await in_use().square(posed.places, small.start, small.zone)
        asked = await asyncio.to_thread(lambda: problem(posed, square.seconds.tolist()))
        solution = await solve_apart(asked, SEARCH_SECONDS)
    except ProblemRefused as fault:
        log.warning("reaction not searched", code=fault.code, where=fault.where, fault=fault.sentence.en)
        return None
    visits = await asyncio.to_thread(visits_of, posed, solution)
    drafted, _ = await in_use().answer(lambda travel: finish(small, visits, travel), small.zone)
    changed = [i for i in drafted.items if i.change is not PlanChange.UNCHANGED or str(i.job_id) in loose]
    return Found(changed, {str(i.job_id): gathered.seen[str(i.job_id)] for i in changed}, SEARCH)
