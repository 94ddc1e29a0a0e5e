"""The office of a firm whose server goes back to a backup: what it did since is undone, and it does it anew.

Phones keep what they did and hand it in again; an office has no outbox. So its own notes go back together with the
server, and what it had touched since is what phones may now be refused on.
"""

import copy
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from scripts.fieldday.calls import Person
from scripts.fieldday.office import Office

_NOTES = ("requests", "raised", "customers", "entered", "_whims", "_ask_at", "_whimmed", "_closed")


@dataclass
class Desk(Office):
    """`touched`: ids named in whatever was asked of the server since `remember`."""

    touched: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    did_then: Counter[str] = field(default_factory=Counter)
    _then: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        dispatcher = self.firm.dispatcher
        assert isinstance(dispatcher, Recording)
        dispatcher.touched = self.touched

    def remember(self) -> None:
        """The server is being backed up; nobody is at the desk meanwhile."""
        self._then = {name: copy.deepcopy(getattr(self, name)) for name in _NOTES}
        self.touched.clear()

    def go_back(self) -> None:
        """The server was restored."""
        self.forgotten |= self.touched_things()
        for name, value in self._then.items():
            setattr(self, name, value)
        self.touched.clear()

    def touched_things(self) -> set[str]:
        """What was touched since the last backup or restore, with the jobs that touched reviews are about, and the
        customers of touched jobs."""
        held = self.board.held()
        ids = set(self.touched) | (set(self.raised.values()) - set(self._then.get("raised", {}).values()))
        ids |= {b["record_id"] for (t, i), (_, b) in held.items() if t == "review" and i in ids}
        return ids | {
            b["customer_id"] for (t, i), (_, b) in held.items() if t == "job" and i in ids and b["customer_id"]
        }


class Recording(Person):
    """Remembers which things were asked to be changed."""

    touched: set[str]

    @classmethod
    def instead_of(cls, person: Person) -> "Recording":
        twin = cls.__new__(cls)
        twin.__dict__.update(person.__dict__)
        twin.touched = set()
        return twin

    def post(self, path: str, body: Any = None, repeatable: bool = False) -> Any:
        self._note(path, body)
        made = super().post(path, body, repeatable)
        if isinstance(made, dict) and "id" in made:
            self.touched.add(made["id"])
        return made

    def _note(self, path: str, body: Any) -> None:
        parts = path.strip("/").split("/")
        if len(parts) > 1 and parts[0] in ("jobs", "reviews"):
            self.touched.add(parts[1])
        for later in (body or {}).get("delays") or ():
            self.touched.add(later["job_id"])
