"""Push and pull. `docs/sync-protocol.md` numbers the steps; the decision itself is `offline_sync.engine`."""

from functools import lru_cache
from uuid import UUID

import asyncpg
import msgspec
import structlog

from offline_sync.cursor import Cursor
from offline_sync.engine import Decision
from offline_sync.rules import Refusal
from schemas import sync as wire
from schemas.accounts import Role
from schemas.errors import Code
from server.jobs.publishing import CATALOGUE, board, technician
from server.network import store as network
from server.network.store import EVERYWHERE
from server.platform import clock
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import HEADQUARTERS
from server.sync import reading, store, translate
from server.sync.gathering import FEW, Gathering, GroupFailed
from server.sync.keeping import Kept, Push, keep, own

log = structlog.get_logger()

_TRIES = 3
#: What the database says when it cannot keep something: the operation is at fault, not the server.
_UNKEEPABLE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)


async def push(caller: Caller, sent: wire.Push, small: Gathering | None = None) -> wire.PushAnswer:
    """Judges a batch and keeps everything of it in one commit, which a small one shares with others of `small`. Raises
    `Refused`: `device_unknown`, `device_revoked`, `forked`, `seq_invalid`."""
    batch = reading.read_batch(sent)
    if batch.unreadable:
        log.warning("operations without a seq", device_id=str(sent.device_id), count=len(batch.unreadable))
    kept = await _kept(Push(caller, batch), small)
    whole = kept.decision.expected_seq is None and not batch.unreadable
    if batch.drained and whole and kept.device["last_upload_until"]:
        await store.end_last_upload(batch.device_id)
    return _answer(batch, kept.decision, kept.device["epoch"])


async def _kept(push: Push, small: Gathering | None) -> Kept:
    if small is not None and len(push.batch.operations) <= FEW:
        try:
            return await small.kept(push)
        except GroupFailed as failed:
            log.warning("a group of pushes could not be kept, trying each alone", fault=str(failed))
    return await _alone(push)


async def _alone(push: Push) -> Kept:
    for left in reversed(range(_TRIES)):
        try:
            return await _in_one_commit(push)
        except asyncpg.DeadlockDetectedError:
            if not left:
                raise
        except _UNKEEPABLE as fault:
            device_id = str(push.batch.device_id)
            log.warning("batch could not be kept, judging one by one", device_id=device_id, fault=str(fault))
            return await _one_by_one(push)
    raise AssertionError("the last try returns or raises")


async def _in_one_commit(push: Push) -> Kept:
    (answer,) = await keep([push])
    if isinstance(answer, Refused):
        raise answer
    return answer


async def _one_by_one(push: Push) -> Kept:
    """The slow path of guarantee 8: what cannot be kept is refused alone, the others have their effect."""
    whole: Kept | None = None
    for single in push.batch.singles():
        try:
            kept = await _in_one_commit(Push(push.caller, single))
        except _UNKEEPABLE as fault:
            log.error("operation could not be kept", device_id=str(single.device_id), fault=str(fault))
            kept = await _in_one_commit(Push(push.caller, single.refusing()))
        whole = kept if whole is None else Kept(_joined(whole.decision, kept.decision), kept.device)
        if kept.decision.expected_seq is not None:
            break
    assert whole is not None, "an empty batch has nothing that could not be kept"
    return whole


def _joined(one: Decision, other: Decision) -> Decision:
    return Decision(
        last_seq=max(one.last_seq, other.last_seq),
        outcomes=[*one.outcomes, *other.outcomes],
        expected_seq=other.expected_seq,
        duplicates=one.duplicates + other.duplicates,
    )


def _answer(batch: reading.Batch, decision: Decision, epoch: UUID) -> wire.PushAnswer:
    return wire.PushAnswer(
        outcomes=[translate.outcome_wire(o) for o in decision.outcomes],
        last_seq=decision.last_seq,
        expected_seq=decision.expected_seq,
        epoch=epoch,
        server_time=clock.now_ms(),
        unreadable=list(batch.unreadable) or msgspec.UNSET,
    )


# Pull


#: A cursor names every stream with its position, and must fit into a URL.
MAX_BOARDS = 200


# Keeps L-1 of docs/sync-protocol.md.
async def streams_of(caller: Caller, outlet_id: UUID | None = None) -> list[str]:
    """The audiences this caller belongs to; the server decides, never the client. `outlet_id`: the office reads this
    one of its boards only. Raises `Refused`: `outlet_unknown`, `too_many_boards`."""
    if caller.role is Role.TECHNICIAN:
        own = [technician(caller.technician_id)] if caller.technician_id else []
        return sorted([CATALOGUE, *own])
    outlets = await network.outlet_ids(caller.scope)
    if outlet_id is not None:
        if outlet_id not in outlets:
            raise Refused(Code.OUTLET_UNKNOWN)
        outlets = [outlet_id]
    if len(outlets) > MAX_BOARDS:
        raise Refused(Code.TOO_MANY_BOARDS, f"{len(outlets)} outlets; name one by outlet_id", limit=MAX_BOARDS)
    whole = outlet_id is None and caller.scope == EVERYWHERE
    return sorted([CATALOGUE, *([HEADQUARTERS] if whole else []), *map(board, outlets)])


async def pull(
    caller: Caller, cursor: str | None, limit: int, device_id: UUID | None, outlet_id: UUID | None = None
) -> bytes:
    """One page, encoded. Raises `Refused`: `cursor_invalid`, `cursor_expired`, `device_unknown`, `device_revoked`, and
    as `streams_of`."""
    known = _cursor(cursor)
    streams = await streams_of(caller, outlet_id)
    positions = {s: known.positions.get(s, 0) if known else 0 for s in streams}
    page = await store.pull(positions, limit, device_id)
    if device_id is not None and own(caller, page.device)["revoked_at"] is not None:
        raise Refused(Code.DEVICE_REVOKED)
    epoch = str(page.epoch)
    here = (known or Cursor(epoch, {})).over(epoch, page.spans)
    if isinstance(here, Refusal):
        raise Refused(Code.CURSOR_EXPIRED, here.text)
    there = here.advanced(page.reached)
    unmoved = cursor if there == known else None
    return _encode_page(page, there, unmoved or there.encode())


def _cursor(text: str | None) -> Cursor | None:
    if not text:
        return None
    cursor = _decoded(text)
    if isinstance(cursor, Refusal):
        raise Refused(Code.CURSOR_INVALID)
    return cursor


@lru_cache(1024)
def _decoded(text: str) -> Cursor | Refusal:
    """Most readers come again with the cursor they came with."""
    return Cursor.decode(text)


# Keeps L-6 of docs/sync-protocol.md.
def _encode_page(page: store.Page, there: Cursor, cursor: str) -> bytes:
    """Joins what is already encoded; no object is built per record."""
    streams = '","'.join(there.positions)
    last_seq = "null" if page.device is None else page.device["last_seq"]
    rest = (
        f'],"cursor":"{cursor}","checkpoint":{"false" if page.more else "true"},"streams":["{streams}"]'
        f',"last_seq":{last_seq},"epoch":"{there.epoch}","server_time":{clock.now_ms()}}}'
    )
    return b"".join((b'{"changes":[', page.changes, rest.encode()))
