"""What has happened, asked of the database as it stands: nothing has to be reported, so nothing is forgotten and no
phone waits for it. The same question, asked of certain jobs only, tells whether an event still stands.

An event is bounded by when it happened (`kinds.LOOK_BACK`) when it is looked for, not when it is asked whether it
stands.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.reactions import ReactionKind
from server.dispatch.reacting.kept import Event
from server.dispatch.reacting.kinds import AHEAD, LOOK_BACK
from server.dispatch.reacting.parts import without_parts
from server.dispatch.reacting.questions import GIVEN, OF_KIND, OFTEN, SELDOM
from server.platform import db

MOST = 50
"""Events of one kind in one round; the rest follows in the next."""


async def happened(now: datetime, *, thorough: bool) -> list[Event]:
    """What nobody has noticed yet. `thorough`: also what takes a look at every visit to come."""
    found: list[Event] = []
    for sql, bound in (*OFTEN, *(SELDOM if thorough else ())):
        rows = await db.fetch(
            f"SELECT e.* FROM ({_bounded(sql, bound)}) e WHERE {GIVEN} AND NOT EXISTS (SELECT FROM reaction k"
            " WHERE k.centre_id = e.centre_id AND k.outlet_id = e.outlet_id AND k.key = e.key)"
            " ORDER BY e.happened_at LIMIT $4",
            now,
            LOOK_BACK,
            AHEAD,
            MOST,
        )
        found += map(_event, rows)
    return found + await without_parts(now) if thorough else found


async def standing(kind: ReactionKind, key: str, job_ids: Collection[UUID], now: datetime) -> Event | None:
    """The event as it is now; None when it is over."""
    column = "n.id" if kind is ReactionKind.OVERRUN else "j.id"
    asked = _bounded(OF_KIND[kind], f"{column} = ANY($4::uuid[])")
    rows = await db.fetch(
        f"SELECT e.* FROM ({asked}) e WHERE e.key = $5 AND {GIVEN}",
        now,
        LOOK_BACK,
        AHEAD,
        list(job_ids),
        key,
    )
    if rows:
        return _event(rows[0])
    if kind is ReactionKind.PARTS_MISSING:
        return next((event for event in await without_parts(now, job_ids) if event.key == key), None)
    return None


def _bounded(sql: str, bound: str) -> str:
    return sql.format(bound=bound) if "{bound}" in sql else f"{sql} AND {bound}"


def _event(row: Any) -> Event:
    columns = dict(row)
    columns.pop("mode", None)
    return Event(**{**columns, "kind": ReactionKind(columns["kind"]), "job_ids": list(columns["job_ids"])})
