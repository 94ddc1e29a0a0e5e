"""A reader of the feed, kept in memory: what it holds changes only at a checkpoint, as with any replica."""

from dataclasses import dataclass, field
from typing import Any

from scripts.fieldday.calls import Person, Refusal

Key = tuple[str, str]
#: (record type, record id) → (version, body), of everything the reader's streams hold.
Held = dict[Key, tuple[int, Any]]


@dataclass
class Reader:
    person: Person
    device_id: str | None = None
    limit: int = 500
    cursor: str | None = None
    last_seq: int | None = None
    streams: set[str] = field(default_factory=set)
    restarts: int = 0
    _rows: dict[tuple[str, str, str], tuple[int, Any]] = field(default_factory=dict)

    def catch_up(self) -> int:
        """Reads to a checkpoint; returns how many rows came."""
        staged: list[dict[str, Any]] = []
        cursor = self.cursor
        while True:
            try:
                page = self.person.get("/sync/pull", cursor=cursor, limit=self.limit, device_id=self.device_id)
            except Refusal as refusal:
                if refusal.code != "cursor_expired" or cursor is None:
                    raise
                self.restarts += 1
                staged, cursor, self.cursor = [], None, None
                self._rows.clear()
                continue
            staged += page["changes"]
            cursor = page["cursor"]
            if page["checkpoint"]:
                break
        self._apply(staged, set(page["streams"]))
        self.cursor, self.last_seq = cursor, page["last_seq"]
        return len(staged)

    def _apply(self, staged: list[dict[str, Any]], streams: set[str]) -> None:
        for change in staged:
            at = (change["stream"], change["type"], change["id"])
            if change["body"] is None:
                self._rows.pop(at, None)
            else:
                self._rows[at] = (change["version"], change["body"])
        self.streams = streams
        for at in [at for at in self._rows if at[0] not in streams]:
            del self._rows[at]

    def held(self) -> Held:
        found: Held = {}
        for (_, type_, id_), row in self._rows.items():
            standing = found.get((type_, id_))
            if standing is None or standing[0] < row[0]:
                found[(type_, id_)] = row
        return found


def fresh(person: Person, device_id: str | None = None, limit: int = 500) -> Held:
    """What somebody who begins now would hold."""
    reader = Reader(person, device_id, limit)
    reader.catch_up()
    return reader.held()


def differences(one: Held, other: Held) -> list[str]:
    """What differs, in a few words each; empty when they hold the same."""
    found = [f"{type_} {id_} is missing" for type_, id_ in sorted(other.keys() - one.keys())]
    found += [f"{type_} {id_} should be gone" for type_, id_ in sorted(one.keys() - other.keys())]
    for key in sorted(one.keys() & other.keys()):
        if one[key] != other[key]:
            found.append(f"{key[0]} {key[1]}: version {one[key][0]} against {other[key][0]}, or other content")
    return found
