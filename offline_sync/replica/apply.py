"""Pages into the base: staged as they come, applied together at a checkpoint, in one transaction with the cursor.

Step numbers are those of docs/sync-protocol.md, "Pull".
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from offline_sync.replica.store import Store
from offline_sync.replica.wire import Page


@dataclass(frozen=True, slots=True)
class Ask:
    """What to pull next. `complete`: nothing, a checkpoint is waiting to be applied."""

    cursor: str | None
    afresh: bool
    complete: bool = False
    begun: int | None = None


def next_ask(store: Store) -> Ask:
    """Where reading goes on: after the last staged page, else after the last checkpoint."""
    with store.writing() as connection:
        staging = connection.execute("SELECT * FROM staging").fetchone()
        if staging is None or not staging["pages"]:
            # Begun as late as can be: whatever was answered before the first page is asked for, is in the checkpoint.
            staging = _begin(connection, afresh=staging is not None and bool(staging["afresh"]))
        return Ask(staging["cursor"], bool(staging["afresh"]), bool(staging["complete"]), staging["acknowledgement"])


def start_afresh(store: Store, ask: Ask) -> None:
    """Forgets staged pages and reads from the start (step 9). The base stays on view until a checkpoint replaces it."""
    with store.writing() as connection:
        if _is_current(connection, ask):
            _begin(connection, afresh=True)


def clear(connection: sqlite3.Connection) -> None:
    """Forgets the pages on their way."""
    for table in ("staged", "unlisted", "staging"):
        connection.execute(f"DELETE FROM {table}")


def _begin(connection: sqlite3.Connection, afresh: bool) -> sqlite3.Row:
    clear(connection)
    connection.execute(
        """
        INSERT INTO staging (one, afresh, cursor, acknowledgement)
        SELECT 1, :afresh OR cursor IS NULL, CASE WHEN :afresh THEN NULL ELSE cursor END, acknowledgements
        FROM progress, identity
        """,
        {"afresh": afresh},
    )
    begun: sqlite3.Row = connection.execute("SELECT * FROM staging").fetchone()
    return begun


def _is_current(connection: sqlite3.Connection, ask: Ask) -> bool:
    """Whether the answer to `ask` still fits: another process may have moved on meanwhile."""
    staging = connection.execute("SELECT * FROM staging").fetchone()
    return staging is not None and ask == Ask(
        staging["cursor"], bool(staging["afresh"]), bool(staging["complete"]), staging["acknowledgement"]
    )


# Keeps L-8, L-9 of docs/sync-protocol.md.
def stage(store: Store, ask: Ask, page: Page) -> None:
    """Keeps a page until its checkpoint (step 5). A page that no longer continues what is staged is dropped."""
    with store.writing() as connection:
        if not _is_current(connection, ask):
            return
        _forget_unlisted(connection, page.streams)
        # Per stream and record the latest row says all; an earlier page's row for it is history.
        connection.executemany(
            "INSERT OR REPLACE INTO staged (stream, type, id, version, body) VALUES (?, ?, ?, ?, ?)",
            [(c.stream, c.type, c.id, c.version, None if c.body is None else json.dumps(c.body)) for c in page.changes],
        )
        connection.execute(
            "UPDATE staging SET pages = pages + 1, cursor = ?, last_seq = max(last_seq, ?), complete = ?",
            (page.cursor, page.last_seq or 0, page.checkpoint),
        )


def _forget_unlisted(connection: sqlite3.Connection, streams: tuple[str, ...]) -> None:
    """A stream that is not listed is lost whole (step 7), even if a later page lists it again: it is read from its
    start then, and that tells of no removal."""
    marks = ", ".join("?" * len(streams))
    connection.execute(
        f"INSERT OR IGNORE INTO unlisted SELECT DISTINCT stream FROM membership WHERE stream NOT IN ({marks})", streams
    )
    connection.execute(f"DELETE FROM staged WHERE stream NOT IN ({marks})", streams)


# Keeps L-10, L-11 of docs/sync-protocol.md.
def checkpoint(store: Store) -> bool:
    """Applies the staged pages (steps 6 to 8). False: the pages may contain operations whose outcome this device has
    not heard; push first, or they would be shown twice."""
    with store.writing() as connection:
        staging = connection.execute("SELECT * FROM staging WHERE complete = 1").fetchone()
        if staging is None:
            return True
        unheard = connection.execute(
            "SELECT 1 FROM operation WHERE pending = 1 AND seq <= ?"
            " AND device_id = (SELECT device_id FROM identity) LIMIT 1",
            (staging["last_seq"],),
        ).fetchone()
        if unheard:
            return False
        _change_base(connection, bool(staging["afresh"]))
        _settle(connection, staging)
        remove_left(connection)
        connection.execute("UPDATE progress SET cursor = ?", (staging["cursor"],))
        clear(connection)
        return True


# Keeps V-3 of docs/sync-protocol.md.
def _change_base(connection: sqlite3.Connection, afresh: bool) -> None:
    connection.execute("DELETE FROM membership WHERE ? OR stream IN (SELECT stream FROM unlisted)", (afresh,))
    connection.execute(
        "DELETE FROM membership WHERE (type, id, stream) IN (SELECT type, id, stream FROM staged WHERE body IS NULL)"
    )
    connection.execute(
        "INSERT OR IGNORE INTO membership (type, id, stream) SELECT type, id, stream FROM staged WHERE body IS NOT NULL"
    )
    # At a checkpoint all streams agree on a record. Its version may be lower than what is held: the server may be
    # another epoch's.
    connection.execute(
        """
        INSERT INTO base (type, id, version, body)
        SELECT type, id, version, body FROM staged WHERE body IS NOT NULL ORDER BY version
        ON CONFLICT (type, id) DO UPDATE SET version = excluded.version, body = excluded.body, leaving = 0
        """
    )
    gone = "NOT EXISTS (SELECT 1 FROM membership WHERE membership.type = base.type AND membership.id = base.id)"
    connection.execute(f"UPDATE base SET leaving = 1 WHERE {gone}")


# Keeps L-12 of docs/sync-protocol.md.
def remove_left(connection: sqlite3.Connection) -> None:
    """Removes what is out of scope, except where operations are not judged yet (step 8, guarantee 7). With the record
    goes the sight of what was judged on it: on top of nothing it would be a ghost."""
    left = """
        SELECT type, id FROM base WHERE leaving = 1 AND NOT EXISTS (
            SELECT 1 FROM operation
            WHERE operation.type = base.type AND operation.id = base.id AND operation.pending = 1)
    """
    connection.execute(f"UPDATE operation SET settled = 1 WHERE pending = 0 AND (type, id) IN ({left})")
    connection.execute(f"DELETE FROM base WHERE (type, id) IN ({left})")


def _settle(connection: sqlite3.Connection, staging: sqlite3.Row) -> None:
    """Which operations the base now shows: those whose version it has reached, and those answered before the first
    page was asked for. The latter not on a kept copy (step 8): it stays as the person knows it. After a start afresh,
    operations that are pending again are no longer in the base."""
    connection.execute(
        """
        UPDATE operation SET settled = version IS NULL
            OR EXISTS (SELECT 1 FROM base WHERE base.type = operation.type AND base.id = operation.id
                AND base.version >= operation.version)
            OR acknowledgement <= :asked AND (
                EXISTS (SELECT 1 FROM base WHERE base.type = operation.type AND base.id = operation.id
                    AND base.leaving = 0)
                OR NOT EXISTS (SELECT 1 FROM operation AS other WHERE other.type = operation.type
                    AND other.id = operation.id AND other.pending = 1))
        WHERE pending = 0 AND (settled = 0 OR :afresh) AND NOT (settled = 1 AND acknowledgement <= :asked)
            AND json_extract(outcome, '$.status') <> 'rejected'
        """,
        {"asked": staging["acknowledgement"], "afresh": staging["afresh"]},
    )
    if staging["afresh"]:
        connection.execute("UPDATE operation SET settled = 0 WHERE pending = 1")
