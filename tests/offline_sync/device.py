"""A phone for the tests: a replica over a file, with a line that can fail and a power button."""

from __future__ import annotations

import functools
import sqlite3
from pathlib import Path

from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.record import Record
from offline_sync.replica import Forked, Problem, Replica, Store
from offline_sync.rules import Actor
from tests.offline_sync.builders import JOB
from tests.offline_sync.pair import Line

IDENTITIES = 4


class CopiedStore(Store):
    """A copy in memory. It costs a tenth of opening a new one, and the machine takes two for each look."""

    def __init__(self, original: Store, device_id: str | None = None) -> None:
        self.path = ":memory:"
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        original.connection.backup(self.connection)
        if device_id is not None:
            self.connection.execute("UPDATE identity SET device_id = ?", (device_id,))


@functools.cache
def _nothing_read_yet() -> Store:
    return Store(":memory:", "nobody")


class Device:
    """`replica` is what the app would use; the rest is for looking inside."""

    def __init__(
        self,
        path: Path | str,
        device_id: str | None,
        technician: str,
        line: Line,
        page_limit: int = 500,
        store: Store | None = None,
    ) -> None:
        self.path = path
        self.technician = technician
        self.line = line
        self._page_limit = page_limit
        self._run_on(store or Store(path, device_id))

    def _run_on(self, store: Store) -> None:
        self.store = store
        self.store.connection.execute("PRAGMA synchronous=OFF")  # only a power cut would tell; tests are many
        self.replica = Replica(
            self.store,
            self.line,
            self.line.office.rules,
            lambda: FieldTime(self.line.office.now(), self.line.office.now(), "boot"),
            self.line.office.new_id,
            Actor("field", "somebody", self.technician, self.store.device_id),
            self._page_limit,
        )

    def restart(self) -> None:
        """The app dies and is opened again."""
        self.close()
        self._run_on(Store(self.path))

    def close(self) -> None:
        self.store.close()

    def enrol_anew(self) -> None:
        """As the app does when its identity cannot go on."""
        self.replica.adopt_identity(self.line.office.enrol_anew(self.technician))
        self.line.device_id = self.store.device_id

    def drain(self) -> None:
        """On a good line: everything handed in and read, under as many identities as it takes."""
        for _ in range(IDENTITIES):
            try:
                self.replica.sync()
                return
            except Forked:
                self.enrol_anew()
            except Problem as problem:
                if problem.code not in ("device_unknown", "device_revoked"):
                    raise
                self.enrol_anew()
        raise AssertionError("one identity after the other was refused")

    def copy(self, line: Line) -> Device:
        """The same replica in memory, on another line: what would become of it, without doing it."""
        return Device(":memory:", None, self.technician, line, self._page_limit, CopiedStore(self.store))

    # ---- what people do

    def note(self, note_id: str, key: RecordKey = JOB) -> str:
        return self.replica.enqueue("job.note", key, {"id": note_id})

    def use(self, quantity: int, key: RecordKey = JOB) -> str:
        return self.replica.enqueue("job.use", key, {"brush": quantity})

    def patch(self, key: RecordKey = JOB, **fields: object) -> str:
        return self.replica.enqueue("job.patch", key, fields)

    # ---- what can be seen

    def unjudged(self) -> list[Operation]:
        """Pending, and never judged as far as this phone has heard; what is handed in once more is not among them."""
        rows = self.store.connection.execute("SELECT op_id FROM operation WHERE pending = 1 AND outcome IS NULL")
        never = {row["op_id"] for row in rows}
        return [operation for operation in self.replica.pending() if operation.op_id in never]

    def notes(self, key: RecordKey = JOB) -> list[str]:
        view = self.replica.view(key)
        return [] if view is None else [note["id"] for note in view.fields.get("notes") or []]

    def brushes(self, key: RecordKey = JOB) -> int | None:
        view = self.replica.view(key)
        return None if view is None else (view.fields.get("parts") or {}).get("brush", 0)

    def base(self) -> dict[RecordKey, tuple[int, str]]:
        """What the server last said, without the copies that wait to leave: key → (version, body)."""
        rows = self.store.connection.execute("SELECT * FROM base WHERE leaving = 0")
        return {RecordKey(row["type"], row["id"]): (row["version"], row["body"]) for row in rows}

    def kept_copies(self) -> set[RecordKey]:
        rows = self.store.connection.execute("SELECT * FROM base WHERE leaving = 1")
        return {RecordKey(row["type"], row["id"]) for row in rows}

    def views(self) -> dict[RecordKey, Record]:
        return {record.key: record for kind in self.line.office.kinds for record in self.replica.records(kind)}


def fresh_pull(line: Line, technician: str) -> dict[RecordKey, tuple[int, str]]:
    """What a new replica of the same device would hold."""
    device = Device(":memory:", None, technician, line, store=CopiedStore(_nothing_read_yet(), line.device_id))
    try:
        device.replica.pull()
        return device.base()
    finally:
        device.close()
