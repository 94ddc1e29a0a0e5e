"""Who reacts: one task per worker, fed by the rows of the table.

1. What happened is looked for every few seconds, by whichever worker holds the advisory lock; each event becomes one
   row, whoever finds it and however often (a unique key).
2. Rows are claimed one by one for LEASE: new ones, and open ones every RENEW: is the event over, has what was suggested
   moved on? A worker that dies leaves a lease that runs out, and another takes the row up.
3. The suggestion is found without any lock, then kept, or carried out by the outlet's rule, in one transaction.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from schemas.reactions import ReactionMode, ReactionState
from server.dispatch.planning.gathering import TooLarge
from server.dispatch.planning.running import tell
from server.dispatch.reacting import noticing, outlook, store
from server.dispatch.reacting.bounds import beyond
from server.dispatch.reacting.carrying_out import carry_out, is_fresh
from server.dispatch.reacting.finding import find
from server.dispatch.reacting.kept import Event, Kept, Suggested, to_carry_out
from server.network.store import EVERYWHERE
from server.platform import clock, db
from server.platform.errors import Refused
from server.platform.waiting import until

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
RENEW = timedelta(seconds=30)
AT_ONCE = timedelta(seconds=2)
"""Somebody booked while the rule was about to: a new suggestion is tried soon."""

HOPELESS = timedelta(minutes=5)
"""So often is looked again for somebody when there was nobody, or a promise would be missed."""

FORGET = timedelta(days=30)

_EVERY_SECONDS = 3.0
_THOROUGH_EVERY = timedelta(seconds=60)
_TIDY_EVERY = timedelta(minutes=10)
_LOCK = 0x7265616374  # "react"
_OVERTAKEN = ("version_stale", "double_booked")
_LOOKED_AT = (ReactionState.NOTICED, ReactionState.OPEN)


class Reactor:
    """One per process."""

    def __init__(self) -> None:
        began = clock.now()
        self._thorough_at = self._tidied_at = datetime.min.replace(tzinfo=clock.UTC)
        self._outlook = outlook.Outlook(began)

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set; never cut in the middle of a transaction. A fault of the database is waited
        out."""
        while not stopping.is_set():
            try:
                await self.round(stopping)
                await self._outlook.look(clock.now(), stopping)
                await self._tidy()
            except db.FAULTS as fault:
                log.warning("reactions not made", fault=str(fault))
            except Exception as fault:  # a mistake of ours must not end the watch for good
                log.error("reactions not made", exc_info=fault)
            await until(stopping, within=_EVERY_SECONDS)

    def be_thorough(self) -> None:
        """The next round looks at every visit to come as well, which is done once a minute only."""
        self._thorough_at = datetime.min.replace(tzinfo=clock.UTC)

    async def round(self, stopping: asyncio.Event | None = None) -> None:
        """Notices what happened and looks at all that is to be looked at."""
        await self.notice()
        while not (stopping is not None and stopping.is_set()):
            reaction_id = await store.claim(clock.now(), LEASE)
            if reaction_id is None:
                return
            try:
                await look_at(reaction_id)
            except db.FAULTS:
                raise
            except Exception as fault:  # a mistake of ours in one costs this one its answer, not the others theirs
                log.error("reaction failed", reaction=str(reaction_id), exc_info=fault)
                await store.look_again(reaction_id, clock.now() + HOPELESS)

    async def notice(self) -> None:
        """One transaction; nothing while another worker is at it."""
        now = clock.now()
        async with db.transaction():
            if not await db.fetch_value("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
                return
            thorough = now - self._thorough_at >= _THOROUGH_EVERY
            if thorough:
                self._thorough_at = now
            events = await noticing.happened(now, thorough=thorough)
            if events:
                await store.add(events, now)

    async def _tidy(self) -> None:
        now = clock.now()
        if now - self._tidied_at >= _TIDY_EVERY:
            self._tidied_at = now
            await store.forget(now - FORGET)


async def look_at(reaction_id: UUID) -> None:
    """Is it over, does its suggestion stand, or is one to be found?"""
    kept = await store.reaction(EVERYWHERE, reaction_id)
    if kept is None or kept.state not in _LOOKED_AT:
        return
    now = clock.now()
    event = await noticing.standing(kept.kind, kept.key, kept.job_ids, now)
    if event is None or event.outlet_id != kept.outlet_id:
        await _over(kept, now)
        return
    if kept.suggested is not None and await _stands(kept, kept.suggested, event, now):
        await store.look_again(kept.id, now + RENEW)
        return
    try:
        found = await find(event, now)
    except TooLarge:
        log.warning("reaction too large", outlet=str(kept.outlet_id))
        await store.look_again(kept.id, now + HOPELESS)
        return
    await _answer(kept, event, found)


async def _stands(kept: Kept, found: Suggested, event: Event, now: datetime) -> bool:
    if list(event.job_ids) != list(kept.job_ids):
        return False
    hopeless = not found.items or any(item.after is None or item.after.late_seconds for item in found.items)
    if hopeless and kept.suggested_at is not None and now - kept.suggested_at >= HOPELESS:
        return False
    return await is_fresh(kept, found)


async def _over(kept: Kept, now: datetime) -> None:
    async with db.transaction():
        locked = await _unchanged(kept)
        if locked:
            await store.end(kept.id, ReactionState.STALE, now)
            await tell(kept.centre_id, kept.outlet_id)


async def _answer(kept: Kept, event: Event, found: Suggested) -> None:
    """Unless somebody has decided about it meanwhile."""
    async with db.transaction():
        if not await _unchanged(kept):
            return
        now = clock.now()
        if kept.suggested is not None and found.items == kept.items and event.job_ids == kept.job_ids:
            await store.confirm(kept.id, found, now, now + RENEW)
            return
        done, why_not = await _by_rule(kept, event, found)
        begins = [item.after.starts_at for item in to_carry_out(found.items) if item.after is not None]
        again = now + (AT_ONCE if why_not in _OVERTAKEN else RENEW)
        await store.suggest(kept, event.job_ids, found, why_not, now, again, min(begins, default=None))
        if done:
            await store.end(kept.id, ReactionState.AUTO, now)
        await tell(kept.centre_id, kept.outlet_id)
    if done:
        await store.look_around(kept.outlet_id, now)


async def _by_rule(kept: Kept, event: Event, found: Suggested) -> tuple[bool, str | None]:
    """Carries it out if the outlet's rule says so and it lies within the bounds. Whether it did, and why not where the
    rule asks for it."""
    terms = await store.terms(kept.outlet_id, kept.kind)
    if terms.mode is not ReactionMode.AUTO:
        return False, None
    reason = beyond(terms, found.items, event.job_ids, found.locked)
    if reason is not None:
        return False, reason
    try:
        async with db.savepoint():
            await carry_out(kept, found, EVERYWHERE, None)
    except Refused as refusal:
        return False, refusal.code.value
    log.info("reaction carried out", reaction=str(kept.id), kind=kept.kind.value, outlet=str(kept.outlet_id))
    return True, None


async def _unchanged(kept: Kept) -> bool:
    """Locks it."""
    now = await store.reaction(EVERYWHERE, kept.id, lock=True)
    return now is not None and now.state in _LOOKED_AT and now.revision == kept.revision
