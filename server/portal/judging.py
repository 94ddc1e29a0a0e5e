"""What a customer says of work that was done: signed off and judged once, open to change for some days, nothing ever
written over: each change is a revision of its own, and the desk reads them all."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from server.platform import clock, db
from server.portal import following, service_store
from server.portal.following import Opened
from server.portal.rules.asked import Judged
from server.products.texts import Locale

#: How long what was said may be changed, from the first time it was said.
CHANGEABLE: Final = timedelta(days=7)
#: How long after its completion work may be judged for the first time.
JUDGEABLE: Final = timedelta(days=60)
#: A judgement that is changed this often is no judgement any more.
MOST_REVISIONS: Final = 20


def held(opened: Opened) -> Mapping[str, Any] | None:
    """The judgement that holds, of the completion that holds; None before it was judged, and after it was reopened."""
    mine = _revisions(opened)
    return mine[-1] if mine else None


def _revisions(opened: Opened) -> Sequence[Mapping[str, Any]]:
    completion = opened.fields["completion_id"]
    return [row for row in opened.judgements if str(row["completion_id"]) == completion]


def changeable_until(opened: Opened) -> datetime | None:
    """Local to the outlet; None before it was judged."""
    mine = _revisions(opened)
    return (mine[0]["judged_at"] + CHANGEABLE).astimezone(opened.zone) if mine else None


def may_judge(opened: Opened) -> bool:
    """Whether the customer may say something of it now, for the first time or differently."""
    if opened.shown.standing != "done" or opened.fields["completion_id"] is None or opened.shown.done_at is None:
        return False
    mine, now = _revisions(opened), clock.now()
    if not mine:
        return now <= opened.shown.done_at + JUDGEABLE
    return now <= mine[0]["judged_at"] + CHANGEABLE and len(mine) < MOST_REVISIONS


async def judge(opened: Opened, judged: Judged, locale: Locale) -> bool:
    """Keeps it beside what was said before; the same once more is not said twice. What is not solved goes to the desk,
    as a question about the same job. False when it is too late for it."""
    before = held(opened)
    if before is not None and _same(before, judged):
        return True
    if not may_judge(opened):
        return False
    job = opened.fields
    row = {
        "id": clock.new_id(),
        **{name: UUID(job[name]) for name in ("centre_id", "outlet_id", "completion_id")},
        "job_id": opened.job_id,
        "technician_id": UUID(job["technician_id"]) if job["technician_id"] is not None else None,
        "revision": 1 if before is None else before["revision"] + 1,
        "solved": judged.solved,
        "rating": judged.rating,
        "conduct": judged.conduct,
        "words": judged.words,
        "locale": locale,
        "judged_at": clock.now(),
    }
    try:
        async with db.transaction():
            await service_store.add_judgement(row)
            if not judged.solved and (before is None or before["solved"]):
                await following.ask_desk(job, "not_solved", judged.words, (None, "any"))
    except asyncpg.UniqueViolationError:
        return True  # pressed twice: the first one is kept
    return True


def _same(row: Mapping[str, Any], judged: Judged) -> bool:
    said = (row["solved"], row["rating"], row["conduct"], row["words"])
    return said == (judged.solved, judged.rating, judged.conduct, judged.words)
