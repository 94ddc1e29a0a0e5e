"""The replica's file: one SQLite database, safe for several processes, consistent whenever its owner is killed.

Every change is one `BEGIN IMMEDIATE` transaction, with WAL and `synchronous=FULL`: when it returns, it is on the disk.
Open one `Store` per thread.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_SECONDS = 30.0
WAL_ATTEMPTS = 200

# One script per schema version, applied in order; `PRAGMA user_version` counts them. Never edit one that has shipped.
SCHEMA = (
    """
    CREATE TABLE identity (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        device_id TEXT NOT NULL,
        last_seq INTEGER NOT NULL DEFAULT 0,          -- the last sequence number given out
        acknowledgements INTEGER NOT NULL DEFAULT 0   -- push answers taken in; orders them against pulls
    );
    -- The outbox, and for 30 days what came of it. `place` is the order in which the person worked.
    CREATE TABLE operation (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        op_id TEXT NOT NULL UNIQUE,
        device_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        said TEXT NOT NULL,                           -- the operation's wire JSON; seq is the column's
        pending INTEGER NOT NULL DEFAULT 1,           -- not judged yet, as far as we have heard
        settled INTEGER NOT NULL DEFAULT 0,           -- its effect, if any, is in the base
        outcome TEXT,
        version INTEGER,
        acknowledgement INTEGER,
        acknowledged_ms INTEGER,                      -- on the server's clock
        seen INTEGER NOT NULL DEFAULT 0,
        UNIQUE (device_id, seq)
    );
    CREATE INDEX operation_overlaid ON operation (type, id, place) WHERE settled = 0;
    CREATE INDEX operation_pending ON operation (seq) WHERE pending = 1;
    -- What the server said at the last checkpoint. `leaving`: out of scope, kept until operations on it are judged.
    CREATE TABLE base (
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,
        leaving INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (type, id)
    ) WITHOUT ROWID;
    CREATE TABLE membership (
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        stream TEXT NOT NULL,
        PRIMARY KEY (type, id, stream)
    ) WITHOUT ROWID;
    CREATE TABLE progress (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        cursor TEXT,                                  -- of the last checkpoint; NULL: nothing read yet
        epoch TEXT                                    -- of the server the outbox was last compared with; NULL: in doubt
    );
    -- Pages on their way to the next checkpoint.
    CREATE TABLE staging (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        afresh INTEGER NOT NULL,                      -- replaces the base instead of changing it
        cursor TEXT,
        pages INTEGER NOT NULL DEFAULT 0,
        acknowledgement INTEGER NOT NULL,             -- identity.acknowledgements when the first page was asked for
        last_seq INTEGER NOT NULL DEFAULT 0,          -- the server had judged this device's operations up to here
        complete INTEGER NOT NULL DEFAULT 0           -- the checkpoint is here, waiting to be applied
    );
    CREATE TABLE staged (
        stream TEXT NOT NULL,
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        body TEXT,
        PRIMARY KEY (stream, type, id)
    ) WITHOUT ROWID;
    -- Streams that a page on the way did not list: what was held from them before, is not held from them any more.
    CREATE TABLE unlisted (stream TEXT PRIMARY KEY) WITHOUT ROWID;
    INSERT INTO progress (one) VALUES (1);
    """,
    """
    -- The epoch of the server that acknowledged it. Another one may have come back from a backup without it.
    ALTER TABLE operation ADD COLUMN epoch TEXT;
    UPDATE operation SET epoch = (SELECT epoch FROM progress) WHERE outcome IS NOT NULL;
    """,
)


class TooNew(Exception):
    """The file was written by a newer version of the app."""


# Keeps E-7, K-8, K-9 of docs/sync-protocol.md.
class Store:
    """An open replica file. Give `device_id` when it may be new; an existing file keeps the identity it has.

    Raises TooNew, and ValueError for a new file without a device_id or an old one of another device (which
    `Replica.adopt_identity` can give a new one).
    """

    def __init__(self, path: str | Path, device_id: str | None = None) -> None:
        self.path = str(path)
        self.connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        try:
            self._use_wal()
            self.connection.execute("PRAGMA synchronous=FULL")
            with self.writing():
                self._migrate()
                self._identify(device_id)
        except BaseException:
            self.connection.close()
            raise

    @property
    def device_id(self) -> str:
        return str(self.connection.execute("SELECT device_id FROM identity").fetchone()[0])

    # Keeps K-1, K-2 of docs/sync-protocol.md.
    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone with the file from its first line on."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot for several reads."""
        self.connection.execute("BEGIN")
        try:
            yield self.connection
        finally:
            self.connection.execute("ROLLBACK")

    def close(self) -> None:
        self.connection.close()

    def _use_wal(self) -> None:
        # The change to WAL does not wait for locks as other statements do: two first openings at once would collide.
        for attempt in range(WAL_ATTEMPTS):
            try:
                self.connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError:
                if attempt == WAL_ATTEMPTS - 1:
                    raise
                time.sleep(0.01)

    def _migrate(self) -> None:
        version = self.connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(SCHEMA):
            raise TooNew(f"schema {version} of {self.path}; this app knows {len(SCHEMA)}")
        for script in SCHEMA[version:]:
            for statement in _statements(script):
                self.connection.execute(statement)
        if version < len(SCHEMA):
            self.connection.execute(f"PRAGMA user_version={len(SCHEMA)}")

    def _identify(self, device_id: str | None) -> None:
        row = self.connection.execute("SELECT device_id FROM identity").fetchone()
        if row is None:
            if not device_id:
                raise ValueError("a new replica needs a device_id")
            self.connection.execute("INSERT INTO identity (one, device_id) VALUES (1, ?)", (device_id,))
        elif device_id not in (None, row["device_id"]):
            raise ValueError(f"{self.path} belongs to another device")


def _statements(script: str) -> Iterator[str]:
    """The script's statements one by one: `executescript` would commit the transaction it runs in."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
