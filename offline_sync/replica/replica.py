"""A device's replica: work offline, hand in, catch up. Step numbers are those of docs/sync-protocol.md."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.outcome import Outcome
from offline_sync.record import Record
from offline_sync.replica import apply, outbox
from offline_sync.replica.overlay import overlay
from offline_sync.replica.store import Store
from offline_sync.replica.transport import Forked, Problem, Transport, Unreachable
from offline_sync.replica.wire import PushAnswer, page_from, push_answer_from, push_json
from offline_sync.rules import Actor, Rules

PAGE_LIMIT = 500
STARTS_AFRESH = 3
# Statuses that may be one operation's fault: a smaller batch lets those before it through.
# Keeps P-24 of docs/sync-protocol.md.
BATCH_REFUSED = frozenset({400, 413, 422})


@dataclass(frozen=True, slots=True)
class Synced:
    """`judged`: operations whose outcome arrived. `changes`: rows of the pages read."""

    judged: int
    changes: int


class Replica:
    """The records one device may see, and the operations its person has made. Not for several threads: give each its
    own `Store` and `Replica` over the same file.

    `rules`: by record type, the same as the server's. `actor`: whom the rules are told, for the view only.
    """

    def __init__(
        self,
        store: Store,
        transport: Transport,
        rules: Mapping[str, Rules],
        clock: Callable[[], FieldTime],
        new_id: Callable[[], str],
        actor: Actor | None = None,
        page_limit: int = PAGE_LIMIT,
    ) -> None:
        self._store = store
        self._transport = transport
        self._rules = rules
        self._clock = clock
        self._new_id = new_id
        self._actor = actor
        self._page_limit = page_limit
        self._forked = False
        self._heard: tuple[int, FieldTime] | None = None

    # ---- the person's side: never touches the network

    def enqueue(self, kind: str, record: RecordKey, args: dict[str, Any]) -> str:
        """Keeps an operation, durably before it returns its op_id. Raises ValueError when `args` is not JSON."""
        op_id = self._new_id()
        outbox.enqueue(self._store, op_id, kind, record, args, self._clock())
        return op_id

    def clocks(self) -> tuple[FieldTime, tuple[int, FieldTime] | None]:
        """What this device's clocks show, and the server's (epoch ms) as it last answered, with what they showed when
        it was asked. For what is signed: both are kept with it, raw."""
        return self._clock(), self._heard

    def view(self, key: RecordKey) -> Record | None:
        """The record as the person sees it: own operations included (guarantee 6)."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT * FROM base WHERE type = ? AND id = ?", (key.type, key.id)).fetchone()
            operations = outbox.overlaid(self._store, key.type, key.id)
        return self._overlaid(key.type, row, operations)

    def records(self, record_type: str) -> list[Record]:
        """Every record of a type as the person sees it, by id."""
        with self._store.reading() as connection:
            rows = connection.execute("SELECT * FROM base WHERE type = ?", (record_type,)).fetchall()
            operations = outbox.overlaid(self._store, record_type)
        bases = {row["id"]: row for row in rows}
        mine: dict[str, list[outbox.Overlaid]] = {}
        for overlaid in operations:
            mine.setdefault(overlaid[0].record.id, []).append(overlaid)
        views = [
            self._overlaid(record_type, bases.get(id_), mine.get(id_, [])) for id_ in sorted(bases.keys() | mine.keys())
        ]
        return [view for view in views if view is not None]

    def pending(self) -> list[Operation]:
        """Operations whose outcome this device has not heard, oldest first."""
        return outbox.pending(self._store)

    def outcomes(self) -> list[Outcome]:
        """What the server said, of the last 30 days, in the order the person worked."""
        return outbox.outcomes(self._store)

    # Keeps P-23 of docs/sync-protocol.md.
    def news(self) -> list[Outcome]:
        """Outcomes the person has not seen; they stay news until `mark_seen`, also over a crash."""
        return outbox.outcomes(self._store, unseen_only=True)

    def mark_seen(self, op_ids: list[str]) -> None:
        outbox.mark_seen(self._store, op_ids)

    # ---- the network's side: raises Unreachable, Problem or Forked; whatever was reached by then, stays

    # Keeps P-25 of docs/sync-protocol.md.
    def sync(self) -> Synced:
        """Hands in everything, then catches up to a checkpoint. A refused push does not keep the replica from reading:
        its Problem is raised at the end."""
        refused: Problem | None = None
        judged = 0
        try:
            judged = self.push()
        except Problem as problem:
            refused = problem
        changes = self.pull()
        if refused is not None:
            raise refused
        return Synced(judged, changes)

    # Keeps P-6, K-4 of docs/sync-protocol.md.
    def push(self) -> int:
        """Sends the outbox until it is empty; returns how many operations were judged. Safe to run twice at once."""
        judged = 0
        limit = outbox.BATCH_OPERATIONS
        while batch := outbox.batch(self._store, limit):
            try:
                sent_at = self._clock()
                body = push_json(batch.device_id, sent_at, batch.operations)
                answer = push_answer_from(self._transport.push(body))
                self._heard = (answer.server_time, sent_at)
            except Problem as problem:
                if problem.status in BATCH_REFUSED and len(batch.operations) > 1:
                    limit = len(batch.operations) // 2
                    continue
                if self._store.device_id != batch.device_id:
                    continue  # another process has enrolled anew meanwhile
                self._take_refusal(problem)
                if problem.code == "forked":
                    seq = _extra(problem).get("seq")
                    self._forked = True
                    raise Forked(seq if isinstance(seq, int) else batch.operations[0].seq) from problem
                raise
            taken = outbox.acknowledge(self._store, batch.device_id, answer)
            judged += taken.judged
            if self._store.device_id == batch.device_id:
                self._take_up(answer, batch, taken.compared)
        return judged

    # Keeps L-13 of docs/sync-protocol.md.
    def pull(self) -> int:
        """Reads up to a checkpoint and applies it; returns how many rows were read. One that was still waiting to be
        applied is as old as it is, so that reading goes on behind it."""
        changes = 0
        asked = False
        afresh_left = STARTS_AFRESH
        while True:
            ask = apply.next_ask(self._store)
            if ask.complete:
                if self._apply_checkpoint() and asked:
                    return changes
                continue
            asked = True
            try:
                page = page_from(self._transport.pull(ask.cursor, self._page_limit))
            except Problem as problem:
                if problem.code != "cursor_expired" or ask.cursor is None or not afresh_left:
                    self._take_refusal(problem)
                    raise
                afresh_left -= 1
                self._push_what_is_taken()  # step 9: hand in first, then start afresh
                apply.start_afresh(self._store, ask)
                continue
            if page.last_seq is not None and self._resend_forgotten(page.epoch, page.last_seq):
                # What was read so far is older than what the server has just been taught again.
                self._push_what_is_taken()
                apply.start_afresh(self._store, ask)
                continue
            apply.stage(self._store, ask, page)
            changes += len(page.changes)

    def adopt_identity(self, device_id: str) -> None:
        """Goes on under a new identity after `Forked`, or when the server does not know or revoked this one: pending
        operations keep their op_ids and get new sequence numbers from 1, so that none can take effect twice
        (guarantee 12). So do those of the last 30 days that only another epoch's server acknowledged (guarantee 11);
        where no refusal has just named the epoch, that is all of them."""
        if not self._forked:
            outbox.in_doubt(self._store)
        outbox.renumber(self._store, device_id)
        self._forked = False

    def close(self) -> None:
        self._store.close()

    # ----

    def _overlaid(self, record_type: str, row: sqlite3.Row | None, operations: list[outbox.Overlaid]) -> Record | None:
        base = _record(row) if row is not None else None
        rules = self._rules.get(record_type)
        if rules is None or not operations:
            return base
        return overlay(base, operations, rules, self._acting())

    def _acting(self) -> Actor:
        return self._actor or Actor("field", "", None, self._store.device_id)

    def _take_up(self, answer: PushAnswer, batch: outbox.Batch, compared: outbox.Compared) -> None:
        """After an answer: send again what the server lacks (push step 6), and never spin on a server that judges
        nothing."""
        oldest = batch.operations[0]
        if compared.missing is not None:
            raise Forked(compared.missing)
        if answer.expected_seq is not None and answer.expected_seq < oldest.seq:
            if not outbox.reopen(self._store, answer.expected_seq):
                raise Forked(answer.expected_seq)
        elif not compared.resend and outbox.is_pending(self._store, oldest.op_id):
            raise Unreachable("the server judged nothing of what it was sent")

    def _take_refusal(self, problem: Problem) -> None:
        """What a refusal tells of the server: whether it can be the one that acknowledged (guarantee 11)."""
        if problem.code in ("device_unknown", "device_revoked"):
            outbox.in_doubt(self._store)  # it may have come back from a backup, and would not say so
        elif problem.code == "forked":
            outbox.met_epoch(self._store, _text(_extra(problem).get("epoch")))

    def _resend_forgotten(self, epoch: str, last_seq: int) -> bool:
        """Whether operations are pending again because a server of another epoch may lack them (guarantee 11)."""
        compared = outbox.compare(self._store, epoch, last_seq)
        if compared.missing is not None:
            raise Forked(compared.missing)
        return compared.resend

    def _push_what_is_taken(self) -> None:
        """A push whose refusal must not keep the replica from reading; `push` itself will tell of it again."""
        try:
            self.push()
        except Problem:
            return

    def _apply_checkpoint(self) -> bool:
        """Applies the waiting checkpoint; where it shows operations whose outcome was never heard, hears it first."""
        if apply.checkpoint(self._store):
            return True
        try:
            self.push()
        except Problem:
            if not apply.checkpoint(self._store):
                raise
            return True
        return apply.checkpoint(self._store)


def _extra(problem: Problem) -> dict[str, Any]:
    extra = problem.detail.get("extra")
    return extra if isinstance(extra, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _record(row: sqlite3.Row) -> Record:
    fields = json.loads(row["body"])
    fields.pop("id", None)
    fields.pop("version", None)
    return Record(row["type"], row["id"], row["version"], fields)
