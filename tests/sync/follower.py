"""Readers of the feed over HTTP, and the promise that reading on and reading afresh lead to the same (guarantee 5)."""

from dataclasses import dataclass, field
from typing import Any

from tests.journeys.firm import Person, Phone

Records = dict[tuple[str, str], dict[str, Any]]


@dataclass
class Follower:
    """Somebody's replica without an outbox: what its streams hold, as docs/sync-protocol.md has it ("Pull")."""

    person: Person
    device_id: str | None = None
    limit: int = 3
    cursor: str | None = None
    held: dict[str, Records] = field(default_factory=dict)
    afresh: int = 0

    async def ask(self) -> Any:
        wanted = {"cursor": self.cursor, "limit": self.limit, "device_id": self.device_id}
        return await self.person.get("/sync/pull", **{k: v for k, v in wanted.items() if v is not None})

    async def read(self) -> Records:
        """Up to a checkpoint; from the start when the server says so."""
        while True:
            answer = await self.ask()
            if answer.status_code == 410:
                assert answer.json()["code"] == "cursor_expired"
                self.cursor, self.held, self.afresh = None, {}, self.afresh + 1
                continue
            assert answer.status_code == 200, answer.text
            page = answer.json()
            self._take(page)
            if page["checkpoint"]:
                return self.records()

    def records(self) -> Records:
        return {key: body for records in self.held.values() for key, body in records.items()}

    def ids(self, record_type: str) -> set[str]:
        return {record_id for kind, record_id in self.records() if kind == record_type}

    def _take(self, page: Any) -> None:
        self.cursor = page["cursor"]
        self.held = {name: records for name, records in self.held.items() if name in page["streams"]}
        for change in page["changes"]:
            records = self.held.setdefault(change["stream"], {})
            key = (change["type"], change["id"])
            records.pop(key, None)
            if change["body"] is not None:
                records[key] = change["body"]


@dataclass
class Watched:
    """Several followers, compared with a fresh reader after every action."""

    followers: list[Follower]

    async def settle(self) -> None:
        for follower in self.followers:
            caught_up = await follower.read()
            fresh = await Follower(follower.person, follower.device_id, limit=500).read()
            assert caught_up == fresh


def follower(phone: Phone) -> Follower:
    return Follower(phone.person, phone.device_id)
